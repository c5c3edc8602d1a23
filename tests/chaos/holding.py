"""A transaction that is held open while others commit: its changes come late."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

PATIENCE = 0.5
"""Seconds until it commits on its own, so that nobody waits for a lock of it for ever."""


@contextmanager
def held(change: Callable[[], object]) -> Iterator[None]:
    """Make a change in another session, commit it when the block ends. Raises what the change
    raised."""
    made, let_go = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with transaction.atomic():
                change()
                made.set()
                let_go.wait(PATIENCE)
        except BaseException as error:
            errors.append(error)
        finally:
            made.set()
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    made.wait(30)
    try:
        yield
    finally:
        let_go.set()
        thread.join(30)
    if errors:
        raise errors[0]
