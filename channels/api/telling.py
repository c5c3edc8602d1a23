"""One row of communicated inventory, told to a partner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from channels import communicated, reasons
from channels.api import explaining
from channels.api.explaining import ExplanationTold
from channels.communicated import Row
from channels.models import Communicated
from partners.rest.fields import Body, Flag, Moment, Option, Text, Whole


class Told(NamedTuple):
    """A row, with what it is about; is_past: as of a past moment."""

    entry: Communicated
    row: Row
    is_past: bool = False

    @property
    def profile_id(self) -> int | None:
        """Of the profile that it goes by, or went by then."""
        if not self.is_past:
            return self.entry.profile_id
        return self.row.explanation.rule.profile_id if self.row.explanation else None


class CommunicatedRecord(Body):
    """One product at one place of one channel."""

    id = Whole(source="entry.level_id")
    sku = Text(source="row.sku")
    product = Text(source="row.product", help_text="The product's name.")
    product_id = Whole(source="entry.product_id")
    channel = Text(source="row.channel")
    channel_id = Whole(source="entry.channel_id")
    location = Text(source="row.location", help_text="The channel's place for stock.")
    location_id = Whole(source="entry.location_id")
    listing_id = Whole(source="entry.listing_id")
    on_hand = Whole(source="row.on_hand", help_text="In the warehouses that feed the place.")
    committed = Whole(source="row.committed")
    available = Whole(source="row.available")
    backordered = Whole(source="row.backordered")
    should = Whole(
        source="row.should", allow_null=True, help_text="The right number; null: there is none."
    )
    acknowledged = Whole(
        source="row.acknowledged",
        allow_null=True,
        help_text="What the channel last acknowledged; null: it is not known.",
    )
    acknowledged_at = Moment(source="row.acknowledged_at", allow_null=True)
    unconfirmed_since = Moment(
        source="row.unconfirmed_since",
        allow_null=True,
        help_text="When the channel took a number that it does not show yet.",
    )
    state = Option(
        source="row.state",
        choices=Communicated.State.choices,
        help_text="Of a past moment, what the numbers alone tell.",
    )
    reason = Text(source="row.reason", help_text="Why it does not show what it should; or empty.")
    why_not = Text(source="row.why_not", help_text="The same, in a few words.")
    profile = serializers.SerializerMethodField(
        help_text="The global profile that it goes by; null for none, or for one out of your sight."
    )
    selling_list = serializers.SerializerMethodField(help_text="Null for none.")
    is_buyable = Flag(
        source="row.is_buyable",
        allow_null=True,
        help_text="Whether the channel offers it; null: it does not say, or as of the past.",
    )

    def get_profile(self, told: Told) -> str | None:
        is_told = told.row.profile and self.context["view"].sees_profile(told.profile_id)
        return told.row.profile if is_told else None

    def get_selling_list(self, told: Told) -> str | None:
        return told.row.selling_list or None


class CommunicatedDetail(CommunicatedRecord):
    """The same, with everything that made the number."""

    advice = serializers.SerializerMethodField(help_text="What to do about it.")
    explanation = serializers.SerializerMethodField()
    publications = serializers.SerializerMethodField(
        help_text="Where the receipts are of all that this place was told of the product."
    )

    def get_advice(self, told: Told) -> str:
        return reasons.advice(told.row.reason) if told.row.reason else ""

    @extend_schema_field(ExplanationTold(allow_null=True))
    def get_explanation(self, told: Told) -> Any:
        decision = told.row.explanation
        if decision is None:
            return None
        words = explaining.stored(decision.as_json())
        if not told.is_past:
            words = explaining.current(decision, told.row)
        return ExplanationTold(explaining.seen(words, self.context["view"])).data

    @extend_schema_field(serializers.URLField)
    def get_publications(self, told: Told) -> str:
        address = reverse("publications-list", request=self.context["request"])
        return f"{address}?communicated_inventory_id={told.entry.level_id}"


def tell(level_ids: Sequence[int], as_of: datetime | None) -> list[Told]:
    """The rows of these listing levels, by id. The stock behind a row is only asked for here: what
    finds them does without."""
    table = (
        Communicated.objects.select_related(
            "product", "channel", "location", "selling_list", "profile"
        )
        .defer("channel__credentials", "channel__settings")
        .filter(level__in=level_ids)
        .order_by("level_id")
    )
    if as_of is None:
        entries = list(table)
        return list(map(Told, entries, communicated.rows(entries)))
    past = communicated.rows_as_of(table, as_of)
    known = (
        table.select_related(None).select_related("product", "channel", "location").only(*_KNOWN)
    )
    return list(_paired(known, past))


_KNOWN = ("level_id", "listing_id", "product__sku", "channel__name", "location__name")


def _paired(entries: Iterable[Communicated], rows: Iterable[Row]) -> Iterator[Told]:
    """Rows with what they are about. Both come in the same order; a row may be missing."""
    waiting = iter(entries)
    for row in rows:
        named = (row.sku, row.channel, row.location)
        found = next((entry for entry in waiting if _names(entry) == named), None)
        if found is not None:
            yield Told(found, row, is_past=True)


def _names(entry: Communicated) -> tuple[str, str, str]:
    place = entry.location.name if entry.location else ""
    return (entry.product.sku, entry.channel.name, place)
