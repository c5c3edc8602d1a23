"""Tells a channel what its listings should show.

`push_due` is automatic writeback: the difference, guarded by compare-and-set. `push_chosen` is bulk
and hard sync: the absolute number, guarded by what was read a moment before. Both finish what was
left open first, and both need the channel's lease.

A stale answer never means "send again": the channel's orders are imported, the level is read and
decided anew, and only then told. So a sale on its way in is not overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from channels import publishing
from channels.contract import Adapter, Answer, ChannelError, Code, Mode, Outcome
from channels.models import Channel
from syncjobs import acknowledgements, claims, delivery, importing, records, remote
from syncjobs.claims import Claim
from syncjobs.delivery import Line
from syncjobs.models import Run
from syncjobs.records import Entry

CHUNK = 1000
"""Levels decided at once; decreases go first among them. Bounds memory."""
PATIENCE = 3
"""A level whose number changes at the channel this often under our hands rests for a while."""

LARGEST = 1_000_000_000
"""No channel takes more, and no shelf holds more: a larger number is a slip of somebody's hand."""

T = TypeVar("T")


def push_due(run: Run, channel: Channel, adapter: Adapter) -> None:
    """Send every due level of the channel. Raises ChannelError when the channel can not be told."""
    delivery.resume(channel, adapter)
    while entries := claims.pass_over(channel):
        _report_skipped(run, entries)
    while batch := claims.due(channel, CHUNK):
        _demand_switched_on(channel)
        unknown = [claim for claim in batch if claim.acknowledged is None]
        ready = [claim for claim in batch if claim.acknowledged is not None]
        if unknown:
            ready += _read(run, channel, adapter, unknown)
        _tell(run, channel, adapter, Mode.DELTA, ready)


def push_chosen(run: Run, channel: Channel, adapter: Adapter, product_ids: Sequence[int]) -> None:
    """Read and, where they differ, overwrite the levels of these products (all when empty)."""
    delivery.resume(channel, adapter)
    _report_skipped(run, claims.unsendable(channel, product_ids))
    run.total = claims.count_chosen(channel, product_ids)
    run.save(update_fields=["total"])
    after = 0
    while batch := claims.chosen(channel, product_ids, after, CHUNK):
        _demand_switched_on(channel)
        after = batch[-1].level_id
        _tell(run, channel, adapter, Mode.ABSOLUTE, _read(run, channel, adapter, batch))


def _report_skipped(run: Run, entries: Sequence[Entry]) -> None:
    records.log(run, dict.fromkeys(entries))  # a product at several locations is told of once
    records.count(run, skipped=len(entries))


def _demand_switched_on(channel: Channel) -> None:
    """Somebody may switch a channel off while a long run is under way."""
    channel.refresh_from_db(fields=["is_active", "is_stock_synced"])
    if not (channel.is_active and channel.is_stock_synced):
        raise ChannelError(Code.SYNC_DISABLED, f"{channel} was switched off.", permanent=True)


def _read(run: Run, channel: Channel, adapter: Adapter, batch: Sequence[Claim]) -> list[Claim]:
    """Read levels, then import the channel's orders: in this order a sale is either in what was
    read, and imported before anything is decided, or refused as stale when the number is told."""
    ready: list[Claim] = []
    for part in _parts(batch, adapter.batch_size):
        ready += remote.read(run, adapter, part)
    importing.take_if_allowed(run, channel, adapter)
    return ready


def _tell(run: Run, channel: Channel, adapter: Adapter, mode: Mode, batch: Sequence[Claim]) -> None:
    """Tell these levels; where the channel's number changed meanwhile, read, decide, tell again."""
    for _ in range(PATIENCE):
        lines = _decide(run, batch)
        stale = [
            claim
            for part in _parts(lines, adapter.batch_size)
            for claim in _deliver(run, channel, adapter, mode, part)
        ]
        if not stale:
            return
        records.log(run, [Entry(claim.product_id, claim.sku, Code.STALE) for claim in stale])
        batch = _read(run, channel, adapter, stale)
    acknowledgements.park([(claim, str(Code.STALE)) for claim in batch])
    records.count(run, failed=len(batch))


def _decide(run: Run, batch: Sequence[Claim]) -> list[Line]:
    """What to tell, decreases first; settles what needs no message."""
    decisions = publishing.decide(claim.place for claim in batch)
    held, right, lines = [], [], []
    for claim in batch:
        decision = decisions[claim.place]
        if decision.quantity is None:
            held.append((claim, str(Code.STOCK_UNKNOWN)))
        elif decision.quantity > LARGEST:
            held.append((claim, str(Code.QUANTITY_REFUSED)))
        elif decision.quantity == claim.acknowledged:
            right.append((claim, ""))
        else:
            lines.append(Line(claim, decision, decision.quantity, claim.acknowledged))
    acknowledgements.settle([*held, *right])
    _report_skipped(run, [Entry(claim.product_id, claim.sku, code) for claim, code in held])
    records.count(run, unchanged=len(right))
    return sorted(lines, key=lambda line: line.urgency)


def _deliver(
    run: Run, channel: Channel, adapter: Adapter, mode: Mode, lines: Sequence[Line]
) -> Iterator[Claim]:
    """Tell one batch; what was refused beside a bad line goes again at once, without that line.

    Yields the claims whose number was not what we believed.
    """
    while lines:
        try:
            answers = delivery.deliver(channel, adapter, mode, lines, f"run {run.pk}")
        except ChannelError as error:
            if not error.permanent or error.code != Code.BAD_REQUEST:
                raise
            yield from _halve(run, channel, adapter, mode, lines, error)
            return
        told = list(zip(lines, answers, strict=True))
        records.count(run, sent=sum(answer.outcome == Outcome.ACCEPTED for answer in answers))
        _refuse(run, [pair for pair in told if pair[1].outcome == Outcome.REJECTED])
        yield from (line.claim for line, answer in told if answer.outcome == Outcome.STALE)
        rest = [line for line, answer in told if answer.outcome == Outcome.NOT_APPLIED]
        if len(rest) == len(lines):  # refused, and no line is to blame: never loop over that
            acknowledgements.park([(line.claim, str(Code.BATCH_REFUSED)) for line in rest])
            records.count(run, failed=len(rest))
            return
        lines = rest


def _halve(
    run: Run,
    channel: Channel,
    adapter: Adapter,
    mode: Mode,
    lines: Sequence[Line],
    error: ChannelError,
) -> Iterator[Claim]:
    """A batch was refused and no line named: find the bad one, so that it holds nobody back."""
    if len(lines) == 1:
        _refuse(run, [(lines[0], Answer(Outcome.REJECTED, error.code, error.message))])
        return
    middle = len(lines) // 2
    for half in (lines[:middle], lines[middle:]):
        yield from _deliver(run, channel, adapter, mode, half)


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
