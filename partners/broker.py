"""Redis, for what may be left undone when it does not answer: hints, counts of calls."""

from __future__ import annotations

from functools import cache
from threading import Lock

import redis
from django.conf import settings

UNREACHABLE = (redis.RedisError, OSError)
_making = Lock()


def client() -> redis.Redis:
    """This process's one client; no call of it waits longer than HINT_TIMEOUT_SECONDS."""
    # Of two that threads made at once one would be dropped while in use, and close its sockets.
    with _making:
        return _client()


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=settings.HINT_TIMEOUT_SECONDS,
        socket_timeout=settings.HINT_TIMEOUT_SECONDS,
        retry=None,
    )


def forget() -> None:
    """The address changed: the next call makes a new client."""
    with _making:
        _client.cache_clear()
