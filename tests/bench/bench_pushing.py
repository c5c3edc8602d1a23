"""How fast numbers reach a store, beside what the store's own cost budget allows."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from channels import accounts
from channels.models import Channel, ListingLevel
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from syncjobs import freshness
from syncjobs.freshness import Freshness
from tests.acceptance.test_worker import until, worker  # noqa: F401 - a fixture
from tests.bench.figures import show
from tests.factories import make_products
from tests.store import Store, list_at_once, sync

pytestmark = pytest.mark.django_db(transaction=True)
LEVELS = 20_000
RATE, SECONDS = 20, 30


@pytest.fixture
def store() -> Iterator[Store]:
    """The rehearsed store in a process of its own: a vendor does not share our interpreter."""
    command = [sys.executable, "manage.py", "sandbox", "shopify", "--port", "0"]
    shop = ["--shop", "rehearsal", "--token", "shpat_rehearsal"]
    with subprocess.Popen(
        [*command, *shop],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            store = Store(process.stdout.readline().split()[-1])
            store.post("locations", locations=[{"name": "Shop"}, {"name": "Depot"}])
            yield store
        finally:
            process.terminate()


@pytest.mark.timeout(900)
def test_drain(channel: Channel, store: Store, warehouse: Warehouse) -> None:
    began = time.perf_counter()
    products = listed(channel, store, warehouse, LEVELS)
    taken = time.perf_counter() - began
    show(f"first sync of {LEVELS:,} levels: match, read, tell", f"{taken:.1f} s")
    ledger.ship(warehouse.pk, [(product.pk, 1) for product in products], Cause())
    # The bucket is emptied behind our back, so we look at it once before the clock runs.
    store.post("shop", plan="standard")
    store.post("shop", available_points=60)
    accounts.check(channel)
    before, bucket, began = counted(store), store.get("shop")["bucket"], time.perf_counter()
    run = sync(channel)
    taken = time.perf_counter() - began
    after = counted(store)
    spent = after["points_spent"] - before["points_spent"]
    allowed = bucket["currentlyAvailable"] + taken * bucket["restoreRate"]
    throttled = after["throttled"] - before["throttled"]
    show(
        f"{run.sent:,} due levels told, from an empty bucket",
        f"{run.sent / taken:,.0f} per second",
        f"{spent / allowed:.1%} of the {allowed:,.0f} points the store allowed in {taken:.1f} s;"
        f" {throttled} times throttled",
    )
    assert (run.sent, throttled) == (LEVELS, 0)


@pytest.mark.timeout(300)
def test_commit_to_acknowledged(
    channel: Channel,
    store: Store,
    warehouse: Warehouse,
    worker: Path,  # noqa: F811 - the fixture
) -> None:
    """Movements at a steady rate, hints, a worker process, the store on its smallest plan."""
    products = listed(channel, store, warehouse, 500)
    store.post("shop", plan="standard")
    accounts.check(channel)
    before, chance = counted(store), random.Random(7)
    began = time.perf_counter()
    for number in range(RATE * SECONDS):
        time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        ledger.ship(warehouse.pk, [(chance.choice(products).pk, 1)], Cause())
    until(lambda: fresh(channel).backlog == 0, worker.read_text())
    after, found = counted(store), fresh(channel)
    assert found.median is not None
    assert found.slowest is not None
    show(
        f"{RATE} movements per second for {SECONDS} s, commit to acknowledged",
        f"p50 {found.median:.2f} s",
        f"p99 {found.slowest:.2f} s; {after['requests'] - before['requests']} calls,"
        f" {after['throttled'] - before['throttled']} times throttled",
    )
    assert after["throttled"] == before["throttled"]


def listed(channel: Channel, store: Store, warehouse: Warehouse, number: int) -> list[Product]:
    """Products with 50 units each that the store shows, told while its budget is large."""
    store.post("shop", plan="plus")
    products = make_products(number)
    store.add(*(product.sku for product in products))
    ledger.receive(warehouse.pk, [(product.pk, 50) for product in products], Cause())
    list_at_once(channel, *products)
    assert ListingLevel.objects.filter(acknowledged=50).count() == number
    return products


def counted(store: Store) -> dict[str, Any]:
    counters: dict[str, Any] = store.get("counters")["counters"]
    return counters


def fresh(channel: Channel) -> Freshness:
    return freshness.of([channel])[channel.pk]
