"""Switches of many listings at once: rows locked in primary-key order, then marked as due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection

from django.db import transaction
from django.db.models import QuerySet

from channels import due, onboarding
from channels.models import Channel, Listing


def exclude(listings: QuerySet[Listing], *, is_excluded: bool) -> int:
    """Exclude from sync, or include again. Returns how many changed."""
    with transaction.atomic():
        chosen = Listing.objects.filter(
            pk__in=listings.order_by().values("pk"), is_excluded=not is_excluded
        )
        ids = list(
            chosen.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)
        )
        Listing.objects.filter(pk__in=ids).update(is_excluded=is_excluded)
        due.by_listing(ids)
    return len(ids)


def tick(listings: QuerySet[Listing]) -> int:
    """Communicate again. Returns how many changed."""
    return _by_channel(listings, onboarding.tick)


def untick(listings: QuerySet[Listing]) -> int:
    """Stop communicating; each channel keeps the number it has. Returns how many changed."""
    return _by_channel(listings, onboarding.untick)


def _by_channel(
    listings: QuerySet[Listing], verb: Callable[[Channel, Collection[int]], int]
) -> int:
    products: dict[int, list[int]] = defaultdict(list)
    for channel_id, product_id in listings.values_list("channel_id", "product_id"):
        products[channel_id].append(product_id)
    with transaction.atomic():
        channels = Channel.objects.filter(pk__in=products).order_by("pk")
        return sum(verb(channel, products[channel.pk]) for channel in channels)


def product_changed(product_ids: Collection[int]) -> None:
    """A product was archived, excluded, or brought back: its listings must be looked at again."""
    due.by_listing(list(Listing.objects.filter(product__in=product_ids)))
