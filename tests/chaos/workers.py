"""Real Celery worker processes, to be killed, on this test's database and a broker of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.conf import settings

from tests.chaos.world import database_url
from tests.syncjobs.outages import own_redis

PATIENCE = 60.0


def until(is_so: Callable[[], bool], what: Callable[[], str]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, what()
        time.sleep(0.02)


@dataclass
class Works:
    """A broker, and workers that listen to it. Only one works at a time."""

    url: str
    folder: Path
    started: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / f"worker{self.started}.log"

    def start(self) -> None:
        """Start a worker; returns when it listens."""
        self.started += 1
        environment = os.environ | {"DATABASE_URL": database_url(), "REDIS_URL": self.url}
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config",
            "worker",
            "-c",
            "1",
            "-l",
            "INFO",
        ]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until(lambda: b" ready." in self.log.read_bytes(), self.state)

    def state(self) -> str:
        """What the broker holds, and the end of the worker's log."""
        client = redis.Redis.from_url(self.url)
        keys = sorted(client.keys())
        waiting = client.llen("celery")
        return f"{keys}, {waiting} waiting; {self.log.read_text()[-2000:]}"

    def kill(self) -> None:
        """SIGKILL to the worker and its children at once, as an out-of-memory killer does."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)
            self.process = None

    def flush(self) -> None:
        """Redis forgets everything: queues, markers, budgets."""
        redis.Redis.from_url(self.url).flushall()

    def queue(self, channel_id: int) -> None:
        """Queue a push as the product does, through this broker."""
        app = Celery(broker=self.url.replace("unix://", "redis+socket://", 1))
        app.send_task("syncjobs.tasks.push", (channel_id,), retry=False)


@contextmanager
def works(monkeypatch: pytest.MonkeyPatch) -> Iterator[Works]:
    """A broker of this test's own, hints pointed at it, and no worker yet."""
    with own_redis(monkeypatch) as (_, url), tempfile.TemporaryDirectory() as folder:
        here = Works(url, Path(folder))
        monkeypatch.setattr("syncjobs.hints._send", here.queue)
        try:
            yield here
        finally:
            here.kill()
