"""Whose numbers are left as they stand at the channel, because nothing is told of them any more.

A channel that is told no more is told nothing at all, not even 0: it goes on showing, and selling,
the number that it has. A number that it took before, and does not show yet, it shows all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet

from channels.models import ListingLevel
from channels.publishing import Place, decide
from channels.rules import Decision
from channels.selling import reach

SHOWN = 50
"""Places that are named."""


@dataclass(frozen=True, slots=True)
class Left:
    """A place that is told no more. Units. shows: what the channel shows as far as we know, None:
    not known; follows: what it took already and shows later, None: nothing; right: what it should
    show now, None: no number; is_new: it was never told anything."""

    sku: str
    channel: str
    location: str
    place: Place
    shows: int | None
    follows: int | None
    is_new: bool
    right: int | None = None

    @property
    def stays(self) -> int | None:
        """What it shows from then on; None: not known."""
        return self.shows if self.follows is None else self.follows

    @property
    def is_wrong(self) -> bool:
        """Whether a number that is not right is left there."""
        return not self.is_new and None not in {self.stays, self.right} and self.stays != self.right


@dataclass(slots=True)
class Silenced:
    """places: the first of them, by their primary key; total: all that were looked at; is_whole:
    whether these are all."""

    places: Sequence[Left] = field(default_factory=list)
    total: int = 0
    is_whole: bool = True

    @property
    def more(self) -> int:
        """Those that are not named."""
        return self.total - len(self.places)


_COLUMNS = (
    "listing__product__sku",
    "location__channel__name",
    "location__name",
    "listing__product_id",
    "location_id",
    "acknowledged",
    "told",
    "acknowledged_at",
)


def of_listings(listing_ids: Collection[int]) -> QuerySet[ListingLevel]:
    """The places of these listings that are ours to write."""
    levels = reach.ours().filter(location__is_active=True, location__is_enabled=True)
    return levels.filter(listing__in=listing_ids)


def add(silenced: Silenced, levels: QuerySet[ListingLevel], most: int) -> None:
    """Name and count these places, no more than so many; whether there are more is said. Two
    statements, one where none is to be named any more."""
    found = levels.order_by()[: most + 1].count()
    silenced.total += min(found, most)
    silenced.is_whole &= found <= most
    room = SHOWN - len(silenced.places)
    if room > 0 and silenced.total:
        rows = levels.order_by("pk").values_list(*_COLUMNS)[:room]
        silenced.places = [*silenced.places, *map(_left, rows)]


def judge(silenced: Silenced) -> None:
    """Say what would be right at each named place. A handful of statements."""
    if not silenced.places:
        return
    decisions = decide(each.place for each in silenced.places)
    silenced.places = [
        replace(each, right=_right(decisions[each.place])) for each in silenced.places
    ]


def _right(decision: Decision) -> int | None:
    return None if decision.quantity is None else max(0, decision.quantity)


def _left(row: Sequence[Any]) -> Left:
    sku, channel, location, product_id, location_id, shows, told, acknowledged_at = row
    is_new = acknowledged_at is None and told is None
    return Left(sku, channel, location, Place(product_id, location_id), shows, told, is_new)
