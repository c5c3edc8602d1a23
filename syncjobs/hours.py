"""What happened hour by hour: told, moved, logged. Hours that are over are counted once, by the
minute task; the rest is counted when it is asked for, so that the figures are always of now.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from syncjobs.models import Hour

HOUR = datetime.timedelta(hours=1)
KEPT = 7 * 24
"""Hours that figures are kept of, the current one included."""
SETTLED = datetime.timedelta(minutes=15)
"""An hour is counted so long after its end: what was written in it is committed by then."""


@dataclass(frozen=True, slots=True)
class Told:
    """One hour of all channels. sent: answered and not rejected; median, slowest (99th percentile):
    seconds from commit to acknowledgement, None where no change was acknowledged."""

    begins_at: datetime.datetime
    sent: int = 0
    rejected: int = 0
    median: float | None = None
    slowest: float | None = None


_TOLD = """
SELECT date_trunc('hour', answered_at, 'UTC'),
    count(*) FILTER (WHERE status <> 'rejected'), count(*) FILTER (WHERE status = 'rejected'),
    percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
        ORDER BY extract(epoch FROM answered_at - due_since)::float
    ) FILTER (WHERE status IN ('accepted', 'observed') AND due_since IS NOT NULL)
FROM channels_publication
WHERE answered_at >= %s AND answered_at < %s
GROUP BY 1
"""

_MOVED = """
SELECT reason, count(*) FROM inventory_movement
WHERE recorded_at >= %s AND recorded_at < %s GROUP BY reason
"""

_LOGGED = """
SELECT channel_id, code, count(*) FROM syncjobs_processlog
WHERE created_at >= %s AND created_at < %s AND level <> 'info' GROUP BY channel_id, code
"""

_ALL_MOVED = f"""
SELECT reason, sum(lines)::bigint FROM (
    SELECT moved.reason, moved.lines FROM syncjobs_hour hour
    JOIN syncjobs_hourmoved moved ON moved.hour_id = hour.id
    WHERE hour.begins_at >= %s AND hour.begins_at < %s
    UNION ALL ({_MOVED})
) part(reason, lines) GROUP BY reason
"""  # noqa: S608 - of constants

_ALL_LOGGED = f"""
SELECT channel_id, code, sum(lines)::bigint FROM (
    SELECT logged.channel_id, logged.code, logged.lines FROM syncjobs_hour hour
    JOIN syncjobs_hourlogged logged ON logged.hour_id = hour.id
    WHERE hour.begins_at >= %s AND hour.begins_at < %s
    UNION ALL ({_LOGGED})
) part(channel_id, code, lines) GROUP BY channel_id, code
"""  # noqa: S608 - of constants


def floor(moment: datetime.datetime) -> datetime.datetime:
    """The beginning of the hour that a moment is in, in UTC."""
    return moment.astimezone(datetime.UTC).replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known by hour. `kept`: hours that were counted; `now`: when it is asked."""

    kept: dict[datetime.datetime, Told]
    now: datetime.datetime

    @classmethod
    def read(cls) -> Figures:
        """All that is kept, in one query of at most KEPT rows."""
        now = timezone.now()
        rows = Hour.objects.filter(begins_at__gte=first(now, KEPT)).values_list(
            "begins_at", "sent", "rejected", "median", "slowest"
        )
        return cls({row[0]: Told(*row) for row in rows}, now)

    def window(self, hours: int) -> tuple[datetime.datetime, datetime.datetime]:
        """Where the last so many hours begin, and where what is counted of them ends."""
        begin = first(self.now, hours)
        counted = begin
        while counted in self.kept:
            counted += HOUR
        return begin, counted

    def told(self, hours: int) -> list[Told]:
        """The last so many hours, the current one last. One query."""
        begin, counted = self.window(hours)
        found = self.kept | {row.begins_at: row for row in _told(counted, self.now + HOUR)}
        each = [begin + HOUR * number for number in range(hours)]
        return [found.get(hour, Told(hour)) for hour in each]

    def moved(self, hours: int) -> Counter[str]:
        """Lines of the ledger by reason, within the last so many hours. One query."""
        begin, counted = self.window(hours)
        return Counter(dict(_rows(_ALL_MOVED, begin, counted, counted, self.now + HOUR)))

    def logged(self, hours: int) -> Counter[tuple[int, str]]:
        """Lines of the process logs that are no mere information, by channel id and reason code,
        within the last so many hours. One query."""
        begin, counted = self.window(hours)
        rows = _rows(_ALL_LOGGED, begin, counted, counted, self.now + HOUR)
        return Counter({(channel, code): lines for channel, code, lines in rows})


def first(now: datetime.datetime, hours: int) -> datetime.datetime:
    """Where the last so many hours begin; the current one counts as one."""
    return floor(now) - HOUR * (hours - 1)


def keep() -> int:
    """Count the hours that are over and were not counted yet, the latest first, and forget old
    ones. Returns how many were counted."""
    now = timezone.now()
    last = floor(now - SETTLED) - HOUR
    wanted = [last - HOUR * number for number in range(KEPT)]
    Hour.objects.filter(begins_at__lt=wanted[-1]).delete()
    known = set(Hour.objects.values_list("begins_at", flat=True))
    missing = [hour for hour in wanted if hour not in known]
    for hour in missing:
        _count(hour)
    return len(missing)


def recount() -> int:
    """Forget and count anew: for whoever wrote into the past. Returns how many hours."""
    Hour.objects.all().delete()
    return keep()


def _count(begins_at: datetime.datetime) -> None:
    """Count one hour. Of two processes that do so at once, one finds it done."""
    ends_at = begins_at + HOUR
    found = next(iter(_told(begins_at, ends_at)), Told(begins_at))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO syncjobs_hour (begins_at, sent, rejected, median, slowest)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (begins_at) DO NOTHING RETURNING id",
            [begins_at, found.sent, found.rejected, found.median, found.slowest],
        )
        row = cursor.fetchone()
        if row is None:
            return
        cursor.execute(
            "INSERT INTO syncjobs_hourmoved (hour_id, reason, lines)"  # noqa: S608 - of constants
            f" SELECT %s, moved.* FROM ({_MOVED}) moved",
            [row[0], begins_at, ends_at],
        )
        cursor.execute(
            "INSERT INTO syncjobs_hourlogged (hour_id, channel_id, code, lines)"  # noqa: S608
            f" SELECT %s, logged.* FROM ({_LOGGED}) logged",
            [row[0], begins_at, ends_at],
        )


def _told(begin: datetime.datetime, end: datetime.datetime) -> list[Told]:
    return [
        Told(hour, sent, rejected, *(seconds or (None, None)))
        for hour, sent, rejected, seconds in _rows(_TOLD, begin, end)
    ]


def _rows(statement: str, *parameters: datetime.datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
