"""Locations that no warehouse feeds: what they show, and setting that to 0 if the channel says so.

`due` marks their levels when a product's stock changes; here is what a person sees before the
switch is turned.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import transaction

from channels import due
from channels.contract import Adapter, LevelRef
from channels.models import Channel, Feed, Listing, Location

LOOKED_AT = 2_500
"""Products read for a preview: ten calls or so, which a person waits for."""


@dataclass(frozen=True, slots=True)
class Place:
    """A location that no warehouse feeds. levels: products stocked there that show a number other
    than 0, of those looked at; units: their sum."""

    location: Location
    levels: int
    units: int


def places(channel: Channel) -> list[Location]:
    """Active locations of the channel that nothing feeds: not mapped, or not in use."""
    fed = Feed.objects.filter(channel=channel).values("location")
    return list(channel.locations.filter(is_active=True, mirror=None).exclude(pk__in=fed))


def preview(channel: Channel, adapter: Adapter) -> tuple[list[Place], int]:
    """What the unfed places show now, read at the channel; and how many products were looked at.
    Raises ChannelError."""
    listings = Listing.objects.filter(channel=channel, state=Listing.State.LINKED, is_ticked=True)
    items = list(listings.order_by("pk").values_list("item_id", flat=True)[:LOOKED_AT])
    found = places(channel)
    refs = [LevelRef(item, place.external_id) for place in found for item in items]
    levels: Counter[str] = Counter()
    units: Counter[str] = Counter()
    for ref, level in (adapter.read_levels(refs) if refs else {}).items():
        if level.is_active and level.available:
            levels[ref.location_id] += 1
            units[ref.location_id] += level.available
    read = [Place(place, levels[place.external_id], units[place.external_id]) for place in found]
    return read, len(items)


def switch(channel: Channel, *, is_zeroed: bool) -> None:
    """Turn the zeroing on or off. Nothing is told at once: each product's turn comes when its stock
    next changes."""
    with transaction.atomic():
        channel.is_unmapped_zeroed = is_zeroed
        channel.save(update_fields=["is_unmapped_zeroed"])
        due.create_levels(channel)
