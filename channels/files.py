"""Files of marketplace flags, and what a file of products means to the channels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import Resource

from channels import due, onboarding
from channels.models import Channel, Listing
from inventory.files import finding, kinds, products
from inventory.files.cells import NO, YES, CodeWidget, FlagWidget, TextWidget, flag
from inventory.files.rows import Doing, Row

FLAGS = ("is_communicated", "is_excluded")

Verb = Callable[[Channel, Collection[int]], int]


class MarketplaceResource(Resource):
    """Columns of a file of marketplace flags."""

    sku = Field("sku", "sku", CodeWidget(64, is_required=True))
    channel = Field("channel", "channel", TextWidget(120, is_required=True))
    is_communicated = Field("is_communicated", "is_communicated", FlagWidget())
    is_excluded = Field("is_excluded", "is_excluded", FlagWidget())

    def dehydrate_sku(self, listing: Listing) -> str:
        """Of the listing's product."""
        return listing.product.sku

    def dehydrate_channel(self, listing: Listing) -> str:
        """Its name."""
        return listing.channel.name

    def dehydrate_is_communicated(self, listing: Listing) -> str:
        """Whether it is ticked."""
        return flag(listing.is_ticked)


class Marketplace(kinds.Kind):
    """Says where products are communicated."""

    code = "marketplace"
    label = _("Marketplace flags")
    about = _(
        "Says on which channels a product is communicated, and where it is excluded from sync for"
        " now. A product ticked today is sent for the first time on the channel's next day."
    )
    resource = MarketplaceResource
    keys = ("sku", "channel")
    required = ("sku", "channel")
    permissions = ("channels.change_listing",)
    seen_by = "channels.view_listing"
    example = ("MUG-1", "Harbour Street Store", "yes", "no")

    def lock(self, rows: Sequence[Row]) -> None:
        channels = {row.place_id for row in rows}
        product_ids = {row.product_id for row in rows}
        listings = Listing.objects.filter(channel__in=channels, product__in=product_ids)
        list(listings.order_by("pk").select_for_update(no_key=True).values_list("pk"))

    def judge(self, rows: Sequence[Row]) -> None:
        channels = {each.name.casefold(): each for each in Channel.objects.all()}
        pairs = finding.stocked(kinds.sound(rows), is_bundle_allowed=True)
        for row, _product in pairs:
            _find_channel(row, channels)
        held = _held(rows)
        for row, product in pairs:
            if row.place_id is not None:
                _compare(row, held.get((row.place_id, product.id)))

    def write(self, rows: Sequence[Row], doing: Doing) -> None:
        chosen: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            chosen[row.place_id or 0].append(row)
        for channel in Channel.objects.filter(pk__in=chosen).order_by("pk"):
            for column, value, verb in _VERBS:
                ids = [
                    row.product_id or 0
                    for row in chosen[channel.pk]
                    if any(each.column == column and each.new == value for each in row.changes)
                ]
                if ids:
                    verb(channel, ids)

    def records(self, chosen: QuerySet[Any]) -> QuerySet[Any]:
        """In the order of their SKUs."""
        ids = chosen.order_by().values("pk")
        listings = Listing.objects.filter(pk__in=ids).select_related("product", "channel")
        return listings.order_by("product__sku", "channel__name")


_VERBS: Sequence[tuple[str, str, Verb]] = (
    ("is_communicated", YES, onboarding.tick),
    ("is_communicated", NO, onboarding.untick),
    ("is_excluded", YES, partial(onboarding.exclude, is_excluded=True)),
    ("is_excluded", NO, partial(onboarding.exclude, is_excluded=False)),
)
"""What makes a column say so, in the order to do it: what is to be held back is ticked first."""


def _find_channel(row: Row, channels: dict[str, Channel]) -> None:
    channel = channels.get(row.values["channel"].casefold())
    if channel is None:
        names = ", ".join(sorted(each.name for each in channels.values())[:5])
        row.refuse(
            "channel",
            gettext("No channel has this name: write one such as %(names)s.") % {"names": names},
        )
    else:
        row.place_id = channel.pk


def _held(rows: Sequence[Row]) -> dict[tuple[int, int], tuple[bool, bool]]:
    """The switches of the listings that there are, by channel and product."""
    listings = Listing.objects.filter(
        channel__in={row.place_id for row in rows}, product__in={row.product_id for row in rows}
    )
    found = listings.values_list("channel_id", "product_id", "is_ticked", "is_excluded")
    return {(channel, product): (ticked, held) for channel, product, ticked, held in found}


def _compare(row: Row, held: tuple[bool, bool] | None) -> None:
    for column, old in zip(FLAGS, held or (False, False), strict=True):
        value = row.values.get(column)
        if value is not None:
            row.change(column, flag(old), flag(value))
    is_new = held is None
    if is_new and row.changes and row.values.get("is_communicated") is not True:
        row.refuse(
            "is_excluded",
            gettext("It is not communicated there: there is nothing to exclude. Write no here."),
        )
    row.settle(is_new=is_new)


def connect() -> None:
    """Listen to files of products; called at start."""
    kinds.register(Marketplace())
    products.hear(_on_products_changed)


def _on_products_changed(changed: products.Changed) -> None:
    """As where a page changes a product: what was switched is due, what is matched by a field that
    changed is matched again."""
    switched = {pk for field in products.SWITCHES for pk in changed.get(field, ())}
    if switched:
        listings = Listing.objects.filter(product__in=switched)
        due.by_listing(list(listings.order_by("pk").values_list("pk", flat=True)))
    for field, product_ids in sorted(changed.items()):
        onboarding.rematch_all(product_ids, [field])
