"""Finds rows of the communicated table among millions: by state, by whether the channel shows what
it should, by words; sorted by any quantity.

What is rare is asked for by the partial index that holds it, a few thousand listings at most; what
is not rare is met soon on the way through the order. Either way nothing is looked for in all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery

from channels.models import Channel, Communicated, Entry, Feed, Listing, ListingLevel, Location
from channels.models.listing import ASKED, DIFFERS, DUE, LEFT_ALONE, PASSING, REFUSED, UNKNOWN
from channels.models.profile import Profile, SellingList
from desk.paging import READ
from inventory.models import Product

State = Communicated.State

_TICKED = Q(is_ticked=True)
_EXCLUDED = Q(is_excluded=True) | Q(is_product_excluded=True) | Q(is_product_active=False)
_TOLD = _TICKED & Q(is_excluded=False, is_product_excluded=False, is_product_active=True)
_LINKED = _TOLD & Q(listing_state=Listing.State.LINKED)
_OURS = _LINKED & Q(level__isnull=False, mirror__isnull=True)
_PASSED = _OURS & Q(reason__in=PASSING)
_QUIET = _PASSED & Q(stale_version__lte=F("pushed_version"))
_TAKEN = Q(told_at__isnull=False)
_FRESH = Q(is_update_asked=False) | Q(acknowledged_at__isnull=True)
_CONFIRMED = _QUIET & Q(told_at__isnull=True)

_STATES = {
    State.OFF: Q(is_ticked=False),
    State.EXCLUDED: _TICKED & _EXCLUDED,
    State.NEW: _TOLD & Q(listing_state=Listing.State.NEW),
    State.SKIPPED: (_TOLD & Q(listing_state=Listing.State.SKIPPED)) | (_OURS & Q(reason=UNKNOWN)),
    State.ERROR: (_TOLD & Q(listing_state=Listing.State.ERROR)) | (_OURS & REFUSED),
    State.PENDING: _PASSED & DUE & _FRESH,
    State.PENDING_UPDATE: _PASSED & ASKED,
    State.UNCONFIRMED: _QUIET & _TAKEN,
    State.OUT_OF_STOCK: _CONFIRMED & (Q(acknowledged__lte=0) | Q(acknowledged__isnull=True)),
    State.LINKED: _CONFIRMED & Q(acknowledged__gt=0),
}
"""As the view says, in words that indexes know; the rows without a level come apart."""

GROUPS = {
    "waiting": (State.PENDING, State.PENDING_UPDATE),
    "attention": (State.ERROR, State.SKIPPED),
}
"""States that are asked for together."""


class Found(NamedTuple):
    """A row: a listing at a location, or without any."""

    listing_id: int
    level_id: int | None
    key: str


def in_states(entries: QuerySet[Entry], *states: State, channel_id: int = 0) -> QuerySet[Entry]:
    """Rows in any of these states. One query more, three for rows that have no location.

    channel_id: the channel whose rows they are already, if it is one's: fewer are looked through.
    """
    wanted = Q()
    sources = Q()
    levelless = _without_level() if {State.SKIPPED, State.SOURCE} & set(states) else None
    for state in states:
        if state in _STATES:
            wanted |= _STATES[state]
    if levelless is not None:
        extra, sources = _levelless(states, levelless)
        wanted |= extra
    parts = _rare(states, levelless, sources)
    if {State.LINKED, State.OUT_OF_STOCK} & set(states) and channel_id:
        parts = None  # by its number, a level is looked for among those of all channels
    return _narrowed(entries.filter(wanted), parts, channel_id)


class _Levelless(NamedTuple):
    """Channels whose listings may have no level, and those that have a mirror's source."""

    unfed: Sequence[int]
    sources: Sequence[int]


def _without_level() -> _Levelless:
    """A listing gets a level at every fed place of its channel as soon as there is one."""
    fed = Exists(Feed.objects.filter(channel=OuterRef("pk")))
    mirrored = Exists(Location.objects.filter(channel=OuterRef("pk"), mirror__isnull=False))
    rows = list(Channel.objects.order_by().annotate(f=fed, m=mirrored).values_list("pk", "f", "m"))
    return _Levelless([pk for pk, f, _ in rows if not f], [pk for pk, _, m in rows if m])


