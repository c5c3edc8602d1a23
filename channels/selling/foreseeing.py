"""What a switch or another mapping would do to what is told, before anybody confirms it.

Nothing is written, and memory is bounded: looked at are so many listings and no more, and the
answer says whether these were all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext

from channels import reasons
from channels.contract import Code
from channels.mapping import Source
from channels.models import Channel, Feed, Listing, ListingLevel, Location
from channels.publishing import AS_IT_IS, WhatIf, decide
from channels.selling import reach, silencing
from channels.selling.previewing import Preview, Told, judge
from channels.selling.silencing import Silenced

MOST = 10_000
"""Listings that are looked at."""
CHUNK = 1000


class Standing(NamedTuple):
    """All that decides whether a listing is told anything."""

    listing_id: int
    product_id: int
    channel_id: int
    is_ticked: bool
    is_held_back: bool
    state: str
    reason: str
    is_active: bool
    is_excluded: bool
    is_channel_on: bool
    is_synced: bool

    def but(self, flags: Mapping[str, Any]) -> Standing:
        """The same with these flags."""
        return self._replace(**flags)


_COLUMNS = (
    "pk",
    "product_id",
    "channel_id",
    "is_ticked",
    "is_excluded",
    "state",
    "reason",
    "product__is_active",
    "product__is_excluded",
    "channel__is_active",
    "channel__is_stock_synced",
)

Assume = Callable[[Standing], Standing]
"""How a listing stands once it is done."""


@dataclass(slots=True)
class Foresight:
    """preview: the numbers of those that are told. stopped: listings that are not told any more, so
    that the channel keeps the number it has; silenced: their places, by name. waiting: those that
    are first told on their day. skipped: the others by why they are told nothing. is_whole: whether
    all were looked at."""

    preview: Preview = field(default_factory=Preview)
    looked_at: int = 0
    stopped: int = 0
    silenced: Silenced = field(default_factory=Silenced)
    waiting: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    is_whole: bool = True

    @property
    def counted(self) -> int:
        """How many were counted, where that is not all."""
        return self.looked_at if self.silenced.is_whole else self.silenced.total

    @property
    def is_any(self) -> bool:
        """Whether any channel would hear of it, or hear no more."""
        told = self.preview
        changed = told.ups + told.downs + told.zeros + told.first + told.cleared
        return bool(changed or self.stopped or self.waiting)

    @property
    def reasons(self) -> Sequence[tuple[str, int]]:
        """Why the skipped ones are skipped, the commonest first."""
        return self.skipped.most_common()


def why_silent(standing: Standing) -> str:
    """Why nothing is told of a listing; "" when it is told, or waits for its first day."""
    if not standing.is_ticked:
        return gettext("Not communicated there")
    code = _code_of(standing)
    return reasons.label(code) if code else ""


def _code_of(standing: Standing) -> str:
    if standing.is_excluded or standing.is_held_back:
        return Code.EXCLUDED
    if not standing.is_active:
        return Code.PRODUCT_INACTIVE
    if not (standing.is_channel_on and standing.is_synced):
        return Code.SYNC_DISABLED
    is_matched = standing.state in {Listing.State.LINKED, Listing.State.NEW}
    return "" if is_matched else standing.reason or Code.NOT_MATCHED


def foresee(
    listings: QuerySet[Listing], assume: Assume = lambda standing: standing, most: int = MOST
) -> Foresight:
    """What becomes of these listings once they stand as assumed. Some seven statements for each
    1,000 of them."""
    fed: dict[int, set[int]] = defaultdict(set)
    for channel, location in Feed.objects.order_by().values_list("channel", "location"):
        fed[channel].add(location)
    foresight = Foresight()
    for part in _parts(listings, foresight, most):
        told, stopped = [], []
        for now in part:
            then, before = assume(now), why_silent(now)
            if why_silent(then):
                stopped += [] if before else [now.listing_id]
                foresight.skipped[before] += bool(before)
            elif then.state == Listing.State.NEW:
                foresight.waiting += bool(before)
            else:
                told.append(then)
        _judge(foresight, told, fed, AS_IT_IS)
        _silence(foresight, stopped)
    foresight.skipped = +foresight.skipped
    silencing.judge(foresight.silenced)
    foresight.is_whole &= foresight.silenced.is_whole
    return foresight


def foresee_mapping(
    feeds: Mapping[int, Sequence[Source]],
    places: Collection[Location],
    silenced: Collection[int] = (),
    most: int = MOST,
) -> Foresight:
    """What becomes of these places once they are fed so (by location id); the silenced ones keep
    what they show. Only what is told now or then is counted, of silenced ones no more than so many
    places."""
    changed: dict[int, set[int]] = defaultdict(set)
    for place in places:
        if place.pk not in silenced:
            changed[place.channel_id].add(place.pk)
    foresight = Foresight()
    listings = Listing.objects.filter(channel__in=[place.channel_id for place in places])
    for part in _parts(listings, foresight, most):
        told = [each for each in part if not why_silent(each) and each.state != Listing.State.NEW]
        _judge(foresight, told, changed, WhatIf(feeds=feeds))
    if silenced:
        shown = ListingLevel.objects.filter(
            location__in=silenced,
            acknowledged__gt=0,
            listing__channel__is_active=True,
            listing__channel__is_stock_synced=True,
        )
        silencing.add(foresight.silenced, reach.listed(shown), most)
        silencing.judge(foresight.silenced)
        foresight.stopped = foresight.silenced.total
        foresight.is_whole &= foresight.silenced.is_whole
    return foresight


def _silence(foresight: Foresight, stopped: Sequence[int]) -> None:
    """Count these listings, and name their places."""
    foresight.stopped += len(stopped)
    if stopped:
        levels = silencing.of_listings(stopped)
        silencing.add(foresight.silenced, levels, MOST)


def _parts(
    listings: QuerySet[Listing], foresight: Foresight, most: int
) -> Iterator[Sequence[Standing]]:
    """Parts of the listings, in primary-key order."""
    rows = listings.order_by("pk").values_list(*_COLUMNS)
    after = 0
    while part := [Standing(*row) for row in rows.filter(pk__gt=after)[:CHUNK]]:
        if foresight.looked_at >= most:
            foresight.is_whole = False
            return
        foresight.looked_at += len(part)
        after = part[-1].listing_id
        yield part


def _judge(
    foresight: Foresight,
    told: Sequence[Standing],
    locations: Mapping[int, Collection[int]],
    what_if: WhatIf,
) -> None:
    """Count what each told listing would show at each location of its channel. A place that has no
    level yet is told for the first time where something feeds it, and not at all elsewhere."""
    rows = _rows(told, locations)
    decisions = decide((row.place for row in rows), what_if=what_if) if rows else {}
    judge(
        foresight.preview,
        [row for row in rows if row.level_id or decisions[row.place].inputs],
        decisions,
    )


def _rows(told: Sequence[Standing], locations: Mapping[int, Collection[int]]) -> list[Told]:
    wanted = {place for each in told for place in locations.get(each.channel_id, ())}
    places = {
        place.pk: place
        for place in Location.objects.filter(pk__in=wanted).select_related("channel")
    }
    shown = ListingLevel.objects.filter(
        listing__in=[each.listing_id for each in told], location__in=wanted
    ).order_by()
    levels = {
        (listing, location): (level, acknowledged)
        for listing, location, level, acknowledged in shown.values_list(
            "listing_id", "location_id", "pk", "acknowledged"
        )
    }
    products = Listing.objects.filter(pk__in=[each.listing_id for each in told]).order_by()
    skus = dict(products.values_list("pk", "product__sku"))
    return [
        _row(each, places[location], levels.get((each.listing_id, location)), skus)
        for each in told
        for location in locations.get(each.channel_id, ())
    ]


def _row(
    standing: Standing,
    place: Location,
    level: tuple[int, int | None] | None,
    skus: Mapping[int, str],
) -> Told:
    level_id, acknowledged = level or (0, None)
    channel: Channel = place.channel
    return Told(
        level_id,
        standing.product_id,
        place.pk,
        acknowledged,
        skus.get(standing.listing_id, ""),
        channel.name,
        channel.kind,
        place.name,
        channel.pk,
    )
