"""What number a listing should show at a location, and the explanation of it.

The only place where stock becomes a number for a channel; adapters get it finished.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from channels import mapping
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

    `as_of` uses the stock and the mapping as they were recorded then.
    """
    places = set(places)
    feeds = mapping.sources({place.location_id for place in places}, as_of)
    stock = availability.at(
        {place.product_id for place in places},
        {source.warehouse_id for each in feeds.values() for source in each},
        as_of,
    )
    rule = rule or Rule()
    return {place: apply(rule, _inputs(place, feeds, stock)) for place in places}


def _inputs(
    place: Place,
    feeds: Mapping[int, Sequence[mapping.Source]],
    stock: Mapping[tuple[int, int], availability.Stock],
) -> list[Input]:
    inputs = []
    for warehouse, name in feeds.get(place.location_id, ()):
        held = stock.get((place.product_id, warehouse), availability.UNKNOWN)
        inputs.append(Input(name, held.on_hand, held.committed, held.is_known))
    return inputs