def _levelless(states: Sequence[State], those: _Levelless) -> tuple[Q, Q]:
    """The rows without level, and those at a mirror's source, that these states ask for."""
    bare = _LINKED & Q(level__isnull=True, channel__in=those.unfed)
    wanted = Q()
    if State.SKIPPED in states:
        wanted |= bare & ~Q(channel__in=those.sources)
    if State.SOURCE not in states:
        return wanted, Q()
    source = Q(channel__in=those.sources)
    return wanted | (_LINKED & Q(mirror__isnull=False)) | (bare & source), source


def _rare(
    states: Sequence[State], those: _Levelless | None, sources: Q
) -> list[QuerySet[Any]] | None:
    """Where the rows of these states are, by partial indexes: listings' ids."""
    found: list[QuerySet[Any]] = []
    for part in dict.fromkeys(_RARE.get(state) for state in states):
        if part is None:
            return None
        found += part()
    if those and State.SKIPPED in states and those.unfed:
        bare = Listing.objects.filter(channel__in=those.unfed).order_by("pk")
        levels = ListingLevel.objects.filter(listing=OuterRef("pk"))
        found.append(bare.filter(~Exists(levels)).values_list("pk"))
    if those and State.SOURCE in states:
        found.append(
            Listing.objects.filter(sources & Q(channel__in=those.sources)).values_list("pk")
        )
    return found


def _at_channel(parts: Iterable[QuerySet[Any]], channel_id: int) -> list[QuerySet[Any]]:
    """Those of them that are the channel's."""
    return [
        part.filter(channel=channel_id)
        if part.model is Listing
        else part.filter(location__in=Location.objects.filter(channel=channel_id).values("pk"))
        for part in parts
    ]


def _listings(condition: Q) -> QuerySet[Any]:
    return Listing.objects.filter(condition).order_by("pk").values_list("pk")


def _levels(condition: Q, *order: str) -> QuerySet[Any]:
    """In the order of the index that holds them, so that nothing else is looked through."""
    levels = ListingLevel.objects.filter(condition).order_by(*order or ("pk",))
    return levels.values_list("listing_id")


def _excluded() -> list[QuerySet[Any]]:
    out = Product.objects.filter(Q(is_excluded=True) | Q(is_active=False)).order_by()
    ours = Listing.objects.filter(product__in=out.values("pk")).order_by()  # or all are sorted
    return [_listings(Q(is_excluded=True)), ours.values_list("pk")]


_RARE: dict[State, Callable[[], list[QuerySet[Any]]]] = {
    State.OFF: lambda: [_listings(Q(is_ticked=False))],
    State.EXCLUDED: _excluded,
    State.NEW: lambda: [_listings(Q(state=Listing.State.NEW))],
    State.SKIPPED: lambda: [
        _listings(Q(state=Listing.State.SKIPPED)),
        _levels(Q(reason=UNKNOWN)),
    ],
    State.ERROR: lambda: [_listings(Q(state=Listing.State.ERROR)), _levels(REFUSED)],
    State.PENDING: lambda: [_levels(DUE & _FRESH, "location_id", "-is_falling", "stale_at", "pk")],
    State.PENDING_UPDATE: lambda: [_levels(ASKED)],
    State.UNCONFIRMED: lambda: [_levels(_TAKEN & ~DUE, "location_id", "told_at")],
    State.OUT_OF_STOCK: lambda: [
        _levels(Q(acknowledged__lte=0), "acknowledged", "pk"),
        _levels(Q(acknowledged__isnull=True), "acknowledged", "pk"),
    ],
    State.LINKED: lambda: [_levels(Q(acknowledged__gt=0), "acknowledged", "pk")],
    State.SOURCE: list,
}


