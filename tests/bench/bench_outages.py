"""A thousand movements, with everything up and with each of three things down."""

from __future__ import annotations

import statistics
import time

import pytest

from channels.models import Channel
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from syncjobs import hints, schedule
from tests.bench.figures import show
from tests.factories import stock
from tests.store import Store, list_at_once
from tests.syncjobs.outages import own_redis, stop

pytestmark = pytest.mark.django_db(transaction=True)
MOVEMENTS = 1000


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    store.add(product.sku)
    stock(product, warehouse, 100_000)
    list_at_once(channel, product)
    return product


def thousand(product: Product, warehouse: Warehouse) -> float:
    began = time.perf_counter()
    for _ in range(MOVEMENTS):
        ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())
    return time.perf_counter() - began


@pytest.mark.timeout(300)
def test_outages(
    store: Store, listed: Product, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each outage is measured right after the same with everything up, twice, and the medians of
    both are compared: the machine's speed drifts."""
    monkeypatch.setattr("syncjobs.delivery._pause", lambda *_: 0.0)

    def report(what: str, ups: list[float], downs: list[float]) -> None:
        up, down = statistics.median(ups), statistics.median(downs)
        show(f"1,000 movements, {what}", f"{down:.2f} s", f"{down / up:.2f} × all up ({up:.2f} s)")
        store.post("faults/clear")
        schedule.sweep()
        expected = int(listed.levels.get().available)
        show("  after one sweep the store is right", str(store.available(listed.sku) == expected))
        assert store.available(listed.sku) == expected

    def refuse() -> None:
        store.post("faults", kind="http_status", status=503, times=None)
        schedule.sweep()

    with own_redis(monkeypatch) as (server, _):
        monkeypatch.setattr(hints, "_send", lambda _: None)
        thousand(listed, warehouse)
        ups, downs = [], []
        for _ in range(2):
            hints.take(listed.listings.get().channel_id)
            ups.append(thousand(listed, warehouse))
            downs.append(thousand(listed, warehouse))  # the hint waits, nobody takes it
        report("the worker dead", ups, downs)
        ups, downs = [], []
        for _ in range(2):
            store.post("faults/clear")
            ups.append(thousand(listed, warehouse))
            refuse()
            downs.append(thousand(listed, warehouse))
        report("the store answering 503", ups, downs)
        ups = [thousand(listed, warehouse) for _ in range(2)]
        stop(server)
        report("Redis stopped", ups, [thousand(listed, warehouse) for _ in range(2)])
