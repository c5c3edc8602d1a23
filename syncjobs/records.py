"""Writes runs and process logs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.db.models import F
from django.utils import timezone

from channels import intake, reasons
from channels.contract import ChannelError, Code
from syncjobs.models import ProcessLog, Run

INFO_CODES = {
    Code.TRACKING_ENABLED,
    Code.LOCATION_ACTIVATED,
    Code.STALE,
    Code.EXCLUDED,
    Code.NOT_FED,
    Code.SUBSCRIBED,
    Code.ACCEPTED,
}
ERROR_CODES = {
    Code.INTERNAL,
    Code.ORDER_REFUSED,
    Code.SHIPPED_THERE,
    Code.ITEM_MISSING,
    Code.KEY_MISMATCH,
    Code.BAD_REQUEST,
    Code.UNAUTHORIZED,
}


class Entry(NamedTuple):
    """One log line to be. `message` is what the channel said, "" to use the reason's own words;
    `order_number` is the channel's, of the order that it is about."""

    product_id: int | None
    sku: str
    code: str
    message: str = ""
    order_number: str = ""


def log(run: Run, entries: Iterable[Entry]) -> None:
    """Write a line per SKU, in one statement."""
    ProcessLog.objects.bulk_create(
        [
            ProcessLog(
                channel_id=run.channel_id,
                run=run,
                product_id=entry.product_id,
                sku=entry.sku,
                level=_level(entry.code),
                code=entry.code,
                message=entry.message or reasons.stored(entry.code),
                order_number=intake.kept(entry.order_number),
            )
            for entry in entries
        ],
        batch_size=1000,
    )


def log_once_a_day(run: Run, entry: Entry) -> None:
    """For what every look at the channel would say again."""
    yesterday = timezone.now() - timedelta(days=1)
    said = ProcessLog.objects.filter(
        channel=run.channel_id, code=entry.code, sku=entry.sku, created_at__gt=yesterday
    )
    if not said.exists():
        log(run, [entry])


def _level(code: str) -> str:
    if code in INFO_CODES:
        return ProcessLog.Level.INFO
    return ProcessLog.Level.ERROR if code in ERROR_CODES else ProcessLog.Level.WARNING


def begin(run: Run) -> None:
    run.status, run.started_at = Run.Status.RUNNING, timezone.now()
    run.save()


def count(run: Run, **counts: int) -> None:
    """Add to the run's counts (sent, unchanged, skipped, failed), in the database and in memory."""
    changes = {name: number for name, number in counts.items() if number}
    if not changes:
        return
    Run.objects.filter(pk=run.pk).update(
        **{name: F(name) + number for name, number in changes.items()}
    )
    for name, number in changes.items():
        setattr(run, name, getattr(run, name) + number)


def finish(run: Run, error: ChannelError | None = None) -> None:
    """End a run, with the error that stopped it if any. One whose zeros are held waits for a
    person."""
    is_paused = error is None and run.preview is not None
    run.status = Run.Status.PAUSED if is_paused else Run.Status.FINISHED
    run.status = Run.Status.FAILED if error else run.status
    run.error_code, run.error = (error.code, error.message) if error else ("", "")
    run.ended_at = timezone.now()
    run.save(update_fields=["status", "error_code", "error", "ended_at"])
    if error:
        log(run, [Entry(None, "", error.code, error.message)])


def interrupt_dead(channel_id: int) -> int:
    """Mark runs as interrupted whose process is gone; only the holder of the channel's lease may
    ask, because then no other process can be running one."""
    return Run.objects.filter(channel=channel_id, status=Run.Status.RUNNING).update(
        status=Run.Status.INTERRUPTED, ended_at=timezone.now()
    )
