"""Wakes a pusher, or a teller of a partner's webhook, soon after a commit, and never gets in the
way of that commit.

A hint is a convenience: what is due stays due, and the sweep finds it. So a broker that is down or
slow costs a movement at most one short timeout every few seconds, and the hint is dropped.

One hint per channel or webhook waits in the queue at a time. The marker that says so is removed by
the task before it looks for work, so a commit either finds no marker and sends a hint, or is seen.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from django.db import transaction
from kombu.exceptions import OperationalError

from channels.signals import levels_due
from partners import broker, events

MARKER_SECONDS = 60
"""A marker whose task was lost is forgotten after this; later commits then hint again."""
REST_SECONDS = 5.0
"""After a failure this process sends no hint for so long."""

logger = logging.getLogger(__name__)
_resting_until = 0.0
_send: Callable[[int], None] | None = None
_tell: Callable[[int], None] | None = None
_work: Callable[[int], None] | None = None


def connect(
    send: Callable[[int], None], tell: Callable[[int], None], work: Callable[[int], None]
) -> None:
    """Listen to channels and partners; `send` queues the task for a channel id, `tell` the one for
    a webhook id, `work` the one for an upload id. Called once, at start."""
    global _send, _tell, _work
    _send, _tell, _work = send, tell, work
    levels_due.connect(_on_levels_due, dispatch_uid="syncjobs.hints")
    events.wake_by(wake)


def _on_levels_due(channel_ids: Sequence[int], **_: object) -> None:
    transaction.on_commit(lambda: give(channel_ids))


def give(channel_ids: Sequence[int]) -> bool:
    """Hint that these channels have something due. False when the hint was dropped."""
    return _hint([(_marker(each), each) for each in channel_ids], _send)


def wake(webhook_ids: Sequence[int]) -> bool:
    """Hint that something waits for these webhooks. False when the hint was dropped."""
    return _hint([(_bell(each), each) for each in webhook_ids], _tell)


def work(upload_ids: Sequence[int]) -> bool:
    """Hint that these uploads wait to be checked or applied. False when the hint was dropped."""
    return _hint([(_file(each), each) for each in upload_ids], _work)


def _hint(marked: Sequence[tuple[str, int]], queue: Callable[[int], None] | None) -> bool:
    global _resting_until  # noqa: PLW0603 - the breaker of this process
    if time.monotonic() < _resting_until:
        return False
    try:
        for marker, pk in marked:
            if broker.client().set(marker, 1, nx=True, ex=MARKER_SECONDS) and queue:
                queue(pk)
    except (*broker.UNREACHABLE, OperationalError) as error:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("Hint dropped, the sweep will find what is due: %s", error)
        return False
    return True


def take(channel_id: int) -> None:
    """A push begins: from now on a commit must send a hint of its own."""
    _forget(_marker(channel_id))


def take_bell(webhook_id: int) -> None:
    """A telling begins: from now on a commit must send a hint of its own."""
    _forget(_bell(webhook_id))


def take_file(upload_id: int) -> None:
    """Work on an upload begins: from now on a commit must send a hint of its own."""
    _forget(_file(upload_id))


def _forget(marker: str) -> None:
    try:
        broker.client().delete(marker)
    except broker.UNREACHABLE as error:
        # The marker outlives this by a minute at most; the sweep covers that minute.
        logger.warning("Hint marker not removed: %s", error)


def _marker(channel_id: int) -> str:
    return f"stockcast:hint:{channel_id}"


def _bell(webhook_id: int) -> str:
    return f"stockcast:bell:{webhook_id}"


def _file(upload_id: int) -> str:
    return f"stockcast:file:{upload_id}"
