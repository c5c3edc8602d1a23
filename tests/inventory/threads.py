"""Run functions at the same moment, each on a database connection of its own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from django.db import connection

Functions = Sequence[Callable[[], Any]]


def at_once(functions: Functions) -> list[Any]:
    """Start all together, return their results in order; the first error is raised."""
    barrier = Barrier(len(functions), timeout=30)

    def run(function: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait()
            return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))


@contextmanager
def crew(size: int) -> Iterator[Callable[[Functions], list[Any]]]:
    """`at_once` for many short rounds of `size` functions: threads and connections are kept, which
    cost more than a round, and those who need not connect first meet more closely."""
    barrier = Barrier(size, timeout=30)

    def run(function: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        barrier.wait()
        return function()

    def together(functions: Functions) -> list[Any]:
        assert len(functions) == size
        running = [pool.submit(run, function) for function in functions]
        wait(running)
        return [each.result() for each in running]

    with ThreadPoolExecutor(size) as pool:
        try:
            yield together
        finally:
            together([_close] * size)


def _close() -> None:
    connection.close()  # that of the thread which calls this, unlike `connection.close` as a value
