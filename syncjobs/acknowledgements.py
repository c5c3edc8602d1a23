"""Changes what we believe a channel shows, and nothing else does: one statement per kind of news.

All lock listing levels in primary-key order before they update.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import connection

from syncjobs.claims import Claim

RETRY_AFTER = timedelta(minutes=15)
"""A refused level rests this long, doubled with each failure up to a day, or until it changes."""

_LOCK = """
WITH news AS MATERIALIZED (
    SELECT * FROM unnest({arrays}) AS n({columns})
), locked AS MATERIALIZED (
    SELECT level.id FROM channels_listinglevel level JOIN news ON news.id = level.id
    ORDER BY level.id FOR UPDATE OF level
)
UPDATE channels_listinglevel level SET {changes}
FROM news JOIN locked ON locked.id = news.id WHERE level.id = news.id
"""

# Adding the change instead of storing the number keeps a change right that was made to our belief
# while the call was under way.
_ACCEPTED = _LOCK.format(
    arrays="%s::bigint[], %s::int[], %s::int[], %s::bigint[]",
    columns="id, quantity, expected, version",
    changes="""
        acknowledged = CASE WHEN news.expected IS NULL OR level.acknowledged IS NULL
            THEN news.quantity ELSE level.acknowledged + (news.quantity - news.expected) END,
        acknowledged_at = clock_timestamp(),
        reason = '', failures = 0, retry_at = NULL,
        pushed_version = greatest(level.pushed_version, news.version)""",
)
_READ = _LOCK.format(
    arrays="%s::bigint[], %s::int[]",
    columns="id, available",
    changes="""
        acknowledged = news.available, acknowledged_at = clock_timestamp(),
        read_at = clock_timestamp()""",
)
_SETTLED = _LOCK.format(
    arrays="%s::bigint[], %s::bigint[], %s::text[]",
    columns="id, version, reason",
    changes="""
        pushed_version = greatest(level.pushed_version, news.version), reason = news.reason,
        failures = 0, retry_at = NULL""",
)
_PARKED = _LOCK.format(
    arrays="%s::bigint[], %s::text[], %s::float[]",
    columns="id, reason, rest",
    changes="""
        reason = news.reason, failures = level.failures + 1,
        retry_at = clock_timestamp() + make_interval(secs => news.rest)""",
)
_FORGOTTEN = _LOCK.format(
    arrays="%s::bigint[]",
    columns="id",
    changes="""
        acknowledged = NULL, reason = 'outcome_unknown',
        stale_version = greatest(level.stale_version, level.pushed_version + 1)""",
)


def _execute(sql: str, rows: Sequence[Sequence[object]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])


def accept(rows: Iterable[tuple[int, int, int | None, int]]) -> None:
    """The channel took numbers: (level id, quantity, expected, version)."""
    _execute(_ACCEPTED, list(rows))


def read(rows: Iterable[tuple[int, int | None]]) -> None:
    """We read numbers: (level id, available)."""
    _execute(_READ, list(rows))


def settle(rows: Iterable[tuple[Claim, str]]) -> None:
    """Nothing is to be sent for these until they change again; the reason says why ("" = right)."""
    _execute(_SETTLED, [(claim.level_id, claim.version, reason) for claim, reason in rows])


def park(rows: Iterable[tuple[Claim, str]]) -> None:
    """These were refused: let them rest, so that they hold nobody back."""
    _execute(_PARKED, [(claim.level_id, reason, _rest(claim.failures)) for claim, reason in rows])


def forget(level_ids: Iterable[int]) -> None:
    """An outcome is lost for good: what these show is unknown, so they are due and will be read."""
    _execute(_FORGOTTEN, [(level_id,) for level_id in level_ids])


def _rest(failures: int) -> float:
    doublings = min(failures, 10)
    return min(RETRY_AFTER * 2.0**doublings, timedelta(days=1)).total_seconds()
