"""How much waits for each channel: counted when it is asked for, but for channels of which so much
is due that a page would wait for the count; those the minute task counts."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from channels.models import Channel
from desk.paging import READ
from syncjobs.models import Backlog

MANY = 2_000
"""Due levels, whether or not they may be sent, that are still looked through for a page."""
FRESH = datetime.timedelta(minutes=5)
"""A count that was kept is believed for so long: should the minute task stand still, what is told
is right, if slow."""


class Waiting(NamedTuple):
    """Levels that are due and may be sent, counted no further than lists show, and since when the
    first of those counted waits."""

    rows: int = 0
    oldest: datetime.datetime | None = None


# The same levels as claims.SENDABLE and claims.DUE, place by place along the index of due levels;
# within a place those whose stock fell apart from the others, so that the oldest of each is first.
# Listings are looked up one by one, as the number of levels is bounded: joined, all would be read.
_DUE = """channels_listinglevel level CROSS JOIN LATERAL (
            SELECT FROM channels_listing listing
            JOIN inventory_product product ON product.id = listing.product_id
            WHERE listing.id = level.listing_id AND listing.is_ticked AND NOT listing.is_excluded
                AND listing.state = 'linked' AND product.is_active AND NOT product.is_excluded
            LIMIT 1
        ) sendable
        WHERE level.location_id = place.id AND level.stale_version > level.pushed_version
            AND level.is_falling = way.falls"""

_PLACES = """place.channel_id = ANY(%s) AND place.is_active AND place.mirror_id IS NULL
    AND (channel.is_unmapped_zeroed OR (place.is_enabled AND EXISTS (
        SELECT FROM channels_feedperiod WHERE location_id = place.id AND NOT is_released
    )))"""

_LIVE = f"""
SELECT place.channel_id, least(sum(part.number), {READ + 1})::int, min(part.oldest)
FROM channels_location place
JOIN channels_channel channel ON channel.id = place.channel_id
CROSS JOIN (VALUES (true), (false)) way(falls)
CROSS JOIN LATERAL (
    SELECT count(*) AS number, min(stale_at) AS oldest FROM (
        SELECT level.stale_at FROM {_DUE} ORDER BY level.stale_at, level.id LIMIT {READ + 1}
    ) due
) part
WHERE {_PLACES}"""  # noqa: S608 - of constants

_LEVELS = f"""
SELECT due.id FROM channels_location place
JOIN channels_channel channel ON channel.id = place.channel_id
CROSS JOIN (VALUES (true), (false)) way(falls)
CROSS JOIN LATERAL (
    SELECT level.id FROM {_DUE} ORDER BY level.stale_at, level.id LIMIT {READ + 1}
) due
WHERE {_PLACES} LIMIT {READ + 1}
"""  # noqa: S608 - of constants

_COUNT = f"{_LIVE} GROUP BY place.channel_id"

_TELL = f"""
WITH kept AS (
    SELECT channel_id, waiting, oldest_due_at FROM syncjobs_backlog
    WHERE channel_id = ANY(%s) AND counted_at > %s
)
SELECT * FROM kept UNION ALL (
    {_LIVE} AND place.channel_id NOT IN (SELECT channel_id FROM kept) GROUP BY place.channel_id
)
"""  # noqa: S608 - of constants

_CROWDED = f"""
SELECT channel.id FROM channels_channel channel
CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM (
        SELECT FROM channels_location place
        JOIN channels_listinglevel level ON level.location_id = place.id
            AND level.stale_version > level.pushed_version
        WHERE place.channel_id = channel.id LIMIT {MANY + 1}
    ) due
) part
WHERE part.number >= {MANY + 1}
"""  # noqa: S608 - of constants


def levels(channel_ids: Collection[int]) -> list[int]:
    """What waits for these channels, by level id: as many as a list shows, and one more."""
    with connection.cursor() as cursor:
        cursor.execute(_LEVELS, [list(channel_ids)])
        return [row[0] for row in cursor.fetchall()]


def of(channels: Collection[Channel]) -> dict[int, Waiting]:
    """By channel id; one query. A channel for which nothing waits may be absent."""
    ids = [channel.pk for channel in channels]
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [ids, timezone.now() - FRESH, ids])
        return {row[0]: Waiting(row[1], row[2]) for row in cursor.fetchall()}


def keep() -> int:
    """Count for the channels of which too much is due for a page; returns how many they are."""
    with connection.cursor() as cursor:
        cursor.execute(_CROWDED)
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(_COUNT, [ids])
        found = {row[0]: Waiting(row[1], row[2]) for row in cursor.fetchall()}
    now = timezone.now()
    rows = [Backlog(channel_id=pk, counted_at=now, **_columns(found.get(pk))) for pk in ids]
    Backlog.objects.exclude(channel__in=ids).delete()
    Backlog.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["channel"],
        update_fields=["waiting", "oldest_due_at", "counted_at"],
    )
    return len(rows)


def _columns(found: Waiting | None) -> dict[str, object]:
    rows, oldest = found or Waiting()
    return {"waiting": rows, "oldest_due_at": oldest}
