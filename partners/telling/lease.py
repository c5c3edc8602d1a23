"""One teller per webhook: an advisory lock of the database session, which ends with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

NAMESPACE = 0x54656C6C  # "Tell": apart from the pushers' locks in the same database


@contextmanager
def hold(webhook_id: int) -> Iterator[bool]:
    """Try to become the webhook's teller; yields whether that worked. Never waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [NAMESPACE, webhook_id])
        is_held = bool(cursor.fetchone()[0])
    try:
        yield is_held
    finally:
        if is_held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [NAMESPACE, webhook_id])
