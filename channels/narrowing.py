"""Looks only among few listings, wherever a choice leaves few of millions.

An order of the communicated table is an index over all levels. Walked for what is rare, it is read
to its end; an index for each choice with each order would cost every mark and every tally.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet

from channels.models import Entry, Listing, Location
from desk.narrowing import if_few, these, together

Part = QuerySet[Any]
"""Ids of listings, in the order of the index that holds them."""


class Chosen(NamedTuple):
    """A channel that rows are narrowed to (0: none); its listings' ids, where they are few;
    otherwise its locations' ids."""

    channel_id: int = 0
    listings: frozenset[int] | None = None
    places: tuple[int, ...] = ()


EVERY = Chosen()


def among(entries: QuerySet[Entry], listings: frozenset[int] | None) -> QuerySet[Entry]:
    """Only the rows of these listings; all, where they are not known to be few."""
    return entries if listings is None else entries.filter(listing__in=these(listings))


def choose(channel_id: int) -> Chosen:
    """That channel. One query."""
    own = Listing.objects.filter(channel=channel_id).order_by().values_list("pk")
    places = Location.objects.filter(channel=channel_id).order_by().values_list("pk")
    named, at = together(own, places)
    listings = if_few(named)
    known = if_few(at) if listings is None else None
    return Chosen(channel_id, listings, tuple(sorted(known or ())))


def at_channel(parts: Iterable[Part], channel_id: int) -> list[Part]:
    """Those of them that are the channel's; all for none (0)."""
    if not channel_id:
        return list(parts)
    places = Location.objects.filter(channel=channel_id).values("pk")
    return [
        part.filter(channel=channel_id)
        if part.model is Listing
        else part.filter(location__in=places)
        for part in parts
    ]
