"""Which listing levels are looked at next, and why others are passed over.

A claim is only a note in memory: one pusher works on a channel at a time (syncjobs.lease), and the
version read here decides later whether the level is still due.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from channels.contract import Code, LevelRef
from channels.models import Channel, Communicated, Feed, FeedPeriod, Listing, ListingLevel
from channels.publishing import Place
from syncjobs.records import Entry

EVER_FED = FeedPeriod.objects.filter(location=OuterRef("location"), is_released=False)
SENDABLE = Q(
    listing__is_ticked=True,
    listing__is_excluded=False,
    listing__state=Listing.State.LINKED,
    listing__product__is_active=True,
    listing__product__is_excluded=False,
    location__is_active=True,
    location__mirror=None,
) & (
    # A place that nothing ever fed is not ours to write, unless the channel says so.
    Q(Exists(EVER_FED), location__is_enabled=True) | Q(location__channel__is_unmapped_zeroed=True)
)
PART = 1000
DUE = Q(stale_version__gt=F("pushed_version"))


@dataclass(slots=True)
class Claim:
    """A level to be told. `acknowledged` follows what is read and answered meanwhile. `is_fed`:
    a warehouse feeds its location; others are only ever told 0. `told_at`: since when numbers,
    of which `told` is the largest, are unconfirmed."""

    level_id: int
    version: int
    acknowledged: int | None
    failures: int
    listing_id: int
    product_id: int
    location_id: int
    sku: str
    due_since: datetime
    is_falling: bool
    told: int | None
    told_at: datetime | None
    is_fed: bool
    ref: LevelRef

    @property
    def place(self) -> Place:
        return Place(self.product_id, self.location_id)


def due(channel: Channel, limit: int, moment: datetime | None = None) -> list[Claim]:
    """Due levels that may be sent now: first those whose stock fell, and of each kind the longest
    waiting. What rests since `moment` rests until another run."""
    levels = _due(channel).filter(_is_retry_time(moment))
    return _claims(levels.order_by("-is_falling", "stale_at", "pk")[:limit])


def falling(channel: Channel, limit: int) -> list[Claim]:
    """Of the due levels only those whose stock fell."""
    return _claims(_due(channel).filter(is_falling=True).order_by("stale_at", "pk")[:limit])


def due_after(channel: Channel, after: int, limit: int) -> list[Claim]:
    """Due levels that may be sent now, by number, above `after`: to look through all of them."""
    return _claims(_due(channel).filter(pk__gt=after).order_by("pk")[:limit])


def chosen(channel: Channel, product_ids: Collection[int], after: int, limit: int) -> list[Claim]:
    """Levels of chosen products (all when empty) with a number above `after`, due or not."""
    levels = _of(channel).filter(Exists(EVER_FED), SENDABLE, pk__gt=after)
    if product_ids:
        levels = levels.filter(listing__product__in=product_ids)
    return _claims(levels.order_by("pk")[:limit])


def count_due(channel: Channel) -> int:
    return _due(channel).count()


def count_chosen(channel: Channel, product_ids: Collection[int]) -> int:
    levels = _of(channel).filter(SENDABLE)
    return (levels.filter(listing__product__in=product_ids) if product_ids else levels).count()


# Stock at or below which a level may show 0, whatever rule makes its number.
_COUNT_LOW = """
WITH feed AS MATERIALIZED (
    SELECT location_id, warehouse_id FROM channels_feed WHERE channel_id = %s
)
SELECT count(*) FROM (
    SELECT FROM channels_listinglevel level
    JOIN channels_location location ON location.id = level.location_id
    JOIN channels_listing listing ON listing.id = level.listing_id
    LEFT JOIN feed ON feed.location_id = level.location_id
    LEFT JOIN inventory_stocklevel held
        ON held.warehouse_id = feed.warehouse_id AND held.product_id = listing.product_id
    WHERE location.channel_id = %s AND level.acknowledged > 0
        AND (NOT %s OR level.stale_version > level.pushed_version)
        AND (cardinality(%s::bigint[]) = 0 OR listing.product_id = ANY(%s))
    GROUP BY level.id
    HAVING %s OR coalesce(sum(held.on_hand - held.committed), 0) <= %s
) low
"""


def count_low(
    channel: Channel, product_ids: Collection[int] = (), *, is_due: bool, limit: int | None
) -> int:
    """How many levels, due ones or all, have no more to sell than `limit` (None: any number) and
    show something: no fewer than a run over them would turn to 0. One cheap statement."""
    products = list(product_ids)
    has_none = limit is None
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT_LOW, [channel.pk, channel.pk, is_due, products, products, has_none, limit or 0]
        )
        return int(cursor.fetchone()[0])


def count_shown(channel: Channel) -> int:
    """Levels that show something to buy at the channel, as far as we know."""
    return _of(channel).filter(SENDABLE, acknowledged__gt=0).count()


def count_showing(channel: Channel, level_ids: Collection[int]) -> int:
    """How many of these levels show something to buy, as far as we know."""
    return _of(channel).filter(pk__in=level_ids, acknowledged__gt=0).count()


def held(channel: Channel) -> Iterator[list[Claim]]:
    """What the breaker holds, in parts."""
    levels = _of(channel).filter(SENDABLE, reason=Code.BREAKER)
    after = 0
    while part := _claims(levels.filter(pk__gt=after).order_by("pk")[:PART]):
        after = part[-1].level_id
        yield part


def _due(channel: Channel) -> QuerySet[ListingLevel]:
    return _of(channel).filter(SENDABLE, DUE).filter(_is_retry_time())


def _of(channel: Channel) -> QuerySet[ListingLevel]:
    # By location, because that is what the partial index of due levels starts with.
    return ListingLevel.objects.filter(location__in=channel.locations.all())


def _is_retry_time(moment: datetime | None = None) -> Q:
    return Q(retry_at=None) | Q(retry_at__lte=moment or timezone.now())


def _claims(levels: QuerySet[ListingLevel]) -> list[Claim]:
    rows = levels.values_list(
        "pk",
        "stale_version",
        "acknowledged",
        "failures",
        "listing_id",
        "listing__product_id",
        "location_id",
        "listing__product__sku",
        "stale_at",
        "is_falling",
        "told",
        "told_at",
        "listing__item_id",
        "location__external_id",
    )
    found = list(rows)
    feeds = Feed.objects.filter(location__in={row[6] for row in found})
    fed = set(feeds.values_list("location_id", flat=True))
    return [Claim(*row[:12], is_fed=row[6] in fed, ref=LevelRef(*row[12:])) for row in found]


# A due level that may not be sent says why, once: the reason is stored with it, and only a change
# of reason is reported again. What was changed since it was looked at is looked at again.
_EXPLAIN_UNSENT = """
WITH why AS MATERIALIZED (
    SELECT level.id, level.stale_version, product.id AS product_id, product.sku, CASE
        WHEN listing.is_excluded OR product.is_excluded THEN 'excluded'
        WHEN NOT product.is_active THEN 'product_inactive'
        WHEN NOT (location.is_active AND (location.is_enabled OR channel.is_unmapped_zeroed))
            THEN 'location_missing'
        WHEN listing.state <> 'new' THEN listing.reason
        ELSE '' END AS reason
    FROM channels_listinglevel level
    JOIN channels_listing listing ON listing.id = level.listing_id
    JOIN channels_location location ON location.id = level.location_id
    JOIN channels_channel channel ON channel.id = location.channel_id
    JOIN inventory_product product ON product.id = listing.product_id
    WHERE location.channel_id = %s AND level.stale_version > level.pushed_version
        AND listing.is_ticked
), passed AS MATERIALIZED (
    SELECT level.id FROM channels_listinglevel level JOIN why ON why.id = level.id
    WHERE why.reason <> '' AND why.reason <> level.reason
        AND why.stale_version = level.stale_version
    ORDER BY level.id LIMIT %s FOR NO KEY UPDATE OF level
)
UPDATE channels_listinglevel level SET reason = why.reason
FROM passed JOIN why ON why.id = passed.id WHERE level.id = passed.id
RETURNING why.product_id, why.sku, why.reason
"""


def pass_over(channel: Channel, limit: int = 5000) -> Sequence[Entry]:
    """Note on due levels why they are not sent (excluded, inactive, not matched, no location) and
    return what is new about it, a log entry each."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPLAIN_UNSENT, [channel.pk, limit])
        return [Entry(*row) for row in cursor.fetchall()]


def unsendable(channel: Channel, product_ids: Collection[int]) -> list[Entry]:
    """Why chosen products (all when empty) can not be told now, a log entry each."""
    rows = Communicated.objects.filter(
        channel=channel,
        state__in=[
            Communicated.State.EXCLUDED,
            Communicated.State.SKIPPED,
            Communicated.State.ERROR,
        ],
    ).exclude(level__in=_of(channel).filter(SENDABLE))
    if product_ids:
        rows = rows.filter(product__in=product_ids)
    return [Entry(*row) for row in rows.values_list("product_id", "product__sku", "reason")]
