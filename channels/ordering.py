"""Puts the communicated table in order, by SKU or any quantity, a page or every row of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import IntegerField, QuerySet, Subquery

from channels.models import Entry
from desk.paging import READ


class Found(NamedTuple):
    """A row: a listing at a location, or without any."""

    listing_id: int
    level_id: int | None
    key: str


QUANTITIES = {
    "on_hand": "on_hand",
    "committed": "committed",
    "available": "available",
    "backordered": "available",
    "should": "tallied_should",
    "acknowledged": "acknowledged",
    "acknowledged_at": "acknowledged_at",
}
"""The column that an index holds, by what is sorted by. backordered is at hand the other way."""

TALLIED = frozenset({"on_hand", "committed", "available", "backordered", "should"})
"""Sorted by the last tally."""

BY_SKU = ("sku", "channel_id", "location_id")


def found(entries: QuerySet[Entry], order: str = "", *, limit: int = READ + 1) -> list[Found]:
    """The first rows of an order: a quantity, “-” before it for the largest first, or "" or "-sku"
    by SKU. What has no such quantity comes last."""
    return [Found(*row) for row in _first(_parts(entries, order), limit)]


class _Number(Subquery):
    """How many rows a query has."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def page(
    entries: QuerySet[Entry], order: str, limit: int, bound: int, places: Collection[int] = ()
) -> tuple[list[Found], int]:
    """The first rows of an order, and how many there are altogether, counted to one beyond the
    bound. Counted in whatever order is nearest, so only those of the page are put in order.
    places: the locations of all of them that have one, where that is known; the order's index then
    passes over what is elsewhere."""
    number = _Number(entries.order_by().values("listing_id")[: bound + 1])
    parts = [part.annotate(number=number) for part in _parts(entries, order, places)]
    rows = _first(parts, limit)
    return [Found(*row[:3]) for row in rows], max((row[3] for row in rows), default=0)


def every(entries: QuerySet[Entry], order: str = "") -> Iterator[Found]:
    """All rows of an order, one after another, in bounded memory."""
    for part in _parts(entries, order):
        for row in part.iterator(chunk_size=2000):
            yield Found(*row)


def _first(parts: Sequence[QuerySet[Any]], limit: int) -> list[Any]:
    rows: list[Any] = []  # by a cursor: parallel workers would find a page each
    for part in parts:
        if len(rows) < limit:
            rows += part[: limit - len(rows)].iterator(chunk_size=limit)
    return rows


def _parts(
    entries: QuerySet[Entry], order: str, places: Collection[int] = ()
) -> list[QuerySet[Any]]:
    rows = entries.values_list("listing_id", "level_id", "pk")
    name, is_descending = order.lstrip("-"), order.startswith("-")
    if name not in QUANTITIES:
        sign = "-" if is_descending else ""
        return [rows.order_by(*(f"{sign}{column}" for column in BY_SKU))]
    column = QUANTITIES[name]
    sign = "-" if is_descending != (name == "backordered") else ""
    known = rows.filter(**{f"{column}__isnull": False})
    if places:
        at = "tallied_location" if name in TALLIED else "location"
        known = known.filter(**{f"{at}__in": places})
    rest = rows.filter(**{f"{column}__isnull": True}).order_by(*BY_SKU)
    return [known.order_by(f"{sign}{column}", f"{sign}level_id"), rest]
