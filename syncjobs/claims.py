"""Which listing levels are looked at next, and why others are passed over.

A claim is only a note in memory: one pusher works on a channel at a time (syncjobs.lease), and the
version read here decides later whether the level is still due.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from channels.contract import LevelRef
from channels.models import Channel, Communicated, Listing, ListingLevel
from channels.publishing import Place
from syncjobs.records import Entry

SENDABLE = Q(
    listing__is_ticked=True,
    listing__is_excluded=False,
    listing__state=Listing.State.LINKED,
    listing__product__is_active=True,
    listing__product__is_excluded=False,
    location__is_active=True,
    location__is_enabled=True,
)
DUE = Q(stale_version__gt=F("pushed_version"))


@dataclass(slots=True)
class Claim:
    """A level to be told. `acknowledged` follows what is read and answered meanwhile."""

    level_id: int
    version: int
    acknowledged: int | None
    failures: int
    listing_id: int
    product_id: int
    location_id: int
    sku: str
    ref: LevelRef

    @property
    def place(self) -> Place:
        return Place(self.product_id, self.location_id)


def due(channel: Channel, limit: int) -> list[Claim]:
    """Due levels that may be sent now."""
    levels = _of(channel).filter(SENDABLE, DUE).filter(_is_retry_time())
    return _claims(levels.order_by("stale_at", "pk")[:limit])


def chosen(channel: Channel, product_ids: Collection[int], after: int, limit: int) -> list[Claim]:
    """Levels of chosen products (all when empty) with a number above `after`, due or not."""
    levels = _of(channel).filter(SENDABLE, pk__gt=after)
    if product_ids:
        levels = levels.filter(listing__product__in=product_ids)
    return _claims(levels.order_by("pk")[:limit])


def count_due(channel: Channel) -> int:
    return _of(channel).filter(SENDABLE, DUE).filter(_is_retry_time()).count()


def count_chosen(channel: Channel, product_ids: Collection[int]) -> int:
    levels = _of(channel).filter(SENDABLE)
    return (levels.filter(listing__product__in=product_ids) if product_ids else levels).count()


def _of(channel: Channel) -> QuerySet[ListingLevel]:
    # By location, because that is what the partial index of due levels starts with.
    return ListingLevel.objects.filter(location__in=channel.locations.all())


def _is_retry_time() -> Q:
    return Q(retry_at=None) | Q(retry_at__lte=timezone.now())


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
        "listing__item_id",
        "location__external_id",
    )
    return [Claim(*row[:8], ref=LevelRef(row[8], row[9])) for row in rows]


# A due level that may not be sent says why, once: the reason is stored with it, and only a change
# of reason is reported again.
_EXPLAIN_UNSENT = """
WITH why AS MATERIALIZED (
    SELECT level.id, product.id AS product_id, product.sku, CASE
        WHEN listing.is_excluded OR product.is_excluded THEN 'excluded'
        WHEN NOT product.is_active THEN 'product_inactive'
        WHEN NOT (location.is_active AND location.is_enabled) THEN 'location_missing'
        WHEN listing.state <> 'new' THEN listing.reason
        ELSE '' END AS reason
    FROM channels_listinglevel level
    JOIN channels_listing listing ON listing.id = level.listing_id
    JOIN channels_location location ON location.id = level.location_id
    JOIN inventory_product product ON product.id = listing.product_id
    WHERE location.channel_id = %s AND level.stale_version > level.pushed_version
        AND listing.is_ticked
), passed AS MATERIALIZED (
    SELECT level.id FROM channels_listinglevel level JOIN why ON why.id = level.id
    WHERE why.reason <> '' AND why.reason <> level.reason
    ORDER BY level.id LIMIT %s FOR UPDATE OF level
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
