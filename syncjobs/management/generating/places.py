"""Channels with locations, rules and lists: few rows, made as people make them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from channels import mapping, profiles, registry, selling
from channels.models import (
    Channel,
    Listing,
    ListingLevel,
    Location,
    Profile,
    ProfileVersion,
    SellingList,
)
from channels.rules import Mode
from syncjobs.management.generating.working import Workshop

NAMES = ("Web store", "Outlet store", "Marketplace", "Wholesale", "Showroom")
LOCATIONS = ((4,), (1, 3), (5,), (2,), (1,))
"""For each channel: how many warehouses feed each of its locations, in their order."""


def make(work: Workshop) -> None:
    """Channels without credentials: nothing can be sent to anybody by mistake."""
    channels = [_channel(number, name) for number, name in enumerate(NAMES)]
    places: list[list[Location]] = []
    for channel, shares in zip(channels, LOCATIONS, strict=True):
        places.append(_locations(channel, shares, work.values["warehouses"]))
    lists = [_selling_list(channel, number) for number, channel in enumerate(channels)]
    mapping.remember()
    profiles.remember()
    work.values |= {
        "sources": [*(channel.name for channel in channels[:-1]), ""],
        "channels": [channel.pk for channel in channels],
        "lists": [made.pk for made in lists],
        "places": [place.pk for row in places for place in row],
    }
    _share_out(work, [len(row) for row in places])


def _channel(number: int, name: str) -> Channel:
    kinds = [kind for kind, _ in registry.choices()]
    taken = Channel.objects.filter(name__startswith=name).count()
    return Channel.objects.create(
        kind=kinds[number % len(kinds)],
        name=f"{name} {taken + 1}" if taken else name,
        time_zone="Europe/Bucharest",
        orders_seen_until=timezone.now(),
        checked_at=timezone.now(),
    )


def _locations(channel: Channel, shares: tuple[int, ...], warehouses: list[int]) -> list[Location]:
    made = []
    for number, share in enumerate(shares, 1):
        place = Location.objects.create(
            channel=channel, external_id=f"place-{number}", name=f"Location {number}"
        )
        start = 0 if number == 1 else shares[0]
        place.warehouses.set(warehouses[start : start + share])
        made.append(place)
    return made


def _selling_list(channel: Channel, number: int) -> SellingList:
    profile = Profile(name=f"{channel.name}: keeps {number + 1} back")
    said: dict[str, Any] = {"mode": Mode.PRODUCT_VALUE, "buffer": number + 1}
    selling.save(profile, ProfileVersion(**said), by="generated")
    return SellingList.objects.create(channel=channel, name="Careful", profile=profile)


def _share_out(work: Workshop, places: list[int]) -> None:
    """How many listings each channel has, and where their numbers begin.

    Half of the levels are the first channel's; the rest is shared by the others, whose second has
    two locations for each listing. The last is a small one, the last but one a middling one: what
    is chosen of few among many is found otherwise, and of some among many is what is hardest."""
    levels, products = work.values["levels"], work.values["products"]
    counts = [min(products, levels // 2), 0, 0, 0, max(1, levels // 1000)]
    rest = levels - counts[0] - counts[4]
    counts[1] = rest // 4
    counts[2] = min(products, rest - 2 * counts[1] - levels // 40)
    counts[3] = rest - 2 * counts[1] - counts[2]
    listings = sum(counts)
    work.reserve("listing", Listing, listings)
    work.reserve("level", ListingLevel, levels)
    work.values |= {"listings": listings, "stride": _stride(products)}
    work.note(
        "CREATE TEMP TABLE generated_channel (c int, channel_id bigint, list_id bigint,"
        " places bigint[], first_listing bigint, listings bigint, first_level bigint,"
        " levels bigint)"
    )
    before, level, place = 0, 0, 0
    for c, (count, width) in enumerate(zip(counts, places, strict=True)):
        work.values["row"] = [
            c,
            work.values["channels"][c],
            work.values["lists"][c],
            before,
            count,
            level,
            count * width,
        ]
        work.values["own"] = work.values["places"][place : place + width]
        work.note(
            "INSERT INTO generated_channel SELECT r[1], r[2], r[3], %(own)s::bigint[], r[4], r[5],"
            " r[6], r[7] FROM (SELECT %(row)s::bigint[] AS r) AS given"
        )
        before, level, place = before + count, level + count * width, place + width


def _stride(products: int) -> int:
    """A step that visits every product once before it meets the first again."""
    return next(prime for prime in (7919, 6007, 5003, 4001, 3001) if products % prime)
