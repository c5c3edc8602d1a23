"""Two clients that call at the same moment, again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from django.db import connections

Call = Callable[[], Any]
Race = Callable[[Call, Call], tuple[Any, Any]]


@contextmanager
def racing() -> Iterator[Race]:
    """Gives a function that makes two calls at once, each in a thread with a connection of its own,
    and returns both answers. The threads stay, so a round costs no more than its calls."""
    barrier = Barrier(2)

    def run(call: Call) -> Any:
        barrier.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:

        def race(one: Call, other: Call) -> tuple[Any, Any]:
            started: list[Future[Any]] = [first.submit(run, one), second.submit(run, other)]
            return started[0].result(timeout=60), started[1].result(timeout=60)

        try:
            yield race
        finally:
            for pool in (first, second):
                pool.submit(connections.close_all).result(timeout=30)
