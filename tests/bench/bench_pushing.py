"""How fast due levels reach a store, beside what the store's own cost budget allows."""

from __future__ import annotations

import time

import pytest

from channels.models import Channel
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Warehouse
from tests.bench.figures import show
from tests.factories import make_products
from tests.store import Store, list_at_once, sync

pytestmark = pytest.mark.django_db(transaction=True)
LEVELS = 5000


@pytest.mark.timeout(300)
def test_drain(channel: Channel, store: Store, warehouse: Warehouse) -> None:
    store.post("shop", plan="plus")
    products = make_products(LEVELS)
    store.add(*(product.sku for product in products))
    units = [(product.pk, 50) for product in products]
    ledger.receive(warehouse.pk, units, Cause())
    began = time.perf_counter()
    list_at_once(channel, *products)
    show(
        f"first sync of {LEVELS:,} levels: match, read, tell",
        f"{time.perf_counter() - began:.1f} s",
    )
    ledger.ship(warehouse.pk, [(product.pk, 1) for product in products], Cause())
    began = time.perf_counter()
    run = sync(channel)
    taken = time.perf_counter() - began
    calls = -(-LEVELS // 250)
    show(
        f"{run.sent:,} due levels told in {calls} calls",
        f"{run.sent / taken:,.0f} per second",
        f"{len(store.requests_seen('THROTTLED'))} times throttled",
    )
    assert run.sent == LEVELS
