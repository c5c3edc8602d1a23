"""One worker at a time for a thing: an advisory lock of the database session.

The lock ends with the session, so a killed worker leaves none behind, and no clock is involved. It
needs a session of its own: behind a pooler, use session pooling.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_IS_HELD = """
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2
        AND classid = %s::bigint::oid AND objid = %s::bigint::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
"""


@contextmanager
def hold(namespace: int, number: int) -> Iterator[bool]:
    """Try to become the one at work on it; yields whether that worked. Never waits.

    `namespace`: 32 bits that keep one kind of thing apart from all others in the database.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [namespace, number])
        is_held = bool(cursor.fetchone()[0])
    try:
        yield is_held
    finally:
        if is_held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [namespace, number])


def is_held(namespace: int, number: int) -> bool:
    """Whether anybody is at work on it, without becoming the one."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_HELD, [namespace, number])
        return bool(cursor.fetchone()[0])
