"""Finds rows of the communicated table among millions: by state, by whether the channel shows what
it should, by where they are, by words.

What is rare is asked for by the partial index that holds it, a few thousand listings at most; what
is not rare is met soon on the way through the order. Either way nothing is looked for in all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from channels import narrowing
from channels.models import Channel, Communicated, Entry, Feed, Listing, ListingLevel, Location
from channels.models.listing import ASKED, DIFFERS, DUE, LEFT_ALONE, PASSING, REFUSED, UNKNOWN
from channels.models.profile import Profile, SellingList
from channels.narrowing import EVERY, Chosen
from desk.narrowing import few, if_few, these, together
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

GROUPS: dict[str, tuple[State, ...]] = {
    "waiting": (State.PENDING, State.PENDING_UPDATE),
    "attention": (State.ERROR, State.SKIPPED),
}
"""States that are asked for together."""


def of_channel(entries: QuerySet[Entry], chosen: Chosen) -> QuerySet[Entry]:
    """Rows of the chosen channel, looked for among its listings alone where these are few."""
    return narrowing.among(entries.filter(channel=chosen.channel_id), chosen.listings)


def at_location(entries: QuerySet[Entry], location_id: int) -> QuerySet[Entry]:
    """Rows at a location. One query more."""
    own = Listing.objects.filter(channel__locations=location_id).order_by()
    rows = entries.filter(location=location_id)
    return narrowing.among(rows, few([own.values_list("pk")]))


def in_states(entries: QuerySet[Entry], *states: State, chosen: Chosen = EVERY) -> QuerySet[Entry]:
    """Rows in any of these states. One query more, three for rows that have no location.

    chosen: the channel whose rows they are already, if it is one's: fewer are looked through.
    """
    wanted, parts = asked(states, chosen)
    return _narrowed(entries.filter(wanted), parts, chosen)


def asked(states: Sequence[State], chosen: Chosen = EVERY) -> tuple[Q, list[QuerySet[Any]] | None]:
    """What rows in any of these states are, and the partial indexes that name their listings, where
    there are such. One query for rows that have no location."""
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
    if {State.LINKED, State.OUT_OF_STOCK} & set(states) and chosen.channel_id:
        parts = None  # by its number, a level is looked for among those of all channels
    return wanted, parts


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
    entries: QuerySet[Entry], *, is_wanted: bool = True, chosen: Chosen = EVERY
) -> QuerySet[Entry]:
    """Rows that are told, whose channel shows another number than it should, by the last tally; or
    that show it, to which belongs whatever has no number to show. chosen: as in_states."""
    told = entries.filter(_OURS)
    if is_wanted:
        return _narrowed(told.filter(DIFFERS), [_levels(DIFFERS)], chosen)
    right = LEFT_ALONE | Q(should__isnull=True) | Q(should=F("acknowledged"))
    return told.filter(right)


def left_too_high(entries: QuerySet[Entry], *, chosen: Chosen = EVERY) -> QuerySet[Entry]:
    """Excluded rows whose channel goes on showing more than there is, by the last tally: looked for
    among what differs and among what is excluded, whichever is rare. chosen: as in_states."""
    too_high = DIFFERS & Q(should__lt=F("acknowledged"))
    rows = entries.filter(_TICKED & _EXCLUDED & Q(level__isnull=False) & too_high)
    if chosen.listings is not None:
        return rows
    parts = narrowing.at_channel([_levels(DIFFERS), *_excluded()], chosen.channel_id)
    differ, *excluded = together(*parts)
    rare = [ids for ids in (if_few(differ), if_few(*excluded)) if ids is not None]
    return narrowing.among(rows, frozenset.intersection(*rare) if rare else None)


def active(
    entries: QuerySet[Entry], *, is_wanted: bool = True, chosen: Chosen = EVERY
) -> QuerySet[Entry]:
    """Rows that the channel offers for sale, where it says so, or those that it does not offer.
    chosen: as in_states."""
    rows = entries.filter(is_buyable=is_wanted)
    if is_wanted:
        return rows
    return _narrowed(rows, [_levels(Q(is_buyable=False))], chosen)


def unconfirmed(entries: QuerySet[Entry], *, chosen: Chosen = EVERY) -> QuerySet[Entry]:
    """Rows whose channel took a number and does not show it yet, as far as we have seen. chosen:
    as in_states."""
    taken = _levels(_TAKEN, "location_id", "told_at")
    return _narrowed(entries.filter(_TAKEN), [taken], chosen)


def fed_by(entries: QuerySet[Entry], warehouse_id: int) -> QuerySet[Entry]:
    """Rows at places that the warehouse feeds. One query more."""
    fed = Feed.objects.filter(warehouse=warehouse_id).order_by().values_list("location_id")
    levels = ListingLevel.objects.filter(location__in=fed).order_by().values_list("listing_id")
    places, listings = together(fed, levels)
    return narrowing.among(entries.filter(location__in=places), if_few(listings))


def by_rule(entries: QuerySet[Entry], rule: Profile | SellingList) -> QuerySet[Entry]:
    """Rows that are in a selling list, or go by a profile: their list's, else their channel's. One
    query more."""
    if isinstance(rule, SellingList):
        own = Listing.objects.filter(selling_list=rule).order_by().values_list("pk")
        return narrowing.among(entries.filter(selling_list=rule), few([own]))
    lists = SellingList.objects.filter(profile=rule).order_by().values_list("pk")
    channels = Channel.objects.filter(profile=rule).order_by().values_list("pk")
    listings = Listing.objects.order_by().values_list("pk")
    in_lists, at_channels, *found = together(
        lists,
        channels,
        listings.filter(selling_list__in=lists),
        listings.filter(selling_list__isnull=True, channel__in=channels),
    )
    own_rule = Q(selling_list__isnull=True, channel__in=at_channels)
    rows = entries.filter(Q(selling_list__in=in_lists) | own_rule)
    return narrowing.among(rows, if_few(*found))


def matching(entries: QuerySet[Entry], words: str) -> QuerySet[Entry]:
    """Rows whose SKU or name holds every one of these words; a whole SKU is that one alone. One
    query more."""
    if not words.strip() or "\x00" in words:
        return entries.none() if words.strip() else entries
    return entries.filter(product__in=_products(words))


def listings_matching(listings: QuerySet[Listing], words: str) -> QuerySet[Listing]:
    """Listings of such products, and those that the channel knows by these words as an id. Each by
    its own index: all in one condition, no index would serve. Three queries more."""
    typed = words.strip()
    if not typed or "\x00" in words:
        return listings.none() if typed else listings
    every = Listing.objects.order_by().values_list("pk")
    channels = list(Channel.objects.order_by().values_list("pk", flat=True))
    items = every.filter(channel__in=channels, item_id=typed)
    known = few([every.filter(external_id=typed), items])
    products = _products(typed)
    named = few([every.filter(product__in=products)])
    if named is None:
        return listings.filter(product__in=products)
    return listings.filter(pk__in=these(named | (known or frozenset())))


def _products(words: str) -> RawSQL | QuerySet[Any]:
    """Ids of the products that are meant; where they are many, what finds them."""
    condition = Q()
    for word in words.split():
        condition &= Q(sku__icontains=word) | Q(name__icontains=word)
    products = Product.objects.filter(condition).order_by().values_list("pk")
    whole = Product.objects.filter(sku__iexact=words.strip()).order_by().values_list("pk")
    exact, found = together(whole, products)
    listed = if_few(exact or found)
    return products if listed is None else these(listed)


def _narrowed(
    entries: QuerySet[Entry], parts: list[QuerySet[Any]] | None, chosen: Chosen
) -> QuerySet[Entry]:
    """Only among these listings, where they are few. Those of a small channel are few already."""
    if parts is None or chosen.listings is not None:
        return entries
    if chosen.channel_id:
        parts = narrowing.at_channel(parts, chosen.channel_id)
    return narrowing.among(entries, few(parts))
