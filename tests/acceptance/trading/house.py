"""The product's own processes on a test's database: web, worker, and the clock that beat is.

The clock is compressed by the same factor as the trade, and queues the real tasks.
"""

from __future__ import annotations

import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import pytest
from celery import Celery
from django.conf import settings

from config.house import processes
from config.house.processes import Program
from tests.chaos.world import database_url
from tests.store import Store
from tests.syncjobs.outages import own_redis

EVERY = {"retry": 60, "take_orders": 300, "sweep": 900, "compare": 900, "subscribe": 3600}
"""Seconds between two starts of each task out of the box."""
FASTEST, SHORTEST = 300.0, 1.0
"""No clock runs so many times its speed, and no task comes again within so many seconds: tasks must
not queue up behind themselves."""
PYTHON = sys.executable
CELERY = (PYTHON, "-m", "celery", "-A", "config", "worker", "--loglevel", "INFO")
CALM = ("--concurrency", "2", "--without-gossip", "--without-mingle")
WEB = (PYTHON, "-m", "gunicorn", "config.wsgi", "--workers", "2", "--threads", "4")
SHOP = (PYTHON, "manage.py", "sandbox", "shopify", "--port", "0", "--shop", "rehearsal")


@dataclass
class House:
    """`store` is the rehearsed shop in a process of its own; `logs` where all of them write."""

    store: Store
    celery: Celery
    logs: Path

    def queue(self, task: str, *arguments: int) -> None:
        self.celery.send_task(f"syncjobs.tasks.{task}", arguments)


@contextmanager
def opened(monkeypatch: pytest.MonkeyPatch, logs: Path, plan: str) -> Iterator[House]:
    """Start everything on a broker of its own, and end everything. Hints of this process go there,
    too. `plan`: the shop's, which decides its budget."""
    with ExitStack() as stack:
        _, url = stack.enter_context(own_redis(monkeypatch))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        environment = {
            "DATABASE_URL": database_url(),
            "REDIS_URL": url,
            "STOCKCAST_PUBLIC_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
            "STATIC_ROOT": stack.enter_context(tempfile.TemporaryDirectory()),
            "LOG_LEVEL": "INFO",
        }
        bind = ("--bind", f"fd://{listener.fileno()}", "--no-control-socket")
        shop = (*SHOP, "--token", "shpat_rehearsal", "--plan", plan)
        commands = {"worker": (*CELERY, *CALM), "web": (*WEB, *bind), "shop": shop}
        started = {
            name: _start(stack, command, logs / f"{name}.log", environment, listener.fileno())
            for name, command in commands.items()
        }
        for name, sign in (("worker", " ready."), ("web", "Booting worker"), ("shop", "http://")):
            _wait(started[name], logs / f"{name}.log", sign)
        address = next(
            word for word in (logs / "shop.log").read_text().split() if word.startswith("http://")
        )
        house = House(
            Store(address), Celery(broker=url.replace("unix://", "redis+socket://", 1)), logs
        )
        stack.callback(house.celery.close)
        monkeypatch.setattr("syncjobs.hints._send", lambda channel: house.queue("push", channel))
        yield house


def _start(
    stack: ExitStack, command: tuple[str, ...], log: Path, environment: Mapping[str, str], kept: int
) -> Popen[bytes]:
    process = processes.spawn(
        Program(command, log, environment, directory=settings.BASE_DIR, kept_fds=(kept,))
    )
    stack.callback(processes.end, process, signal.SIGTERM, 30)
    return process


def _wait(process: Popen[bytes], log: Path, sign: str) -> None:
    processes.serving(process, lambda: sign in log.read_text(errors="replace"), log)


class Clock(threading.Thread):
    """Queues each task as often as its compressed interval ends, until stopped."""

    def __init__(self, house: House, speed: float) -> None:
        super().__init__(name="clock")
        self._house = house
        self._gaps = {task: max(SHORTEST, gap / min(speed, FASTEST)) for task, gap in EVERY.items()}
        self._is_over = threading.Event()
        self.started = dict.fromkeys(EVERY, 0)
        self.errors: list[Exception] = []

    def run(self) -> None:
        due = {task: time.monotonic() + gap for task, gap in self._gaps.items()}
        try:
            while not self._is_over.wait(max(0.0, min(due.values()) - time.monotonic())):
                task = min(due, key=due.__getitem__)
                self._house.queue(task)
                self.started[task] += 1
                due[task] += self._gaps[task]
        except Exception as error:  # raised by `stop`, in the test's own thread
            self.errors.append(error)

    def stop(self) -> None:
        self._is_over.set()
        self.join(30)
        if self.errors:
            raise self.errors[0]
