"""Celery workers are killed while tasks run, and Redis forgets everything: what is due is told all
the same, for the database alone decides."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from channels.models import Batch
from syncjobs import resuming, schedule
from syncjobs.models import Run
from tests.chaos import checks, sizes
from tests.chaos.shop import Shop
from tests.chaos.workers import Works, until, works
from tests.chaos.world import Place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
DELAYED = "inventoryAdjustQuantities"


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Works]:
    with works(monkeypatch) as here:
        yield here


@pytest.fixture
def shop(place: Place) -> Shop:
    return Shop(place, sizes.SEED)


def has_begun(shop: Shop) -> bool:
    """Whether a message to the store is under way."""
    return resuming.unfinished(shop.world.channel)


def is_told(shop: Shop) -> bool:
    levels = shop.world.levels().values()
    is_over = not Run.objects.filter(status=Run.Status.RUNNING).exists()
    return is_over and not has_begun(shop) and not any(level.is_due for level in levels)


def is_told_or_begun(shop: Shop) -> bool:
    return has_begun(shop) or is_told(shop)


def is_idle(shop: Shop) -> bool:
    return not shop.world.store.get("keys")["running"]


def settle(shop: Shop) -> None:
    """The next poll and the next sweep, as beat would start them."""
    schedule.take_orders()
    schedule.sweep()
    shop.is_right()
    checks.ledger_is_clean()


def test_a_worker_killed_while_it_pushes_leaves_nothing_undone(here: Works, shop: Shop) -> None:
    for _ in range(sizes.WORKER_KILLS):
        here.start()
        # The store takes its time with the answer, so that the worker is killed in between.
        shop.world.store.post("faults", kind="delay", seconds=2, times=1, root_field=DELAYED)
        batches = Batch.objects.count()
        while Batch.objects.count() == batches:
            shop.stir()
            until(partial(is_told_or_begun, shop), here.state)
        assert has_begun(shop), "killed too late to prove anything"
        here.kill()
        shop.world.store.post("faults/clear")
        until(partial(is_idle, shop), here.state)
        settle(shop)


def test_redis_that_forgets_everything_loses_no_number(here: Works, shop: Shop) -> None:
    """Hints are queued and a worker works while all queues, markers and budgets vanish."""
    for _ in range(3):
        shop.stir()
    here.flush()  # the hints of these are lost
    here.start()
    for number in range(12):
        shop.stir()
        if number % 3 == 1:
            here.flush()
    here.flush()
    shop.stir()  # a hint after the last flush still wakes somebody
    until(partial(is_told, shop), here.state)
    here.kill()
    settle(shop)
