"""Tells a channel what its listings should show.

`push_due` is automatic writeback: the difference, guarded by compare-and-set. `push_chosen` is bulk
and hard sync: the absolute number, guarded by what was read a moment before. Both finish what was
left open first, and both need the channel's lease.

A stale answer never means "send again": the channel's orders are imported, the level is read and
decided anew, and only then told. So a sale on its way in is not overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from django.utils import timezone

from channels import profiles, publishing
from channels.contract import Adapter, Answer, ChannelError, Code, Mode, Outcome
from channels.models import Channel
from channels.rules import LARGEST, Decision
from syncjobs import (
    acknowledgements,
    claims,
    confirming,
    delivery,
    importing,
    records,
    remote,
    resuming,
)
from syncjobs.breaker import Guard
from syncjobs.claims import Claim
from syncjobs.delivery import Line
from syncjobs.models import Run
from syncjobs.push import Bulk, Push
from syncjobs.records import Entry

CHUNK = 1000
"""Levels decided and told before what fell meanwhile is looked for. Bounds memory."""
CLAIM = 5 * CHUNK
"""Levels claimed at once: sorting a long backlog costs more than telling a part of it."""
PATIENCE = 3
"""A level whose number changes at the channel this often under our hands rests for a while."""

CALLS = 50
"""Messages sent, at most, before what fell meanwhile is looked for."""

T = TypeVar("T")


def push_due(run: Run, channel: Channel, adapter: Adapter) -> None:
    """Send every due level of the channel. Raises ChannelError when the channel can not be told."""
    push = Push(run, channel, adapter, Mode.DELTA, Guard(run, channel))
    began_at = timezone.now()
    if adapter.is_eventual:
        # What fell waits for no answer: there are no keys to be kept in order here.
        resuming.expire(channel, adapter.key_life_seconds, adapter.bulk_seconds)
        _foresee(push)
        _tell_falling(push)
    resuming.resume(run, channel, adapter)
    confirming.confirm(run, channel, adapter)
    while entries := claims.pass_over(channel):
        _report_skipped(run, entries)
    _foresee(push)
    push.bulk = Bulk.of(channel, adapter)
    while batch := claims.due(channel, CLAIM, began_at):
        for part in _parts(batch, _chunk(adapter)):
            if not part[0].is_falling:
                _tell_falling(push)  # what came while the parts before were told
            _tell_due(push, part)
    push.send_bulk()
    push.guard.ask()


def _foresee(push: Push) -> None:
    """Look at all that is due before any of it is told."""
    low = claims.count_low(push.channel, is_due=True, limit=profiles.zero_limit(push.channel))
    push.guard.foresee(low, _all_due(push.channel))


def interlude(run: Run, channel: Channel, adapter: Adapter) -> None:
    """Zeros and decreases do not wait for the end of a long run that is about something else."""
    if channel.is_stock_synced and channel.is_updated_on_change:
        push = Push(run, channel, adapter, Mode.DELTA, Guard(run, channel), is_interlude=True)
        if claims.falling(channel, 1):
            _foresee(push)
            _tell_falling(push)


def _tell_falling(push: Push) -> None:
    while batch := claims.falling(push.channel, CHUNK):
        if push.adapter.is_eventual:  # it compares nothing, so nothing needs to be read before
            _demand_switched_on(push.channel)
            _tell(push, batch)
        else:
            _tell_due(push, batch)


def _tell_due(push: Push, batch: Sequence[Claim]) -> None:
    _demand_switched_on(push.channel)
    # What is not confirmed yet a reading would only confuse: its right number is told over.
    known = [claim for claim in batch if claim.acknowledged is not None or claim.told_at]
    _tell(push, known)
    unknown = [claim for claim in batch if claim.acknowledged is None and not claim.told_at]
    if unknown:
        _tell(push, _read(push, unknown))


def push_chosen(run: Run, channel: Channel, adapter: Adapter, product_ids: Sequence[int]) -> None:
    """Read and, where they differ, overwrite the levels of these products (all when empty)."""
    push = Push(run, channel, adapter, Mode.ABSOLUTE, Guard(run, channel))
    told_again = resuming.resume(run, channel, adapter)
    confirming.confirm(run, channel, adapter)
    _report_skipped(run, claims.unsendable(channel, product_ids))
    run.total = told_again + claims.count_chosen(channel, product_ids)
    run.save(update_fields=["total"])
    limit = profiles.zero_limit(channel)
    low = claims.count_low(channel, product_ids, is_due=False, limit=limit)
    push.guard.foresee(low, _all_chosen(channel, product_ids))
    for batch in _all_chosen(channel, product_ids, _chunk(adapter)):
        _demand_switched_on(channel)
        _tell(push, _read(push, batch))
        if channel.is_updated_on_change:
            _tell_falling(replace(push, mode=Mode.DELTA, is_interlude=True))
    push.guard.ask()


def _all_due(channel: Channel) -> Iterator[Sequence[Claim]]:
    after = 0
    while batch := claims.due_after(channel, after, CHUNK):
        after = batch[-1].level_id
        yield batch


def _all_chosen(
    channel: Channel, product_ids: Sequence[int], size: int = CHUNK
) -> Iterator[Sequence[Claim]]:
    after = 0
    while batch := claims.chosen(channel, product_ids, after, size):
        after = batch[-1].level_id
        yield batch


def _chunk(adapter: Adapter) -> int:
    """Where a message tells few numbers, few are told before what fell gets its turn."""
    return min(CHUNK, CALLS * adapter.batch_size)


def _report_skipped(run: Run, entries: Sequence[Entry]) -> None:
    records.log(run, dict.fromkeys(entries))  # a product at several locations is told of once
    records.count(run, skipped=len(entries))


def _demand_switched_on(channel: Channel) -> None:
    """Somebody may switch a channel off while a long run is under way."""
    channel.refresh_from_db(fields=["is_active", "is_stock_synced"])
    if not (channel.is_active and channel.is_stock_synced):
        raise ChannelError(Code.SYNC_DISABLED, f"{channel} was switched off.", permanent=True)


def _read(push: Push, batch: Sequence[Claim]) -> list[Claim]:
    """Read levels, then import the channel's orders: in this order a sale is either in what was
    read, and imported before anything is decided, or refused as stale when the number is told."""
    readings = [
        reading
        for part in _parts(batch, push.adapter.reads_at_once)
        for reading in remote.read(push.run, push.adapter, part)
    ]
    importing.take_if_allowed(push.run, push.channel, push.adapter, is_urgent=True)
    return remote.believe(readings, is_late=push.adapter.is_eventual)


def _tell(push: Push, batch: Sequence[Claim]) -> None:
    try:
        _tell_patiently(push, batch)
    finally:
        push.show_progress()


def _tell_patiently(push: Push, batch: Sequence[Claim]) -> None:
    """Tell these levels; where the channel's number changed meanwhile, read, decide, tell again."""
    for _ in range(PATIENCE):
        lines = push.keep_for_bulk(_decide(push, batch))
        stale = [
            claim
            for part in _parts(lines, push.adapter.batch_size)
            for claim in _deliver(push, part)
        ]
        if not stale:
            return
        entries = [Entry(claim.product_id, claim.sku, Code.STALE) for claim in stale]
        records.log(push.run, entries)
        batch = _read(push, stale)
    acknowledgements.park([(claim, str(Code.STALE)) for claim in batch])
    push.count(failed=len(batch))


