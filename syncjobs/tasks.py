"""Celery tasks: three lines each. Every one may run twice or never; the database decides."""

from __future__ import annotations

from celery import shared_task

from partners import telling
from partners.rest import repeats
from syncjobs import hints, schedule
from syncjobs.models import Run
from syncjobs.runner import drain
from syncjobs.uploads import working


@shared_task(ignore_result=True)
def push(channel_id: int) -> None:
    """Send what is due on one channel: the answer to a hint."""
    hints.take(channel_id)
    drain(channel_id, Run.Trigger.CHANGE)
    schedule.tally()


@shared_task(ignore_result=True)
def sweep() -> None:
    """Every 15 minutes: whatever waits anywhere, hint or not."""
    schedule.sweep()


@shared_task(ignore_result=True)
def retry() -> None:
    """Every minute: channels whose rest after an error is over."""
    schedule.retry()


@shared_task(ignore_result=True)
def take_orders() -> None:
    """Every 5 minutes: orders of every channel that changed since the last look."""
    schedule.take_orders()


@shared_task(ignore_result=True)
def compare() -> None:
    """Every 15 minutes: what the channels show, against what they should."""
    schedule.compare()


@shared_task(ignore_result=True)
def subscribe() -> None:
    """Every hour: webhooks that went missing are set up again."""
    schedule.subscribe()


@shared_task(ignore_result=True)
def send_new_products() -> None:
    """Products ticked on an earlier day, on every channel whose hour has come."""
    schedule.send_new_products()


@shared_task(ignore_result=True)
def forget_answers() -> None:
    """Every hour: what partners were answered so long ago that a repetition counts as new."""
    repeats.forget_old()


@shared_task(ignore_result=True)
def tell(webhook_id: int) -> None:
    """Tell a partner's webhook what waits for it: the answer to a hint."""
    hints.take_bell(webhook_id)
    if telling.tell(webhook_id):
        hints.wake([webhook_id])


@shared_task(ignore_result=True)
def tell_all() -> None:
    """Every minute: what waits for any webhook, hint or not; and what was told long ago goes."""
    schedule.tell_partners()


@shared_task(ignore_result=True)
def work_on_files(upload_id: int | None = None) -> None:
    """Check or apply a file: the answer to a hint. Without one, each minute: whatever waits."""
    if upload_id is None:
        hints.work(working.waiting())
    else:
        hints.take_file(upload_id)
        working.work(upload_id)


@shared_task(ignore_result=True)
def tally() -> None:
    """Every minute: what the communicated table is found and sorted by follows what changed."""
    schedule.tally()


def queue(channel_id: int) -> None:
    """Queue a push without waiting: hints send by this."""
    push.apply_async((channel_id,), retry=False)


def queue_telling(webhook_id: int) -> None:
    """Queue the telling of a webhook without waiting."""
    tell.apply_async((webhook_id,), retry=False)


def queue_file(upload_id: int) -> None:
    """Queue work on an upload without waiting."""
    work_on_files.apply_async((upload_id,), retry=False)
