"""Keeps what a comparison found: findings opened, seen again, mended or closed, and numbers that
were told and are now seen at the channel. Set-based; all of one chunk in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from channels.contract import Code
from channels.models import Channel
from syncjobs import news, records
from syncjobs.models import Finding, Run
from syncjobs.reconcile import judging, mending
from syncjobs.reconcile.evidence import Case
from syncjobs.reconcile.judging import Judgement, Verdict
from syncjobs.reconcile.mending import Reading
from syncjobs.records import Entry

POLICY = "policy of the channel"
"""Who mended what nobody clicked."""
LOGGED = {
    Finding.Cause.EDIT: Code.CHANGED_THERE,
    Finding.Cause.UNEXPLAINED: Code.INTERNAL,
    Finding.Cause.NOT_MAPPED: Code.ITEM_MISSING,
    Finding.Cause.NOT_APPLIED: Code.NOT_APPLIED,
}
"""New findings that no other line of the process log tells of."""
SEEN = ["cause", "shown", "believed", "should", "committed_there", "committed_here", "message"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A level with its judgement."""

    case: Case
    judgement: Judgement


# The clock of a level is set whatever came of it: what could not be judged waits for its next turn
# like all others, and a run always comes to its end.
_CHECK = """
WITH locked AS MATERIALIZED (
    SELECT id FROM channels_listinglevel WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
)
UPDATE channels_listinglevel level SET checked_at = clock_timestamp()
FROM locked WHERE level.id = locked.id
RETURNING level.id, level.acknowledged, level.acknowledged_at
"""

# A number counts as seen only when what the channel shows goes back to it: nothing was read there
# after it that was news to us.
_SEE = """
WITH latest AS MATERIALIZED (
    SELECT last.id FROM unnest(%(levels)s::bigint[]) AS seen(level_id)
    CROSS JOIN LATERAL (
        SELECT id, level_id, status, answered_at FROM channels_publication
        WHERE level_id = seen.level_id AND status IN ('accepted', 'observed')
        ORDER BY id DESC LIMIT 1
    ) last
    WHERE last.status = 'accepted' AND last.answered_at < %(read_at)s AND NOT EXISTS (
        SELECT FROM channels_observation news
        WHERE news.level_id = last.level_id AND news.is_read AND news.read_at > last.answered_at
    )
), locked AS MATERIALIZED (
    SELECT publication.id FROM channels_publication publication
    JOIN latest ON latest.id = publication.id ORDER BY publication.id FOR UPDATE OF publication
)
UPDATE channels_publication publication SET status = 'observed'
FROM locked WHERE publication.id = locked.id
"""


def keep(
    run: Run,
    channel: Channel,
    level_ids: Sequence[int],
    judged: Sequence[Judged],
    read_at: datetime,
) -> None:
    """Store what was found at these levels, read after `read_at`; marks all of them as checked."""
    with transaction.atomic():
        known = _check(level_ids)
        judged = [each for each in judged if _is_valid(each, known)]
        agreeing = [each for each in judged if each.judgement == Verdict.AGREES]
        found = [_finding(channel, each) for each in judged]
        _close(agreeing)
        opened = _open([each for each in found if each is not None], channel)
        news.opened(opened)
        _see([each.case for each in judged], read_at)
    _log(run, opened, judged)


