"""The comparison: read a part of the channel's levels, take its orders in, judge, keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import partial

from django.utils import timezone

from channels import publishing
from channels.contract import Adapter, LevelRef, RemoteLevel
from channels.models import Channel
from syncjobs import acknowledgements, importing, patience, pusher, records
from syncjobs.models import Run
from syncjobs.reconcile import evidence, judging, keeping, subjects
from syncjobs.reconcile.judging import Verdict
from syncjobs.reconcile.keeping import Judged
from syncjobs.reconcile.subjects import Subject

CHUNK = 1000
"""Levels read and judged at once. Bounds memory."""
LIMIT = 20_000
"""Levels compared in one run; the others come first in the next."""
WHOLE = 5000
"""Levels of the only chunk of a run, at a channel that is seldom asked for orders."""
LATE = timedelta(minutes=15)
"""What waits no longer than one comparison is ordinary traffic."""
LOOKS = 2
"""How often a level is read whose number moves under our eyes, before the next run has it."""


def compare(run: Run, channel: Channel, adapter: Adapter) -> None:
    """Compare the channel's levels with what they should show, those unchecked for longest first.

    The run counts levels: total to look at, unchanged that agree, failed that differ, skipped that
    are under way and asked again next time. Needs the channel's lease, and `resuming.resume` before
    it. Raises ChannelError; what was found before it is kept.
    """
    began_at = timezone.now()
    subjects.close_left(channel)
    # Each chunk costs a question for orders, so where those are few all is looked at in one.
    size, left = (WHOLE, WHOLE) if adapter.orders_every_seconds else (CHUNK, LIMIT)
    run.total = min(subjects.count(channel), left)
    run.save(update_fields=["total"])
    while left > 0 and (chunk := subjects.oldest(channel, began_at, min(size, left))):
        left -= len(chunk)
        for _ in range(LOOKS):
            chunk = _look(run, channel, adapter, chunk)
            if not chunk:
                break
        records.count(run, skipped=len(chunk))
        pusher.interlude(run, channel, adapter)


def look_at(run: Run, channel: Channel, adapter: Adapter, level_ids: Collection[int]) -> None:
    """Compare just these levels, now: the channel told that their numbers changed. Not counted on
    the run, which is about something else."""
    ids = sorted(level_ids)
    for start in range(0, len(ids), CHUNK):
        chunk = subjects.of(channel, ids[start : start + CHUNK])
        for _ in range(LOOKS):
            chunk = _look(run, channel, adapter, chunk, is_counted=False) if chunk else []


def _look(
    run: Run,
    channel: Channel,
    adapter: Adapter,
    chunk: Sequence[Subject],
    *,
    is_counted: bool = True,
) -> list[Subject]:
    """Read these levels, then take orders in, then judge: so that a sale is either in what was read
    and counted here before anything is judged, or in neither.

    Returns the levels to read again: of listings about which something was learned meanwhile.
    """
    read_at = timezone.now()
    shown = _read(adapter, chunk)
    importing.take_if_allowed(run, channel, adapter, is_urgent=True)
    # Decided before the levels are loaded: stock that moves in between is seen as due, never as a
    # number that nobody marked.
    decisions = publishing.decide(each.place for each in chunk)
    before = {each.level_id: each.knowledge for each in chunk}
    now = subjects.again(channel, chunk)
    moved = {each.listing_id for each in now if each.knowledge != before[each.level_id]}
    still = [each for each in now if each.listing_id not in moved]
    late_since = read_at - LATE
    cases = evidence.gather(channel, still, shown, decisions, late_since)
    lost_since = read_at - timedelta(seconds=adapter.confirm_seconds)
    listed_until = None
    if adapter.orders_every_seconds:  # it lists its orders late, too
        cases = evidence.since(cases)
        asked_at = channel.orders_asked_at or channel.created_at
        listed_until = asked_at - timedelta(seconds=adapter.overlap_seconds)
    by = judging.finder(channel, late_since, lost_since, listed_until)
    judged = [Judged(case, judging.judge(case, by)) for case in cases]
    if is_counted:
        _count(run, judged)
    acknowledgements.note_buyable(
        (each.level_id, shown[each.ref].is_buyable) for each in still if each.ref in shown
    )
    keeping.keep(run, channel, [each.level_id for each in chunk], judged, read_at)
    return [each for each in now if each.listing_id in moved]


def _read(adapter: Adapter, chunk: Sequence[Subject]) -> dict[LevelRef, RemoteLevel]:
    refs = [each.ref for each in chunk if each.is_linked]
    shown: dict[LevelRef, RemoteLevel] = {}
    for start in range(0, len(refs), adapter.reads_at_once):
        part = refs[start : start + adapter.reads_at_once]
        shown.update(patience.read(partial(adapter.read_levels, part)))
    return shown


def _count(run: Run, judged: Sequence[Judged]) -> None:
    numbers: dict[str, int] = defaultdict(int)
    for each in judged:
        if isinstance(each.judgement, Verdict):
            numbers["unchanged" if each.judgement == Verdict.AGREES else "skipped"] += 1
        else:
            numbers["failed"] += 1
    records.count(run, **numbers)
