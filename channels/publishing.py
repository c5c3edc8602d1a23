"""What number a listing should show at a location, and the explanation of it.

The only place where stock becomes a number for a channel; adapters get it finished.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from channels import mapping, profiles
from channels.models import ListingLevel, Observation, Publication
from channels.models.publication import Status
from channels.rules import PLAIN, Decision, Input, Rule, Standing, apply
from inventory import availability


class Place(NamedTuple):
    """A product at a channel's location."""

    product_id: int
    location_id: int


class WhatIf(NamedTuple):
    """Numbers are decided as if this were so. feeds: the warehouses that feed each location, by its
    id, instead of the mapping. gains: more units in stock (fewer, below 0) than there are, by
    (product id, warehouse id)."""

    feeds: Mapping[int, Sequence[mapping.Source]] | None = None
    gains: Mapping[tuple[int, int], int] | None = None


AS_IT_IS = WhatIf()

Key = tuple[int, int]
"""(product id, location id)"""


def decide(
    places: Iterable[Place],
    rule: Rule | None = None,
    as_of: datetime | None = None,
    *,
    is_asked: bool | None = None,
    what_if: WhatIf = AS_IT_IS,
) -> dict[Place, Decision]:
    """Decide many numbers at once, in a handful of queries, however many places.

    `rule` tries another rule than the places' own. `is_asked`: as if an update had been asked for,
    so that nothing is left alone; so it is where a rule is tried, unless told otherwise. `as_of`
    uses stock, mapping, profiles and lists as they were recorded then; a number told once is then
    left alone as soon as the channel had taken or shown it, and is None: receipts say what it was.
    `what_if` tries another mapping or stock.
    """
    places = set(places)
    is_asked = rule is not None if is_asked is None else is_asked
    feeds = what_if.feeds
    if feeds is None:
        feeds = mapping.sources({place.location_id for place in places}, as_of)
    stock = availability.at(
        {place.product_id for place in places},
        {source.warehouse_id for each in feeds.values() for source in each},
        as_of,
        what_if.gains,
    )
    rules = profiles.of_places(places, as_of) if rule is None else dict.fromkeys(places, rule)
    once = {} if is_asked else {place: its for place, its in rules.items() if its.is_once}
    standings = _standings(once) if as_of is None else _past_standings(once, as_of)
    return {
        place: apply(
            rules.get(place, PLAIN),
            _inputs(place, feeds, stock, rules.get(place, PLAIN)),
            standings.get(place, Standing()),
        )
        for place in places
    }


def _inputs(
    place: Place,
    feeds: Mapping[int, Sequence[mapping.Source]],
    stock: Mapping[tuple[int, int], availability.Stock],
    rule: Rule,
) -> list[Input]:
    inputs = []
    for warehouse, name in feeds.get(place.location_id, ()):
        held = stock.get((place.product_id, warehouse), availability.UNKNOWN)
        is_counted = not rule.warehouse_ids or warehouse in rule.warehouse_ids
        units = (held.on_hand, held.committed, held.is_known)
        inputs.append(Input(name, *units, is_counted, held.detail))
    return inputs


def _levels(places: Collection[Key]) -> QuerySet[ListingLevel]:
    """Those of all these products at all these locations, more than the places themselves."""
    return ListingLevel.objects.filter(
        listing__product__in={product for product, _ in places},
        location__in={location for _, location in places},
    )


def _standings(rules: Mapping[Key, Rule]) -> Mapping[Key, Standing]:
    """What the channel shows where a number is told once, and whether it is to be told again."""
    if not rules:
        return {}
    columns = ("listing__product_id", "location_id", "is_update_asked", "acknowledged")
    rows = _levels(rules).values_list(*columns)
    return {(row[0], row[1]): Standing(row[2], row[3]) for row in rows}


def _past_standings(rules: Mapping[Key, Rule], moment: datetime) -> Mapping[Key, Standing]:
    """Left alone was what had been told anything by then, or was read and found right already."""
    if not rules:
        return {}
    levels = _levels(rules)
    told = Publication.objects.filter(
        level=OuterRef("pk"), answered_at__lte=moment, status__in=[Status.ACCEPTED, Status.OBSERVED]
    )
    done = set(levels.filter(Exists(told)).values_list("listing__product_id", "location_id"))
    seen = Observation.objects.filter(
        level__in=levels,
        is_read=True,
        read_at__lte=moment,
        available__in={rule.number for rule in rules.values()},
    ).order_by()
    columns = ("level__listing__product_id", "level__location_id", "available")
    for product, location, shown in seen.values_list(*columns).distinct():
        place = (product, location)
        if place in rules and rules[place].number == shown:
            done.add(place)
    return dict.fromkeys(done, Standing(is_asked=False))
