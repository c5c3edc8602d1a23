"""What number a listing should show at a location, and the explanation of it.

The only place where stock becomes a number for a channel; adapters get it finished.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from channels.models import Feed
from channels.rules import Decision, Input, Rule, apply
from inventory import availability


class Place(NamedTuple):
    """A product at a channel's location."""

    product_id: int
    location_id: int


def decide(
    places: Iterable[Place], rule: Rule | None = None, as_of: datetime | None = None
) -> dict[Place, Decision]:
    """Decide many numbers at once: two queries, however many places.

    `as_of` uses the stock as it was recorded then, with today's mapping.
    """
    places = set(places)
    feeds = _feeds({place.location_id for place in places})
    stock = availability.at(
        {place.product_id for place in places},
        {warehouse for each in feeds.values() for warehouse, _ in each},
        as_of,
    )
    rule = rule or Rule()
    return {place: apply(rule, _inputs(place, feeds, stock)) for place in places}


def _feeds(location_ids: set[int]) -> Mapping[int, Sequence[tuple[int, str]]]:
    feeds: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = Feed.objects.filter(location__in=location_ids).order_by("location_id", "warehouse_id")
    for location, warehouse, name in rows.values_list(
        "location_id", "warehouse_id", "warehouse__name"
    ):
        feeds[location].append((warehouse, name))
    return feeds


def _inputs(
    place: Place,
    feeds: Mapping[int, Sequence[tuple[int, str]]],
    stock: Mapping[tuple[int, int], availability.Stock],
) -> list[Input]:
    inputs = []
    for warehouse, name in feeds.get(place.location_id, ()):
        held = stock.get((place.product_id, warehouse), availability.UNKNOWN)
        inputs.append(Input(name, held.on_hand, held.committed, held.is_known))
    return inputs
