"""A thousand movements, with everything up and with each of three things down."""

from __future__ import annotations

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
    monkeypatch.setattr("syncjobs.delivery._pause", lambda *_: 0.0)

    def report(what: str, taken: float) -> None:
        show(f"1,000 movements, {what}", f"{taken:.2f} s", f"{taken / base:.2f} × all up")
        store.post("faults/clear")
        schedule.sweep()
        show("  after one sweep the store is right", str(store.available(listed.sku) == shown()))
        assert store.available(listed.sku) == shown()

    def shown() -> int:
        return int(listed.levels.get().available)

    with own_redis(monkeypatch) as (server, _):
        monkeypatch.setattr(hints, "_send", lambda _: None)
        thousand(listed, warehouse)
        base = thousand(listed, warehouse)
        show("1,000 movements, all up", f"{base:.2f} s")
        report("the worker dead", thousand(listed, warehouse))
        store.post("faults", kind="http_status", status=503, times=None)
        schedule.sweep()
        report("the store answering 503", thousand(listed, warehouse))
        stop(server)
        report("Redis stopped", thousand(listed, warehouse))
