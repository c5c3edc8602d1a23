"""Changes what we believe a channel shows, and nothing else does: one statement per kind of news.

All lock listing levels in primary-key order before they update.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from channels.contract import Code
from syncjobs.claims import Claim
from syncjobs.news import Shown

RETRY_AFTER = timedelta(minutes=15)
"""A refused level rests this long, doubled with each failure up to a day, or until it changes."""

SHORT_REST = timedelta(seconds=15)
"""A level that sells under our hands, each time before we can tell it, is tried again soon."""

CONFIRM_REST = timedelta(minutes=1)

_LOCK = """
WITH news AS MATERIALIZED (
    SELECT * FROM unnest({arrays}) AS n({columns})
), locked AS MATERIALIZED (
    SELECT level.id, level.acknowledged FROM channels_listinglevel level
    JOIN news ON news.id = level.id
    ORDER BY level.id FOR NO KEY UPDATE OF level
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
        is_update_asked = level.is_update_asked AND level.stale_version > news.version,
        pushed_version = greatest(level.pushed_version, news.version)
    """,
    answer="RETURNING level.id, level.acknowledged, locked.acknowledged",
)
# Without compare-and-set nobody knows whether what happened meanwhile came before or after the
# number. Where a later number was told already, this one may have been applied over it: `told` is
# the most that it may show. What was asked for is done only when it was seen.
_ACCEPTED_FOR_LATER = _LOCK.format(
    arrays="%s::bigint[], %s::int[], %s::int[], %s::bigint[], %s::bool[]",
    columns="id, quantity, expected, version, is_overtaken",
    changes="""
        acknowledged = CASE WHEN news.is_overtaken THEN NULL
            WHEN level.acknowledged IS DISTINCT FROM news.expected THEN NULL
            WHEN news.expected IS NULL AND level.stale_version > news.version THEN NULL
            ELSE news.quantity END,
        stale_version = CASE
            WHEN news.is_overtaken OR level.acknowledged IS DISTINCT FROM news.expected
                THEN greatest(level.stale_version, level.pushed_version + 1, news.version + 1)
            ELSE level.stale_version END,
        acknowledged_at = clock_timestamp(),
        told = CASE WHEN news.is_overtaken THEN greatest(level.told, news.quantity)
            ELSE news.quantity END,
        told_at = clock_timestamp(),
        reason = '', failures = 0, retry_at = NULL,
        is_falling = level.is_falling AND level.stale_version > news.version,
        pushed_version = greatest(level.pushed_version, news.version)
    """,
    answer="RETURNING level.id, level.acknowledged, locked.acknowledged",
)
_SUBMITTED = _LOCK.format(
    arrays="%s::bigint[], %s::int[], %s::bigint[]",
    columns="id, quantity, version",
    changes="""
        told = news.quantity, told_at = clock_timestamp(), retry_at = NULL, reason = '',
        pushed_version = greatest(level.pushed_version, news.version)""",
    answer="",
)
_CONFIRMED = _LOCK.format(
    arrays="%s::bigint[], %s::int[], %s::bigint[], %s::timestamptz[], %s::bool[]",
    columns="id, shown, version, read_at, is_seen",
    changes="""
        acknowledged = CASE WHEN level.stale_version = news.version
            OR level.acknowledged IS NOT DISTINCT FROM news.shown THEN news.shown END,
        stale_version = CASE
            WHEN level.acknowledged IS DISTINCT FROM news.shown
                THEN greatest(level.stale_version, level.pushed_version + 1)
            ELSE level.stale_version END,
        is_update_asked = level.is_update_asked
            AND NOT (news.is_seen AND level.stale_version = news.version),
        read_at = news.read_at, told = NULL, told_at = NULL, retry_at = NULL""",
    answer="",
)
_CHECKED = _LOCK.format(
    arrays="%s::bigint[], %s::timestamptz[]",
    columns="id, checked_at",
    changes="checked_at = news.checked_at",
    answer="",
)
_WAITING = _LOCK.format(
    arrays="%s::bigint[], %s::bigint[], %s::float[]",
    columns="id, version, rest",
    changes="""
        retry_at = CASE WHEN level.stale_version = news.version
            THEN clock_timestamp() + make_interval(secs => news.rest) ELSE level.retry_at END""",
    answer="",
)
_GIVEN_UP = _LOCK.format(
    arrays="%s::bigint[]", columns="id", changes="told = NULL, told_at = NULL", answer=""
)
_BUYABLE = """
WITH news AS MATERIALIZED (
    SELECT * FROM unnest(%s::bigint[], %s::bool[]) AS n(id, is_buyable)
), locked AS MATERIALIZED (
    SELECT level.id, news.is_buyable FROM channels_listinglevel level JOIN news USING (id)
    WHERE level.is_buyable IS DISTINCT FROM news.is_buyable
    ORDER BY level.id FOR NO KEY UPDATE OF level
)
UPDATE channels_listinglevel level SET is_buyable = locked.is_buyable
FROM locked WHERE level.id = locked.id
"""
_READ = _LOCK.format(
    arrays="%s::bigint[], %s::int[], %s::bigint[], %s::timestamptz[]",
    columns="id, available, version, read_at",
    changes="""
        acknowledged = CASE WHEN level.told_at IS NOT NULL THEN level.acknowledged
            WHEN level.stale_version = news.version THEN news.available END,
        stale_version = CASE
            WHEN level.told_at IS NOT NULL THEN level.stale_version
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
        is_update_asked = level.is_update_asked AND (news.reason <> ''
            OR level.stale_version > news.version OR level.told_at IS NOT NULL),
        failures = 0, retry_at = NULL""",
    answer="",
)
# What changed meanwhile does not rest: it is another number by now.
_REST = """retry_at = CASE WHEN level.stale_version = news.version
            THEN clock_timestamp() + make_interval(secs => {}) ELSE level.retry_at END"""
_PARKED = _LOCK.format(
    arrays="%s::bigint[], %s::bigint[], %s::text[], %s::float[]",
    columns="id, version, reason, rest",
    changes=f"""
        reason = news.reason, failures = level.failures + 1, {_REST.format("news.rest")}""",
    answer="",
)
_HELD = _LOCK.format(
    arrays="%s::bigint[], %s::bigint[]",
    columns="id, version",
    changes=f"reason = '{Code.BREAKER}', {_REST.format('86400')}",
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
# Where what is told shows later, a reading could miss it: such a level is told without one.
_FORGOTTEN_AND_TOLD = _LOCK.format(
    arrays="%s::bigint[], %s::int[], %s::bigint[], %s::float[]",
    columns="id, quantity, version, rest",
    changes="""
        acknowledged = NULL, reason = 'outcome_unknown',
        told = greatest(level.told, level.acknowledged, news.quantity),
        told_at = coalesce(level.told_at, clock_timestamp()),
        retry_at = CASE WHEN news.rest > 0 AND level.stale_version = news.version
            THEN clock_timestamp() + make_interval(secs => news.rest) ELSE level.retry_at END,
        stale_version = greatest(level.stale_version, level.pushed_version + 1)""",
    answer="",
)
_REFUSED = _LOCK.format(
    arrays="%s::bigint[], %s::bigint[], %s::text[], %s::bool[], %s::float[]",
    columns="id, version, reason, is_overtaken, rest",
    changes=f"""
        reason = news.reason, failures = level.failures + 1,
        told = CASE WHEN news.is_overtaken THEN level.told END,
        told_at = CASE WHEN news.is_overtaken THEN level.told_at END,
        {_REST.format("least(news.rest * 2 ^ level.failures, 86400)")},
        stale_version = greatest(level.stale_version, level.pushed_version + 1)""",
    answer="",
)


def _execute(sql: str, rows: Sequence[Sequence[object]]) -> list[tuple[Any, ...]]:
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
        return cursor.fetchall() if cursor.description else []


def accept(
    rows: Iterable[tuple[int, int | None, int | None, int]], *, is_late: bool
) -> dict[int, Shown]:
    """The channel took numbers: (level id, quantity, expected, version). `is_late`: the answer came
    to another process than the one that asked, so orders may have been imported in between.

    Returns by level id what it shows now, and before: not the number told where an order of the
    channel moved our belief meanwhile."""
    return _shown(_execute(_ACCEPTED, [(*row, is_late) for row in rows]))


def accept_for_later(
    rows: Iterable[tuple[int, int | None, int | None, int, bool]],
) -> dict[int, Shown]:
    """The channel took numbers that it will show later: (level id, quantity, expected, version,
    whether a later number was told before this answer came). They are unconfirmed from now on.

    Returns by level id what we believe it to show, and before; None where that can not be known:
    due again."""
    return _shown(_execute(_ACCEPTED_FOR_LATER, list(rows)))


def _shown(rows: Iterable[tuple[Any, ...]]) -> dict[int, Shown]:
    return {level_id: Shown(now, was) for level_id, now, was in rows}


def submit(rows: Iterable[tuple[int, int | None, int]]) -> None:
    """Numbers are on their way in a message that is answered later: (level id, quantity, version).
    Unconfirmed from now on, and not due unless they change."""
    _execute(_SUBMITTED, list(rows))


def note_checked(level_ids: Iterable[int], checked_at: datetime) -> None:
    """These were looked at then."""
    _execute(_CHECKED, [(level_id, checked_at) for level_id in level_ids])


def confirm(rows: Iterable[tuple[int, int | None, int, datetime, bool]]) -> None:
    """An end of waiting: (level id, what the channel shows, the version it had when that was read,
    when, whether it is what was told). Right or wrong, it is what we believe now; what differs from
    our belief is due."""
    _execute(_CONFIRMED, list(rows))


def wait(claims: Iterable[Claim]) -> None:
    """These are told when the number before is confirmed, or they change; asked again soon."""
    rest = CONFIRM_REST.total_seconds()
    _execute(_WAITING, [(claim.level_id, claim.version, rest) for claim in claims])


def give_up(level_ids: Iterable[int]) -> None:
    """What is unconfirmed of these can not be looked at any more: their item is gone."""
    _execute(_GIVEN_UP, [(level_id,) for level_id in level_ids])


def note_buyable(rows: Iterable[tuple[int, bool | None]]) -> None:
    """Whether the channel offers these for sale: (level id, whether; None: it does not say)."""
    _execute(_BUYABLE, [row for row in rows if row[1] is not None])


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
    _execute(
        _PARKED,
        [(claim.level_id, claim.version, reason, _rest(claim, reason)) for claim, reason in rows],
    )


def hold(claims: Iterable[Claim]) -> None:
    """The breaker keeps these back until a person approves, or they change, or a day is over."""
    _execute(_HELD, [(claim.level_id, claim.version) for claim in claims])


def forget(level_ids: Iterable[int]) -> None:
    """An outcome is lost for good: what these show is unknown, so they are due and will be read."""
    _execute(_FORGOTTEN, [(level_id,) for level_id in level_ids])


def forget_told(rows: Iterable[tuple[int, int | None, int]], *, is_resting: bool) -> None:
    """Like `forget`, at a channel that shows later what it was told, for the number may still come:
    (level id, quantity, version). `is_resting`: the channel refused the message as a whole; trying
    at once would not help."""
    rest = RETRY_AFTER.total_seconds() if is_resting else 0.0
    _execute(_FORGOTTEN_AND_TOLD, [(*row, rest) for row in rows])


def refuse(rows: Iterable[tuple[int, int, str, bool]]) -> None:
    """Lines of a message that was answered late were refused: (level id, version, reason, whether a
    later number was told meanwhile). They rest, due, and show what they showed before."""
    rest = RETRY_AFTER.total_seconds()
    _execute(_REFUSED, [(*row, rest) for row in rows])


def _rest(claim: Claim, reason: str) -> float:
    if reason == Code.STALE:
        return SHORT_REST.total_seconds()
    doublings = min(claim.failures, 10)
    return min(RETRY_AFTER * 2.0**doublings, timedelta(days=1)).total_seconds()
