"""Changes what we believe a channel shows, and nothing else does: one statement per kind of news.

All lock listing levels in primary-key order before they update.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection

from channels.contract import Code
from syncjobs.claims import Claim

RETRY_AFTER = timedelta(minutes=15)
"""A refused level rests this long, doubled with each failure up to a day, or until it changes."""

SHORT_REST = timedelta(seconds=15)
"""A level that sells under our hands, each time before we can tell it, is tried again soon."""

_LOCK = """
WITH news AS MATERIALIZED (
    SELECT * FROM unnest({arrays}) AS n({columns})
), locked AS MATERIALIZED (
    SELECT level.id FROM channels_listinglevel level JOIN news ON news.id = level.id
    ORDER BY level.id FOR UPDATE OF level
)
UPDATE channels_listinglevel level SET {changes}
FROM news JOIN locked ON locked.id = news.id WHERE level.id = news.id
{answer}
"""

# Adding the change instead of storing the number keeps a change right that was made to our belief
# while the call was under way. What was doubted before the call is settled by its answer; what was
# doubted before a late answer came in may have been changed since: it stays unknown, and due.
_ACCEPTED = _LOCK.format(
    arrays="%s::bigint[], %s::int[], %s::int[], %s::bigint[], %s::bool[]",
    columns="id, quantity, expected, version, is_late",
    changes="""
        acknowledged = CASE WHEN level.acknowledged IS NULL AND news.is_late THEN NULL
            WHEN level.acknowledged IS NULL OR news.expected IS NULL THEN news.quantity
            ELSE level.acknowledged + (news.quantity - news.expected) END,
        acknowledged_at = clock_timestamp(),
        reason = '', failures = 0, retry_at = NULL,
        is_falling = level.is_falling AND level.stale_version > news.version,
        pushed_version = greatest(level.pushed_version, news.version)
    """,
    answer="RETURNING level.id, level.acknowledged",
)
_READ = _LOCK.format(
    arrays="%s::bigint[], %s::int[], %s::bigint[], %s::timestamptz[]",
    columns="id, available, version, read_at",
    changes="""
        acknowledged = CASE WHEN level.stale_version = news.version THEN news.available END,
        stale_version = CASE
            WHEN level.stale_version <> news.version
                THEN greatest(level.stale_version, level.pushed_version + 1)
            WHEN level.acknowledged IS DISTINCT FROM news.available THEN level.stale_version + 1
            ELSE level.stale_version END,
        acknowledged_at = news.read_at, read_at = news.read_at""",
    answer="""
        RETURNING level.id,
            CASE WHEN level.acknowledged IS NULL THEN news.version ELSE level.stale_version END""",
)
_SETTLED = _LOCK.format(
    arrays="%s::bigint[], %s::bigint[], %s::text[]",
    columns="id, version, reason",
    changes="""
        pushed_version = greatest(level.pushed_version, news.version), reason = news.reason,
        is_falling = level.is_falling AND level.stale_version > news.version,
        failures = 0, retry_at = NULL""",
    answer="",
)
_PARKED = _LOCK.format(
    arrays="%s::bigint[], %s::text[], %s::float[]",
    columns="id, reason, rest",
    changes="""
        reason = news.reason, failures = level.failures + 1,
        retry_at = clock_timestamp() + make_interval(secs => news.rest)""",
    answer="",
)
_HELD = _LOCK.format(
    arrays="%s::bigint[]",
    columns="id",
    changes=f"""
        reason = '{Code.BREAKER}', retry_at = clock_timestamp() + interval '1 day'""",
    answer="",
)
_FORGOTTEN = _LOCK.format(
    arrays="%s::bigint[]",
    columns="id",
    changes="""
        acknowledged = NULL, reason = 'outcome_unknown',
        stale_version = greatest(level.stale_version, level.pushed_version + 1)""",
    answer="",
)


def _execute(sql: str, rows: Sequence[Sequence[object]]) -> list[tuple[int, int | None]]:
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
        return cursor.fetchall() if cursor.description else []


def accept(
    rows: Iterable[tuple[int, int, int | None, int]], *, is_late: bool
) -> dict[int, int | None]:
    """The channel took numbers: (level id, quantity, expected, version). `is_late`: the answer came
    to another process than the one that asked, so orders may have been imported in between.

    Returns by level id what it shows now: not the number told where an order of the channel moved
    our belief meanwhile."""
    return dict(_execute(_ACCEPTED, [(*row, is_late) for row in rows]))


def read(rows: Iterable[tuple[int, int | None, int, datetime]]) -> dict[int, int]:
    """We read numbers: (level id, available, the version it had when claimed, when). A number that
    is news makes its level due, whoever asked for the reading may die before telling; a level that
    was marked since becomes unknown. Returns the version to tell it under, by level id."""
    return {
        level_id: version
        for level_id, version in _execute(_READ, list(rows))
        if version is not None
    }


def settle(rows: Iterable[tuple[Claim, str]]) -> None:
    """Nothing is to be sent for these until they change again; the reason says why ("" = right)."""
    _execute(_SETTLED, [(claim.level_id, claim.version, reason) for claim, reason in rows])


def park(rows: Iterable[tuple[Claim, str]]) -> None:
    """These were refused: let them rest, so that they hold nobody back."""
    _execute(_PARKED, [(claim.level_id, reason, _rest(claim, reason)) for claim, reason in rows])


def hold(claims: Iterable[Claim]) -> None:
    """The breaker keeps these back until a person approves, or they change, or a day is over."""
    _execute(_HELD, [(claim.level_id,) for claim in claims])


def forget(level_ids: Iterable[int]) -> None:
    """An outcome is lost for good: what these show is unknown, so they are due and will be read."""
    _execute(_FORGOTTEN, [(level_id,) for level_id in level_ids])


def _rest(claim: Claim, reason: str) -> float:
    if reason == Code.STALE:
        return SHORT_REST.total_seconds()
    doublings = min(claim.failures, 10)
    return min(RETRY_AFTER * 2.0**doublings, timedelta(days=1)).total_seconds()