def _decide(push: Push, batch: Sequence[Claim]) -> list[Line]:
    """What to tell, decreases first; settles what needs no message."""
    decisions = publishing.decide(claim.place for claim in batch)
    unsent, right, waiting, lines = [], [], [], []
    for claim in batch:
        decision = decisions[claim.place]
        push.release(claim)
        if problem := _why_not(push, decision):
            unsent.append((claim, str(problem)))
        elif _is_right(claim, decision):
            right.append((claim, ""))
        elif _must_wait(claim, decision):
            waiting.append(claim)
        else:
            is_approved = push.guard.is_approved(claim.level_id)
            lines.append(Line(claim, decision, decision.quantity, claim.acknowledged, is_approved))
    acknowledgements.settle([*unsent, *right])
    acknowledgements.wait(waiting)
    _report_skipped(push.run, [Entry(each.product_id, each.sku, code) for each, code in unsent])
    push.count(unchanged=len(right))
    return sorted(_admitted(push, lines), key=lambda line: line.urgency)


def _why_not(push: Push, decision: Decision) -> Code | None:
    """Why there is nothing to tell at all."""
    if decision.quantity is None:
        is_told = decision.is_left_alone or (decision.is_cleared and push.adapter.can_clear)
        return None if is_told else Code.STOCK_UNKNOWN
    return Code.QUANTITY_REFUSED if decision.quantity > LARGEST else None


