"""Which warehouse fed which location when: kept as periods, so that a past moment is explained with
the mapping of that moment and not with today's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q
from django.db.models.signals import post_save

from channels.models import Feed, FeedPeriod
from inventory.models import Warehouse


class Source(NamedTuple):
    """A warehouse that feeds a location."""

    warehouse_id: int
    name: str


# The view says what is so now; periods follow it. Both statements find nothing to do as a rule.
_END = """
UPDATE channels_feedperiod period SET ended_at = clock_timestamp()
WHERE period.ended_at IS NULL AND NOT EXISTS (
    SELECT FROM channels_feed feed
    WHERE feed.location_id = period.location_id AND feed.warehouse_id = period.warehouse_id
)
RETURNING period.location_id
"""
_BEGIN = """
INSERT INTO channels_feedperiod (location_id, warehouse_id, began_at, is_released)
SELECT feed.location_id, feed.warehouse_id, clock_timestamp(), false FROM channels_feed feed
WHERE NOT EXISTS (
    SELECT FROM channels_feedperiod period
    WHERE period.location_id = feed.location_id AND period.warehouse_id = feed.warehouse_id
        AND period.ended_at IS NULL
)
ON CONFLICT DO NOTHING
RETURNING location_id
"""

# A place that nothing feeds should show 0; one that is fed by what was never counted, nothing. That
# turns without any stock that changed, so no mark tells it.
_TURNED = """
WITH turned AS MATERIALIZED (
    SELECT level.id FROM channels_listinglevel level
    WHERE level.location_id = ANY(%s) AND level.tallied_version >= level.stale_version
    ORDER BY level.id FOR NO KEY UPDATE
)
UPDATE channels_listinglevel level SET tallied_version = -1
FROM turned WHERE level.id = turned.id
"""


def remember() -> None:
    """Bring the periods up to what the mapping is now; called in the transaction that changed it,
    and by every sweep."""
    with connection.cursor() as cursor:
        cursor.execute(_END)
        changed = {row[0]: 0 for row in cursor.fetchall()}
        cursor.execute(_BEGIN)
        for (location,) in cursor.fetchall():
            changed[location] = changed.get(location, 0) + 1
        if turned := _turned(changed):
            cursor.execute(_TURNED, [turned])


def _turned(changed: Mapping[int, int]) -> list[int]:
    """Of the places whose feeds changed, by how many just began: those that are fed by nothing now,
    or were until now."""
    if not changed:
        return []
    rows = FeedPeriod.objects.filter(location__in=changed, ended_at=None).order_by()
    fed = dict(rows.values_list("location").annotate(number=Count("pk")))
    return [each for each, begun in changed.items() if fed.get(each, 0) in {0, begun}]


def sources(
    location_ids: Collection[int], as_of: datetime | None = None
) -> Mapping[int, Sequence[Source]]:
    """The warehouses that feed each of these locations, now or at a past moment. One query."""
    rows = _now(location_ids) if as_of is None else _then(location_ids, as_of)
    found: dict[int, list[Source]] = defaultdict(list)
    for location_id, warehouse_id, name in rows:
        found[location_id].append(Source(warehouse_id, name))
    return found


_COLUMNS = ("location_id", "warehouse_id", "warehouse__name")


def _now(location_ids: Collection[int]) -> Sequence[tuple[int, int, str]]:
    feeds = Feed.objects.filter(location__in=location_ids)
    return list(feeds.order_by("location_id", "warehouse_id").values_list(*_COLUMNS))


def _then(location_ids: Collection[int], moment: datetime) -> Sequence[tuple[int, int, str]]:
    periods = FeedPeriod.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=moment), location__in=location_ids, began_at__lte=moment
    )
    return list(periods.order_by("location_id", "warehouse_id").values_list(*_COLUMNS))


def fed_by_then(location_ids: Collection[int], moment: datetime) -> set[int]:
    """Of these locations, those that some warehouse had ever fed by a moment. One query, or none
    for none."""
    if not location_ids:
        return set()
    periods = FeedPeriod.objects.filter(location__in=location_ids, began_at__lte=moment)
    return set(periods.order_by().values_list("location_id", flat=True).distinct())


def fed_by_warehouse_then(warehouse_id: int, moment: datetime) -> list[int]:
    """The locations that a warehouse fed at a past moment. One query."""
    periods = FeedPeriod.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=moment), warehouse=warehouse_id, began_at__lte=moment
    )
    return list(periods.order_by().values_list("location_id", flat=True).distinct())


def connect() -> None:
    """Listen to warehouses: a new one may feed a default location at once. Called at start."""
    post_save.connect(_on_warehouse_saved, Warehouse, dispatch_uid="channels.mapping")


def _on_warehouse_saved(**_: object) -> None:
    remember()
