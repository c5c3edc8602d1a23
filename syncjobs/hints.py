"""Wakes a pusher soon after a commit, and never gets in the way of that commit.

A hint is a convenience: a level that is due stays due, and the sweep finds it. So a broker that is
down or slow costs a movement at most one short timeout every few seconds, and the hint is dropped.

One hint per channel waits in the queue at a time. The marker that says so is removed by the task
before it looks for work, so a commit either finds no marker and sends a hint, or is seen.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import cache

import redis
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from channels.signals import levels_due

MARKER_SECONDS = 60
"""A marker whose task was lost is forgotten after this; later commits then hint again."""
REST_SECONDS = 5.0
"""After a failure this process sends no hint for so long."""

logger = logging.getLogger(__name__)
_resting_until = 0.0
_send: Callable[[int], None] | None = None


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=settings.HINT_TIMEOUT_SECONDS,
        socket_timeout=settings.HINT_TIMEOUT_SECONDS,
        retry=None,
    )


def connect(send: Callable[[int], None]) -> None:
    """Listen to channels; `send` queues the task for a channel id. Called once, at start."""
    global _send  # noqa: PLW0603 - one process, one way to send
    _send = send
    levels_due.connect(_on_levels_due, dispatch_uid="syncjobs.hints")


def _on_levels_due(channel_ids: Sequence[int], **_: object) -> None:
    transaction.on_commit(lambda: give(channel_ids))


def give(channel_ids: Sequence[int]) -> bool:
    """Hint that these channels have something due. False when the hint was dropped."""
    global _resting_until  # noqa: PLW0603 - the breaker of this process
    if time.monotonic() < _resting_until:
        return False
    try:
        for channel_id in channel_ids:
            if _client().set(_marker(channel_id), 1, nx=True, ex=MARKER_SECONDS) and _send:
                _send(channel_id)
    except (redis.RedisError, OperationalError, OSError) as error:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("Hint dropped, the sweep will find what is due: %s", error)
        return False
    return True


def take(channel_id: int) -> None:
    """A task begins: from now on a commit must send a hint of its own."""
    try:
        _client().delete(_marker(channel_id))
    except redis.RedisError as error:
        # The marker outlives this by a minute at most; the sweep covers that minute.
        logger.warning("Hint marker not removed: %s", error)


def _marker(channel_id: int) -> str:
    return f"stockcast:hint:{channel_id}"