def _is_right(claim: Claim, decision: Decision) -> bool:
    """Whether the channel shows it, or will, as far as we know. One that is unknown and unconfirmed
    may show anything; one that is unknown and was read shows no number at all."""
    if decision.is_left_alone:
        return True
    if claim.told_at is None:
        return decision.quantity == claim.acknowledged
    is_on_its_way = decision.quantity in {claim.told, claim.acknowledged}
    return claim.acknowledged is not None and is_on_its_way and not _is_fewer(claim, decision)


def _is_fewer(claim: Claim, decision: Decision) -> bool:
    """Than the most that the channel may come to show."""
    if decision.quantity is None:
        return True
    most = max((each for each in (claim.told, claim.acknowledged) if each is not None), default=0)
    return decision.quantity < most


def _must_wait(claim: Claim, decision: Decision) -> bool:
    """More is told only when the number before is confirmed: never two unconfirmed numbers of one
    level, but to tell fewer. Where nobody knows what it shows, the same number is told again."""
    if claim.told_at is None or _is_fewer(claim, decision):
        return False
    # One that is told once is being sold down there: telling it again could write over a sale.
    is_same = decision.quantity == claim.told and not decision.rule.is_once
    return claim.acknowledged is not None or not is_same


def _admitted(push: Push, lines: Sequence[Line]) -> Sequence[Line]:
    """Without the zeros when they are too many; those wait for a person."""
    zeros = [line for line in lines if line.is_zeroing and not line.is_approved]
    if not zeros or push.guard.admits(len(zeros)):
        return lines
    acknowledgements.hold(line.claim for line in zeros)
    records.log(
        push.run,
        [Entry(line.claim.product_id, line.claim.sku, Code.BREAKER) for line in zeros],
    )
    push.count(held=len(zeros))
    return [line for line in lines if not line.is_zeroing or line.is_approved]


def _deliver(push: Push, lines: Sequence[Line]) -> Iterator[Claim]:
    """Tell one batch; what was refused beside a bad line goes again at once, without that line.

    Yields the claims whose number was not what we believed.
    """
    while lines:
        try:
            cause = f"run {push.run.pk}"
            answers = delivery.deliver(push.channel, push.adapter, push.mode, lines, cause)
        except ChannelError as error:
            if not error.permanent or error.code != Code.BAD_REQUEST:
                raise
            yield from _halve(push, lines, error)
            return
        told = list(zip(lines, answers, strict=True))
        accepted = sum(answer.outcome == Outcome.ACCEPTED for answer in answers)
        push.count(sent=accepted)
        _refuse(push.run, [pair for pair in told if pair[1].outcome == Outcome.REJECTED])
        yield from (line.claim for line, answer in told if answer.outcome == Outcome.STALE)
        rest = [line for line, answer in told if answer.outcome == Outcome.NOT_APPLIED]
        if len(rest) == len(lines):  # refused, and no line is to blame: never loop over that
            acknowledgements.park([(line.claim, str(Code.BATCH_REFUSED)) for line in rest])
            push.count(failed=len(rest))
            return
        lines = rest


def _halve(push: Push, lines: Sequence[Line], error: ChannelError) -> Iterator[Claim]:
    """A batch was refused and no line named: find the bad one, so that it holds nobody back."""
    if len(lines) == 1:
        answer = Answer(Outcome.REJECTED, error.code, error.message)
        _refuse(push.run, [(lines[0], answer)])
        return
    middle = len(lines) // 2
    for half in (lines[:middle], lines[middle:]):
        yield from _deliver(push, half)


def _refuse(run: Run, told: Sequence[tuple[Line, Answer]]) -> None:
    """Park the bad lines with their reasons, so that they hold nobody back."""
    if not told:
        return
    records.log(
        run,
        [
            Entry(line.claim.product_id, line.claim.sku, answer.code, answer.message)
            for line, answer in told
        ],
    )
    remote.unlink([line.claim for line, answer in told if answer.code == Code.ITEM_MISSING])
    acknowledgements.park([(line.claim, str(answer.code)) for line, answer in told])
    records.count(run, failed=len(told))


def _parts(sequence: Sequence[T], size: int) -> list[Sequence[T]]:
    return [sequence[start : start + size] for start in range(0, len(sequence), size)]
