"""A Redis-protocol server of a test's own, that may be stopped."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.house import processes, valkey
from partners import broker
from syncjobs import hints


@contextlib.contextmanager
def own_redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[processes.Child, str]]:
    """Start a server and point hints at it; yields it and its URL, and ends it at last."""
    with tempfile.TemporaryDirectory(prefix="stockcast-", dir="/tmp") as name:
        state = Path(name)
        (state / "logs").mkdir()
        server, url = valkey.start(state, is_durable=False)
        monkeypatch.setattr(settings, "REDIS_URL", url)
        forget_redis()
        try:
            yield server, url
        finally:
            stop(server)
            monkeypatch.undo()
            forget_redis()


def stop(server: processes.Child) -> None:
    """Kill the server as a crash would."""
    server.process.kill()
    server.process.wait(10)


def forget_redis() -> None:
    """Let hints connect anew, as a fresh process would."""
    broker.forget()
    hints._resting_until = 0.0
