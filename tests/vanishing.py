"""A row that is deleted while a request waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import Model

PATIENCE = 20.0


def meanwhile_deleted(row: Model, call: Callable[[], Any], *also: Model) -> Any:
    """What is answered to a call that waits for the row when its deletion is committed. also: what
    refers to it and is deleted before it."""
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            type(row)._default_manager.select_for_update().get(pk=row.pk)
            called = thread.submit(call)
            _wait_for_waiter()
            for each in (*also, row):
                each.delete()
        answer = called.result(timeout=PATIENCE)
        thread.submit(connections.close_all).result(timeout=PATIENCE)
    return answer


def _wait_for_waiter() -> None:
    began = time.monotonic()
    while not _is_somebody_waiting():
        assert time.monotonic() - began < PATIENCE, "the call did not wait for the row"
        time.sleep(0.01)


def _is_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
