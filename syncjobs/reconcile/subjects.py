"""Which listing levels are compared, those first that were not looked at for longest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from channels.contract import LevelRef
from channels.models import Channel
from channels.publishing import Place


@dataclass(frozen=True, slots=True)
class Subject:
    """A level as we know it. `is_linked`: there is an item and a location at the channel to read;
    `is_fed`: a warehouse feeds the location. `told` is unconfirmed
    since `told_at`."""

    ref: LevelRef
    level_id: int
    listing_id: int
    product_id: int
    location_id: int
    sku: str
    location: str
    believed: int | None
    believed_at: datetime | None
    read_at: datetime | None
    is_due: bool
    due_since: datetime
    pushed_version: int
    reason: str
    listing_reason: str
    told: int | None
    told_at: datetime | None
    is_location_active: bool
    is_linked: bool
    is_fed: bool

    @property
    def place(self) -> Place:
        return Place(self.product_id, self.location_id)

    @property
    def knowledge(self) -> tuple[object, ...]:
        """Changes whenever anything is learned about the level, though its number may be the same,
        and when it leads elsewhere."""
        return self.believed, self.believed_at, self.ref, self.is_linked


# A level that can not be read (its item or its location is gone) or that nothing feeds any more is
# looked at only where the channel may still show a number of ours.
_COMPARED = """
WITH place AS MATERIALIZED (
    SELECT id, name, external_id, is_active,
        EXISTS (SELECT FROM channels_feed WHERE location_id = channels_location.id) AS is_fed
    FROM channels_location WHERE channel_id = %(channel)s AND is_enabled AND mirror_id IS NULL
), oldest AS MATERIALIZED ({oldest})
SELECT {columns}
FROM channels_listinglevel level
JOIN place ON place.id = level.location_id
JOIN channels_listing listing ON listing.id = level.listing_id
JOIN inventory_product product ON product.id = listing.product_id
WHERE {scope} AND {which}
"""
_SCOPE = """
    listing.is_ticked AND NOT listing.is_excluded
    AND product.is_active AND NOT product.is_excluded
    AND (level.acknowledged IS NOT NULL
        OR (listing.state = 'linked' AND place.is_active AND place.is_fed))
"""
_COLUMNS = """
    listing.item_id, place.external_id,
    level.id, listing.id, product.id, place.id, product.sku, place.name,
    level.acknowledged, level.acknowledged_at, level.read_at,
    level.stale_version > level.pushed_version, level.stale_at, level.pushed_version,
    level.reason, listing.reason, level.told, level.told_at, place.is_active,
    place.is_active AND listing.state = 'linked' AND listing.item_id <> '', place.is_fed
"""
_NONE = "SELECT NULL::bigint AS listing_id WHERE false"
# One walk over the index for each location, so that few rows are read however many there are.
_OLDEST = """
    SELECT found.listing_id FROM place CROSS JOIN LATERAL (
        SELECT level.id, level.listing_id, level.checked_at FROM channels_listinglevel level
        JOIN channels_listing listing ON listing.id = level.listing_id
        JOIN inventory_product product ON product.id = listing.product_id
        WHERE level.location_id = place.id
            AND (level.checked_at IS NULL OR level.checked_at < %(before)s) AND {scope}
        ORDER BY level.checked_at NULLS FIRST, level.id LIMIT %(limit)s
    ) found
    ORDER BY found.checked_at NULLS FIRST, found.id LIMIT %(limit)s
"""
_COUNT = _COMPARED.format(oldest=_NONE, columns="count(*)", scope=_SCOPE, which="true")
_FIRST = _COMPARED.format(
    oldest=_OLDEST.format(scope=_SCOPE),
    columns=_COLUMNS,
    scope=_SCOPE,
    which="listing.id IN (SELECT listing_id FROM oldest) ORDER BY level.id",
)
_AGAIN = _COMPARED.format(
    oldest=_NONE, columns=_COLUMNS, scope=_SCOPE, which="level.id = ANY(%(ids)s) ORDER BY level.id"
)
_LEFT = """
UPDATE syncjobs_finding SET closed_at = clock_timestamp(), outcome = 'gone'
WHERE channel_id = %(channel)s AND closed_at IS NULL AND level_id NOT IN (
    {compared}
)
""".format(
    compared=_COMPARED.format(
        oldest=_NONE,
        columns="level.id",
        scope=_SCOPE,
        which="level.id IN (SELECT level_id FROM syncjobs_finding WHERE closed_at IS NULL)",
    )
)


def count(channel: Channel) -> int:
    """How many levels of the channel are compared."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"channel": channel.pk})
        number: int = cursor.fetchone()[0]
    return number


def oldest(channel: Channel, before: datetime, limit: int) -> list[Subject]:
    """About `limit` levels last looked at before that moment, the oldest first. All levels of a
    listing come together, so there may be a few more."""
    return _load(_FIRST, {"channel": channel.pk, "before": before, "limit": limit})


def again(channel: Channel, subjects: Sequence[Subject]) -> list[Subject]:
    """The same levels as they are now; one that is not compared any more is absent."""
    return _load(_AGAIN, {"channel": channel.pk, "ids": [each.level_id for each in subjects]})


def of(channel: Channel, level_ids: Collection[int]) -> list[Subject]:
    """These levels, as far as they are compared."""
    return _load(_AGAIN, {"channel": channel.pk, "ids": sorted(level_ids)})


def close_left(channel: Channel) -> None:
    """Close what was found at levels that are not communicated any more: unticked, excluded,
    taken out of use."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, {"channel": channel.pk})


def _load(sql: str, parameters: Mapping[str, int | datetime | list[int]]) -> list[Subject]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [Subject(LevelRef(*row[:2]), *row[2:]) for row in cursor.fetchall()]
