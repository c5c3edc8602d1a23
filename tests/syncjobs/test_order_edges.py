"""Orders that both sides changed: what was sold there stays sold, what came back came back once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from channels.models import Channel, Transmission
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from orders import asn, fulfilment, intake, returns
from orders.models import SalesOrder
from syncjobs import runner, schedule
from syncjobs.models import Run
from tests.factories import stock
from tests.store import Store, list_at_once, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    store.add(product.sku)
    stock(product, warehouse, 40)
    list_at_once(channel, product)
    return product


def settle(channel: Channel) -> None:
    sync(channel, Run.Kind.ORDERS)
    sync(channel)


def sell(store: Store, product: Product, units: int, **fields: object) -> int:
    lines = [{"sku": product.sku, "quantity": units}]
    return int(store.post("orders", lines=lines, **fields)["order_id"].rpartition("/")[2])


def put_away(how: str, order_id: int) -> None:
    verbs: dict[str, Callable[[], object]] = {
        "archive": lambda: intake.archive([order_id]),
        "cancel": lambda: intake.cancel(order_id),
        "cancel and archive": lambda: intake.cancel(order_id, is_archived=True),
    }
    verbs[how]()


@pytest.mark.parametrize("how", ["archive", "cancel", "cancel and archive"])
def test_units_added_there_to_an_order_put_away_here_stay_sold(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse, how: str
) -> None:
    """The order lives again and holds all its units: never fewer than were sold."""
    number = sell(store, listed, 1)
    settle(channel)
    put_away(how, SalesOrder.objects.get().pk)
    settle(channel)
    store.post(f"orders/{number}/edit", lines=[{"sku": listed.sku, "quantity": 6}])
    settle(channel)
    ledger.receive(warehouse.pk, [(listed.pk, 1)], Cause())
    sync(channel)
    sync(channel, Run.Kind.COMPARE)
    assert store.available(listed.sku) == 40 + 1 - 6
    assert StockLevel.objects.get(product=listed).committed == 6


def test_a_return_booked_here_and_refunded_there_is_counted_once(
    channel: Channel, store: Store, listed: Product
) -> None:
    number = sell(store, listed, 4, is_fulfilled=True)
    settle(channel)
    line = SalesOrder.objects.get().lines.get()
    returns.take_back(line.order_id, {line.pk: 2}, Cause())
    refunded = {"sku": listed.sku, "quantity": 2, "restock": "return"}
    store.post(f"orders/{number}/refund", lines=[refunded])
    settle(channel)
    assert StockLevel.objects.get(product=listed).on_hand == 38


@pytest.mark.parametrize("switch", ["is_updated_on_change", "is_stock_synced"])
def test_goods_that_left_are_told_though_quantities_are_not(
    channel: Channel, store: Store, listed: Product, switch: str
) -> None:
    sell(store, listed, 4)
    settle(channel)
    Channel.objects.update(**{switch: False})
    order = SalesOrder.objects.get()
    fulfilment.ship_all([order.pk], Cause())
    asn.send([asn.draft(order.pk, {order.lines.get().pk: 4}).pk])
    runner.drain(channel.pk, Run.Trigger.CHANGE)
    schedule.sweep()
    assert Transmission.objects.get().status == Transmission.Status.SENT