def _check(level_ids: Sequence[int]) -> dict[int, tuple[int | None, datetime | None]]:
    """Mark as checked; returns our beliefs, which nobody can change until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_CHECK, [list(level_ids)])
        return {level_id: (number, at) for level_id, number, at in cursor.fetchall()}


def _is_valid(each: Judged, known: dict[int, tuple[int | None, datetime | None]]) -> bool:
    """Whether what was judged is still what we believe: an order may have come in meanwhile."""
    subject = each.case.subject
    return known.get(subject.level_id) == (subject.believed, subject.believed_at)


def _finding(channel: Channel, each: Judged) -> Finding | None:
    """What is to be kept of a judgement, not saved yet."""
    if isinstance(each.judgement, Verdict):
        return None
    case = each.case
    cause, message = each.judgement
    return Finding(
        channel=channel,
        level_id=case.subject.level_id,
        cause=cause,
        message=message,
        shown=case.available,
        believed=case.subject.believed,
        should=case.should,
        committed_there=case.commitment.there if case.commitment else None,
        committed_here=case.commitment.here.expected if case.commitment else None,
    )


def _close(agreeing: Sequence[Judged]) -> None:
    Finding.objects.filter(
        level__in=[each.case.subject.level_id for each in agreeing], closed_at=None
    ).update(closed_at=timezone.now(), outcome=Finding.Outcome.GONE)


def _open(found: Sequence[Finding], channel: Channel) -> list[Finding]:
    """Save findings: one that is open at the level already is seen again, its cause and its numbers
    as they are now. Mends where the policy says so. Returns the new ones."""
    known = Finding.objects.filter(level__in=[each.level_id for each in found], closed_at=None)
    locked = known.order_by("pk").select_for_update(of=["self"])
    open_ones = {each.level_id: each for each in locked}
    new: list[Finding] = []
    same: list[Finding] = []
    changed: list[Finding] = []
    now = timezone.now()
    for fresh in found:
        kept = open_ones.get(fresh.level_id)
        if kept is None:
            new.append(fresh)
        else:
            (changed if _follow(kept, fresh) else same).append(kept)
    # A channel that is told by hand only would not be sent what is marked: that stays reported.
    if channel.drift_policy == Channel.DriftPolicy.MEND and judging.is_told(channel):
        _mend([*new, *changed, *same], now)
        changed += [each for each in same if each.closed_at is not None]
        same = [each for each in same if each.closed_at is None]
    for each in [*new, *changed]:
        each.seen_at = now
    Finding.objects.bulk_create(new, batch_size=1000)
    fields = [*SEEN, "seen_at", "closed_at", "outcome", "closed_by"]
    Finding.objects.bulk_update(changed, fields, batch_size=1000)
    Finding.objects.filter(pk__in=[each.pk for each in same]).update(seen_at=now)
    return new


def _follow(kept: Finding, fresh: Finding) -> bool:
    """Bring a known finding to what is found now; whether anything but the time is news."""
    is_changed = any(getattr(kept, name) != getattr(fresh, name) for name in SEEN)
    for name in SEEN:
        setattr(kept, name, getattr(fresh, name))
    return is_changed


def _mend(found: Sequence[Finding], now: datetime) -> None:
    """Let the right number be told where nobody needs to be asked. The finding ends with that: if
    the number does not arrive, the next comparison finds it again."""
    mended = [each for each in found if mending.is_mended_by_policy(each)]
    mending.tell_anew([Reading.of(each) for each in mended])
    for each in mended:
        each.closed_at, each.outcome, each.closed_by = now, Finding.Outcome.MENDED, POLICY


def _see(cases: Sequence[Case], read_at: datetime) -> None:
    """The channel shows what it told us to have taken."""
    level_ids = [
        case.subject.level_id
        for case in cases
        if case.available is not None and case.available == case.subject.believed
    ]
    with connection.cursor() as cursor:
        cursor.execute(_SEE, {"levels": level_ids, "read_at": read_at})


def _log(run: Run, opened: Sequence[Finding], judged: Sequence[Judged]) -> None:
    """A line for what was not known before; a difference that stays is not told again."""
    subjects = {each.case.subject.level_id: each.case.subject for each in judged}
    told = [each for each in opened if each.cause in LOGGED]
    if told:
        records.log(
            run,
            [
                Entry(
                    subjects[each.level_id].product_id,
                    subjects[each.level_id].sku,
                    LOGGED[Finding.Cause(each.cause)],
                    f"{subjects[each.level_id].location}: {each.message}",
                )
                for each in told
            ],
        )
