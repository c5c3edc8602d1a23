"""Everybody locks listing levels by number, so that no two wait for each other.

A session here holds the first of two levels, as a movement of both would, until a run waits for it:
the second must be free by then.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from channels import due
from channels.contract import Adapter, Mode, Write
from channels.models import ListingLevel
from channels.registry import get
from syncjobs import pusher
from syncjobs.models import Run
from tests.channels.amazon import engine
from tests.channels.amazon.engine import KIND, Seller, at_five

pytestmark = pytest.mark.django_db(transaction=True)
seller = engine.seller

LONGEST = 20.0
"""Seconds until a test gives up waiting."""


def run_beside(seller: Seller) -> Run:
    """A run in a session of its own, to be called in another thread."""
    try:
        return seller.run()
    finally:
        connection.close()


def is_free(level_id: int) -> bool:
    """Whether a movement can mark it without waiting for long."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
            due.by_level([level_id])
    except OperationalError:
        return False
    return True


def wait_until_it_waits_for_us(running: Future[Run]) -> None:
    """Until another session waits for a lock of this one."""
    deadline = time.monotonic() + LONGEST
    with connection.cursor() as cursor:
        while not _is_anybody_waiting(cursor):
            assert not running.done(), f"it never waited: {running.result()}"
            assert time.monotonic() < deadline, "nobody ever waited"
            wait([running], timeout=0.02)


def _is_anybody_waiting(cursor: Any) -> bool:
    cursor.execute("""
        SELECT EXISTS (SELECT FROM pg_locks
            WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))
    """)
    return bool(cursor.fetchone()[0])


def put_behind(first: int, second: int) -> None:
    """Move the row of the first level behind the other's, where a scan would meet it last."""
    rows = "SELECT id FROM channels_listinglevel WHERE id IN (%s, %s) ORDER BY ctid"
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute(rows, [first, second])
            if cursor.fetchone()[0] == second:
                cursor.execute("ANALYZE channels_listinglevel")
                return
            earlier = F("checked_at") - timedelta(seconds=1)
            ListingLevel.objects.filter(pk=first).update(checked_at=earlier)
    raise AssertionError("it was not moved")


@pytest.mark.usefixtures("in_bulk")
def test_a_feed_that_is_written_holds_no_later_level_while_it_waits_for_an_earlier_one(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pusher, "CALLS", 1)  # parts of one level; as a rule of fifty
    mug, jug = at_five(seller, "MUG", "JUG")
    seller.receive(jug, 5)  # due first, and so first in the feed
    seller.receive(mug, 5)
    first, second = seller.level(mug).pk, seller.level(jug).pk
    assert first < second
    is_built, may_go_on = Event(), Event()
    real = get(KIND).build

    def build(self: Adapter, mode: Mode, writes: Sequence[Write], key: str) -> Any:
        is_built.set()
        assert may_go_on.wait(LONGEST)
        return real(self, mode, writes, key)

    monkeypatch.setattr(get(KIND), "build", build)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_beside, seller)
        assert is_built.wait(LONGEST)
        with transaction.atomic():
            due.by_level([first])
            may_go_on.set()
            wait_until_it_waits_for_us(running)
            assert is_free(second), "it waits for the first and holds the second: a deadlock"
        assert running.result(LONGEST).status == Run.Status.FINISHED
    assert [seller.statuses(each)[-1] for each in (mug, jug)] == [(10, "sent")] * 2


def test_confirming_holds_no_later_level_while_it_waits_for_an_earlier_one(seller: Seller) -> None:
    seller.rehearsal.shape("habits", {"apply_seconds": 36000})
    mug, jug = seller.lists("MUG", "JUG", units=10)
    seller.passes(minutes=3)
    seller.run()
    seller.passes(minutes=10)
    first, second = seller.level(mug).pk, seller.level(jug).pk
    assert first < second
    put_behind(first, second)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            due.by_level([first])
            running = pool.submit(run_beside, seller)
            wait_until_it_waits_for_us(running)
            assert is_free(second), "it waits for the first and holds the second: a deadlock"
        assert running.result(LONGEST).status == Run.Status.FINISHED
