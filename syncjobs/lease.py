"""One pusher per channel: an advisory lock of the database session.

The lock ends with the session, so a killed worker leaves none behind, and no clock is involved. It
needs a session of its own: behind a pooler, use session pooling.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

NAMESPACE = 0x53746F63  # "Stoc": keeps our keys apart from anybody else's in the same database


@contextmanager
def hold(channel_id: int) -> Iterator[bool]:
    """Try to become the channel's pusher; yields whether that worked. Never waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [NAMESPACE, channel_id])
        is_held = bool(cursor.fetchone()[0])
    try:
        yield is_held
    finally:
        if is_held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [NAMESPACE, channel_id])