def differing(
    entries: QuerySet[Entry], *, is_wanted: bool = True, channel_id: int = 0
) -> QuerySet[Entry]:
    """Rows whose acknowledged number is not the one they should show, by the last tally; or those
    that show it, to which belongs whatever has no number to show. channel_id: as in_states."""
    if is_wanted:
        return _narrowed(entries.filter(DIFFERS), [_levels(DIFFERS)], channel_id)
    right = Q(level__isnull=True) | Q(should__isnull=True) | LEFT_ALONE
    return entries.filter(right | Q(should=F("acknowledged")))


def fed_by(entries: QuerySet[Entry], warehouse_id: int) -> QuerySet[Entry]:
    """Rows at places that the warehouse feeds."""
    feeds = Feed.objects.filter(warehouse=warehouse_id).order_by()
    return entries.filter(location__in=list(feeds.values_list("location_id", flat=True)))


def by_rule(entries: QuerySet[Entry], rule: Profile | SellingList) -> QuerySet[Entry]:
    """Rows that are in a selling list, or go by a profile: their list's, else their channel's."""
    if isinstance(rule, SellingList):
        return entries.filter(selling_list=rule)
    lists = list(SellingList.objects.filter(profile=rule).values_list("pk", flat=True))
    channels = list(Channel.objects.filter(profile=rule).values_list("pk", flat=True))
    own = Q(selling_list__isnull=True, channel__in=channels)
    return entries.filter(Q(selling_list__in=lists) | own)


def matching(entries: QuerySet[Entry], words: str) -> QuerySet[Entry]:
    """Rows whose SKU or name holds every one of these words; a whole SKU is found at once."""
    if not words.strip() or "\x00" in words:
        return entries.none() if words.strip() else entries
    whole = Product.objects.filter(sku__iexact=words.strip()).values_list("pk", flat=True)[:1]
    if exact := list(whole):
        return entries.filter(product__in=exact)
    condition = Q()
    for word in words.split():
        condition &= Q(sku__icontains=word) | Q(name__icontains=word)
    products = Product.objects.filter(condition).order_by()
    found = list(products.values_list("pk", flat=True)[: READ + 1])
    if len(found) <= READ:
        return entries.filter(product__in=found)
    return entries.filter(product__in=products.values("pk"))


def _narrowed(
    entries: QuerySet[Entry], parts: list[QuerySet[Any]] | None, channel_id: int
) -> QuerySet[Entry]:
    """Only among these listings, where they are few. Each is counted in its index's own order:
    without one, the planner would rather look through all rows for what it takes to be many."""
    if parts is None:
        return entries
    parts = _at_channel(parts, channel_id) if channel_id else parts
    few = [part[: READ + 1] for part in parts]
    rows: Iterable[Any] = few[0].union(*few[1:], all=True) if len(few) > 1 else chain(*few)
    found = {listing_id for (listing_id,) in rows}
    return entries if len(found) > READ else entries.filter(listing__in=found)


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


def page(entries: QuerySet[Entry], order: str, limit: int, bound: int) -> tuple[list[Found], int]:
    """The first rows of an order, and how many there are altogether, counted to one beyond the
    bound. Counted in whatever order is nearest, so only those of the page are put in order."""
    number = _Number(entries.order_by().values("listing_id")[: bound + 1])
    parts = [part.annotate(number=number) for part in _parts(entries, order)]
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


def _parts(entries: QuerySet[Entry], order: str) -> list[QuerySet[Any]]:
    rows = entries.values_list("listing_id", "level_id", "pk")
    name, is_descending = order.lstrip("-"), order.startswith("-")
    if name not in QUANTITIES:
        sign = "-" if is_descending else ""
        return [rows.order_by(*(f"{sign}{column}" for column in BY_SKU))]
    column = QUANTITIES[name]
    sign = "-" if is_descending != (name == "backordered") else ""
    known = rows.filter(**{f"{column}__isnull": False})
    rest = rows.filter(**{f"{column}__isnull": True}).order_by(*BY_SKU)
    return [known.order_by(f"{sign}{column}", f"{sign}level_id"), rest]
