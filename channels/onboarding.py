"""From a tick on the product page to a linked listing: new products wait for the next day.

A product ticked today is first sent on the next local day of the channel, from its hour (07:00
unless set otherwise): a day's new products can be finished in peace. A forced sync does not wait.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone

from channels import belief, due
from channels.contract import Adapter, Code
from channels.matching import match
from channels.models import Channel, Listing
from inventory.models import Product

SWITCHES = frozenset({"is_active", "is_excluded"})
"""Of a product: whether any channel is told of it."""


def eligible_at(channel: Channel, ticked_at: datetime.datetime) -> datetime.datetime:
    """The first moment a product ticked then may be sent: next local day, the channel's hour.

    Computed on the local calendar, so a change of clocks in between shifts nothing.
    """
    zone = ZoneInfo(channel.time_zone)
    day = ticked_at.astimezone(zone).date() + datetime.timedelta(days=1)
    return datetime.datetime.combine(day, channel.new_products_at, tzinfo=zone)


def tick(
    channel: Channel, product_ids: Collection[int], now: datetime.datetime | None = None
) -> int:
    """Communicate these products on the channel. Ticking again changes nothing; ticking after an
    untick goes on with the old link at once. Returns how many changed."""
    now = now or timezone.now()
    with transaction.atomic():
        known = set(
            Listing.objects.filter(channel=channel, product__in=product_ids).values_list(
                "product_id", flat=True
            )
        )
        new = [
            Listing(
                channel=channel,
                product_id=product_id,
                ticked_at=now,
                eligible_at=eligible_at(channel, now),
            )
            for product_id in sorted(set(product_ids) - known)
        ]
        Listing.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)
        again = Listing.objects.filter(channel=channel, product__in=known, is_ticked=False)
        again_ids = list(again.values_list("pk", flat=True))
        Listing.objects.filter(pk__in=again_ids).update(is_ticked=True)
        due.create_levels(channel, product_ids)
        belief.forget(again_ids)  # nobody looked while it was not communicated
        due.by_listing(again_ids)
    return len(new) + len(again_ids)


def untick(channel: Channel, product_ids: Collection[int]) -> int:
    """Stop communicating; the channel keeps the number it has. Returns how many changed."""
    return Listing.objects.filter(channel=channel, product__in=product_ids, is_ticked=True).update(
        is_ticked=False
    )


def exclude(channel: Channel, product_ids: Collection[int], *, is_excluded: bool) -> int:
    """Hold these products back from the channel, or let them go again. Returns how many changed."""
    with transaction.atomic():
        chosen = Listing.objects.filter(
            channel=channel, product__in=product_ids, is_excluded=not is_excluded
        )
        ids = list(
            chosen.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)
        )
        Listing.objects.filter(pk__in=ids).update(is_excluded=is_excluded)
        due.by_listing(ids)
    return len(ids)


def reschedule(channel: Channel) -> None:
    """The channel's hour or time zone changed: move what still waits."""
    waiting = list(Listing.objects.filter(channel=channel, state=Listing.State.NEW))
    for listing in waiting:
        listing.eligible_at = eligible_at(channel, listing.ticked_at)
    Listing.objects.bulk_update(waiting, ["eligible_at"], batch_size=1000)


def rematch(product: Product, changed_fields: Collection[str]) -> list[Channel]:
    """As `rematch_all`, for one product."""
    return rematch_all([product.pk], changed_fields)


def rematch_all(product_ids: Collection[int], changed_fields: Collection[str]) -> list[Channel]:
    """Look again for these products' items where the field that a channel matches by was changed:
    the old link may now be another product's. What still waits for its first day goes on waiting.
    Returns the channels concerned, once for each listing.
    """
    with transaction.atomic():
        listings = Listing.objects.filter(
            product__in=product_ids, channel__matching__in=list(changed_fields)
        ).exclude(state=Listing.State.NEW)
        found = list(
            listings.select_related("channel").order_by("pk").select_for_update(of=("self",))
        )
        Listing.objects.filter(pk__in=[listing.pk for listing in found]).update(
            state=Listing.State.NEW,
            reason="",
            external_id="",
            item_id="",
            eligible_at=timezone.now(),
        )
    return [listing.channel for listing in found]


def waiting(channel: Channel, now: datetime.datetime | None = None) -> Sequence[Listing]:
    """New listings whose time has come, products selected."""
    listings = Listing.objects.filter(
        channel=channel,
        state=Listing.State.NEW,
        is_ticked=True,
        is_excluded=False,
        product__is_excluded=False,
        product__is_active=True,
        eligible_at__lte=now or timezone.now(),
    )
    return list(listings.select_related("product").order_by("pk"))


def onboard(channel: Channel, listings: Sequence[Listing], adapter: Adapter) -> dict[int, Code]:
    """Match these listings and make the linked ones due. Returns a code by listing id."""
    codes = match(channel, listings, adapter)
    linked = [listing_id for listing_id, code in codes.items() if code == Code.ACCEPTED]
    with transaction.atomic():
        Listing.objects.filter(pk__in=linked, onboarded_at=None).update(onboarded_at=timezone.now())
        due.create_levels(channel)
        belief.forget(linked, is_new=True)
        due.by_listing(linked)
    return codes


def connect() -> None:
    """Listen to products; called at start."""
    post_save.connect(_on_product_saved, Product, dispatch_uid="channels.onboarding")


def _on_product_saved(
    instance: Product, update_fields: Collection[str] | None, **_: object
) -> None:
    """A save that names its fields says what it changed. One that names none says nothing: pages
    that save so look for themselves, and tell the person what came of it."""
    changed = frozenset(update_fields or ())
    if changed & SWITCHES:
        due.by_listing(list(Listing.objects.filter(product=instance)))
    if changed:
        rematch(instance, changed)
