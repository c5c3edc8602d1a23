"""What happens in tests/chaos/under_restart.py: goods come in one thread, pushes run in another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.db import connection

from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Movement
from syncjobs import schedule
from syncjobs.models import Run
from tests.chaos import checks, world
from tests.chaos.shop import Shop
from tests.chaos.under_restart import insist
from tests.chaos.world import SKUS


class Story:
    """One shop, so many movements, and how often anything failed."""

    def __init__(self, shop: Shop, movements: int) -> None:
        self.shop, self.movements, self.failures = shop, movements, 0
        self.is_over = threading.Event()

    @classmethod
    @contextmanager
    def told(cls, movements: int) -> Iterator[Story]:
        with world.place() as place:
            yield cls(Shop(place, 0), movements)

    def move(self) -> int:
        """Receive one unit at a time, each under a key of its own, and say so."""
        failures = 0
        main = self.shop.world.warehouses["main"].pk
        for number in range(self.movements):
            sku = SKUS[number % len(SKUS)]
            items, cause = [(self.shop.world.products[sku].pk, 1)], Cause(key=f"unit-{number}")
            failures += insist(partial(ledger.receive, main, items, cause))
            self.shop.received[sku] += 1
            print(f"moved {number}", flush=True)
        return failures

    def push(self) -> None:
        """Sweep and poll, as beat would, but all the time."""
        while not self.is_over.is_set():
            self.failures += insist(schedule.sweep)
            self.failures += insist(schedule.take_orders)
        connection.close()

    def check(self) -> None:
        """A poll and a sweep later: each movement once, each number told, nothing open."""
        for _ in range(2):
            schedule.take_orders()
            schedule.sweep()
        self.shop.is_right()
        assert Movement.objects.filter(key__startswith="unit-").count() == self.movements
        assert Run.objects.filter(status=Run.Status.RUNNING).count() == 0
        checks.ledger_is_clean()
