"""The random life of a store: sales, deliveries, shipments, faults of the store, killed workers.

Random, by seed: which of these happens next, to which product, how many units, which fault the
store has (cut lines, throttling, 429, 503 executed or not, burnt keys), which sync runs, and at
which step of a delivery the worker dies (before or after the message is written, before or after
its answer is recorded).

When the store is healthy again and polls and sweeps had their time, these hold for every seed:
every order of the store is here once and reserves what it should; the ledger adds up to the levels;
no message is left without an outcome; and every product shows at the store exactly what is left to
sell, which is also what we believe it shows.

A life has sixty steps, and more until the worker died once. (tests/chaos/test_life.py asks more of
shorter lives; this one lives long.)
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command

from channels.models import Channel, ChannelOrder, ListingLevel
from desk.errors import Refused
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from orders import asn, commitments, fulfilment, intake
from orders.models import SalesOrder
from syncjobs import delivery, patience, resuming
from syncjobs.models import Run
from tests.chaos import sizes
from tests.factories import make_product, stock
from tests.store import Store, list_at_once, sync

pytestmark = pytest.mark.django_db

STEPS = 60
ADJUST, SET = "inventoryAdjustQuantities", "inventorySetQuantities"
FAULTS: list[dict[str, Any]] = [
    {"kind": "cut", "times": 1},
    {"kind": "cut", "times": 5},
    {"kind": "cut", "times": 6, "root_field": ADJUST},
    {"kind": "cut", "times": 6, "root_field": SET},
    {"kind": "throttled", "times": 2},
    {"kind": "throttled", "times": 6},
    {"kind": "http_status", "status": 429, "retry_after": 1, "times": 1},
    {"kind": "http_status", "status": 503, "times": 1},
    {"kind": "http_status", "status": 503, "is_executed": True, "times": 6},
    {"kind": "internal_error", "times": 1},
    {"kind": "internal_error", "is_executed": True, "times": 3},
    {"kind": "key_failed", "times": 1},
    {"kind": "key_failed", "times": 4, "root_field": ADJUST},
]
SYNCS = [Run.Kind.DUE, Run.Kind.DUE, Run.Kind.ORDERS, Run.Kind.HARD]


class Killed(BaseException):
    """The worker dies: nothing may catch it as an error."""


class Reaper:
    """Kills the worker at one named moment of a delivery, once."""

    MOMENTS = ["before write", "after write", "before record", "after record"]

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = ""
        for name in ("write", "record"):
            monkeypatch.setattr(delivery, name, self._deadly(name, getattr(delivery, name)))

    def _deadly(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def deadly(*args: Any, **kwargs: Any) -> Any:
            self._reap(f"before {name}")
            result = call(*args, **kwargs)
            self._reap(f"after {name}")
            return result

        return deadly

    def _reap(self, moment: str) -> None:
        if self.moment == moment:
            self.moment = ""
            raise Killed


class Life:
    """A store of six products, and one random step after the other."""

    def __init__(
        self, channel: Channel, store: Store, warehouse: Warehouse, reaper: Reaper, seed: int
    ) -> None:
        self.channel, self.store, self.warehouse, self.reaper = channel, store, warehouse, reaper
        self.random = random.Random(seed)
        self.kills = 0
        self.products = [make_product(sku=f"LIFE-{number}") for number in range(6)]
        store.add(*[product.sku for product in self.products])
        for product in self.products:
            stock(product, warehouse, 50)
        list_at_once(channel, *self.products)

    def step(self) -> None:
        verbs = [self.receive, self.sell, self.break_store, self.ship, self.sync]
        [verb] = self.random.choices(verbs, weights=[25, 20, 15, 5, 35])
        verb(self.random.choice(self.products))

    def receive(self, product: Product) -> None:
        ledger.receive(self.warehouse.pk, [(product.pk, self.random.randint(1, 5))], Cause())

    def sell(self, product: Product) -> None:
        units = min(self.random.randint(1, 3), self.store.available(product.sku))
        if units > 0:
            self.store.post("orders", lines=[{"sku": product.sku, "quantity": units}])

    def break_store(self, _: Product) -> None:
        self.store.post("faults", **self.random.choice(FAULTS))

    def ship(self, product: Product) -> None:
        orders = SalesOrder.objects.filter(status=SalesOrder.Status.OPEN, lines__product=product)
        order = orders.order_by("pk").first()
        if order is None:
            return
        try:
            fulfilment.ship_all([order.pk], Cause())
        except Refused:
            return  # more was promised than there is: it ships when goods arrive
        asn.send(asn.draft_all([order.pk]))
        intake.close([order.pk])

    def sync(self, _: Product) -> None:
        self.reaper.moment = self.random.choice(["", "", *Reaper.MOMENTS])
        try:
            sync(self.channel, self.random.choice(SYNCS))
        except Killed:
            self.kills += 1
        self.reaper.moment = ""

    def recover(self) -> None:
        """The store is healthy, and time passes: rests end, polls and sweeps come round."""
        self.store.post("faults/clear")
        for _ in range(4):
            for kind in (Run.Kind.ORDERS, Run.Kind.DUE):
                ListingLevel.objects.update(retry_at=None)
                run = sync(self.channel, kind)
        assert run.status == Run.Status.FINISHED

    def numbers(self) -> dict[str, tuple[int, int | None, bool]]:
        """By SKU: shown at the store, believed here, and whether it waits to be told."""
        return {
            level.listing.product.sku: (
                self.store.available(level.listing.product.sku),
                level.acknowledged,
                level.is_due,
            )
            for level in ListingLevel.objects.select_related("listing__product")
        }

    def right_numbers(self) -> dict[str, tuple[int, int | None, bool]]:
        levels = StockLevel.objects.select_related("product")
        left = {level.product.sku: max(level.available, 0) for level in levels}
        return {sku: (units, units, False) for sku, units in left.items()}


@pytest.mark.parametrize("seed", range(sizes.SEEDS))
def test_after_a_random_life_the_store_shows_exactly_what_is_left(
    channel: Channel,
    store: Store,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.setattr(delivery, "_pause", lambda *_: 0.0)
    monkeypatch.setattr(patience, "_pause", lambda *_: 0.0)
    life = Life(channel, store, warehouse, Reaper(monkeypatch), seed)
    steps = 0
    while steps < STEPS or not life.kills:
        life.step()
        steps += 1
    life.recover()
    assert life.numbers() == life.right_numbers()
    assert ChannelOrder.objects.filter(order=None).count() == 0
    assert SalesOrder.objects.count() == len(store.get("orders")["orders"]) > 0
    assert not commitments.differences()
    assert not resuming.unfinished(channel)
    call_command("verify_ledger")
