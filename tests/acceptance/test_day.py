"""Two days of trade in some seconds: the same rehearsal that `make day` plays at length."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

import orders.retail
from channels.models import Channel
from inventory.models import Product, Warehouse
from syncjobs.models import Run
from tests.acceptance.day import Trade
from tests.acceptance.trading import verdict
from tests.acceptance.trading.house import opened
from tests.acceptance.trading.script import tell
from tests.factories import stock
from tests.store import Store, list_at_once, sync

EXCERPT = Path(orders.retail.__file__).parent / "excerpt.csv"
DAYS = (date(2011, 11, 22), date(2011, 11, 23))
SECONDS = 6
SHARE = 0.3
"""More calls fail than on a long day: there are fewer of them."""


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_no_sale_at_a_failing_store_is_lost_doubled_or_overwritten(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tell(EXCERPT, DAYS)
    assert script.sales_there >= 60
    with opened(monkeypatch, tmp_path, plan="plus") as house:
        trade = Trade(house, script, script.seconds / SECONDS, patience=60, share=SHARE)
        wrong = trade.run()
    assert wrong == [], "\n".join(wrong)
    assert len(trade.customers.orders) >= 50
    assert trade.stockroom.sales
    assert trade.customers.canceled + trade.customers.refunded
    assert "lost on the way" in trade.webhooks.values()
    assert trade.faults_hit() >= 3


@pytest.mark.django_db
def test_the_verdict_names_what_is_lost_or_different(
    channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> None:
    store.add(product.sku)
    stock(product, warehouse, 9)
    list_at_once(channel, product)
    began_at = timezone.now()
    sync(channel, Run.Kind.ORDERS)
    sync(channel, Run.Kind.COMPARE)
    assert verdict.differences(channel, store, began_at, 0) == []

    store.post("orders", name="#7", lines=[{"sku": product.sku, "quantity": 2}])
    store.post("levels", levels=[{"sku": product.sku, "location": "Shop", "available": 3}])
    found = verdict.differences(channel, store, timezone.now(), 0)

    assert found == [
        "order #7: lost",
        f"{product.sku}: shows 3, should 9, acknowledged 9 (linked )",
        "no run of kind compare has ended since",
        "no run of kind orders has ended since",
    ]
