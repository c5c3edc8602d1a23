"""Forgets events that were told long ago, a bounded part at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

KEPT = timedelta(days=30)
PART = 1000
PARTS = 20
"""Deleted at most by one call: a sweep a minute catches up."""

# What still waits for somebody is kept, however old: it may yet be replayed.
_OLD = """
SELECT event.id FROM partners_event event
WHERE event.happened_at < %s AND NOT EXISTS (
    SELECT FROM partners_delivery waiting
    WHERE waiting.event_id = event.id AND waiting.status = 'waiting'
)
ORDER BY event.happened_at LIMIT %s FOR UPDATE OF event SKIP LOCKED
"""


def forget_old(now: datetime) -> int:
    """Delete events older than 30 days, with their deliveries. Returns how many."""
    total = 0
    for _ in range(PARTS):
        number = _forget(now - KEPT)
        total += number
        if number < PART:
            break
    return total


@transaction.atomic
def _forget(before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_OLD, [before, PART])
        ids = [row[0] for row in cursor.fetchall()]
        if ids:
            cursor.execute("DELETE FROM partners_delivery WHERE event_id = ANY(%s)", [ids])
            cursor.execute("DELETE FROM partners_event WHERE id = ANY(%s)", [ids])
    return len(ids)
