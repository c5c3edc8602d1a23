"""An order that can not be taken says why, is tried again, and holds back no other."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from django.utils import timezone

from channels import accounts
from channels import intake as taking
from channels.contract import Code, RemoteOrder, RemoteOrderLine
from channels.models import Channel, ChannelOrder, Listing
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from orders import fulfilment, intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from syncjobs import importing, runner, schedule
from syncjobs.models import ProcessLog, Run
from tests.factories import make_product, stock
from tests.store import Store, feed, list_at_once, sync

pytestmark = pytest.mark.django_db

STOCK_SCOPES = ["read_products", "read_inventory", "write_inventory", "read_locations"]


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    """Ten in stock, which the store shows; connected long before anything was sold."""
    Channel.objects.update(created_at=timezone.now() - datetime.timedelta(hours=1))
    store.add(product.sku)
    stock(product, warehouse, 10)
    list_at_once(channel, product)
    return product


def sell(store: Store, sku: str, units: int, **fields: object) -> int:
    lines = [{"sku": sku, "quantity": units}]
    return int(store.post("orders", lines=lines, **fields)["number"])


def committed(product: Product) -> int:
    return StockLevel.objects.get(product=product).committed


def told(item_id: str, units: int) -> RemoteOrder:
    """One order of one line, as the store would tell it now."""
    now = timezone.now()
    return RemoteOrder(
        external_id="order-1",
        number="#1",
        placed_at=now,
        updated_at=now,
        is_canceled=False,
        is_test=False,
        lines=[RemoteOrderLine("line-1", item_id, "MUG-1", unfulfilled=units)],
    )


def test_an_order_shipped_here_and_canceled_there_is_parked_and_holds_back_no_other(
    channel: Channel, store: Store, listed: Product
) -> None:
    number = sell(store, listed.sku, 2)
    sync(channel, Run.Kind.ORDERS)
    fulfilment.ship_all([SalesOrder.objects.get().pk], Cause())
    store.post(f"orders/{number}/cancel", is_restocked=True)
    sell(store, listed.sku, 3)
    schedule.take_orders()
    canceled, other = ChannelOrder.objects.order_by("pk")
    assert (canceled.reason, other.reason) == (Code.ORDER_REFUSED, "")
    assert canceled.message
    assert SalesOrder.objects.count() == 2
    assert ProcessLog.objects.filter(code=Code.ORDER_REFUSED).exists()


def test_two_orders_of_one_name_are_both_taken(
    channel: Channel, store: Store, listed: Product
) -> None:
    for name in ("#A", "#A", "#B"):
        sell(store, listed.sku, 1, name=name)
    schedule.take_orders()
    numbers = set(SalesOrder.objects.values_list("number", flat=True))
    assert (len(numbers), committed(listed)) == (3, 3)


def test_a_number_typed_by_hand_swallows_no_sale_of_that_number(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    lines = [DraftLine(listed.pk, warehouse.pk, 1)]
    intake.place(Draft(number=f"{channel.name} #A", lines=lines))
    sync(channel)
    sell(store, listed.sku, 5, name="#A")
    sell(store, listed.sku, 1, name="#B")
    schedule.take_orders()
    sync(channel)
    assert (SalesOrder.objects.count(), committed(listed)) == (3, 7)
    assert store.available(listed.sku) == 3


def test_a_long_channel_name_is_cut_in_the_numbers_of_its_orders(
    channel: Channel, store: Store, listed: Product
) -> None:
    Channel.objects.update(name="A" * 120)
    sell(store, listed.sku, 1, name="#A")
    schedule.take_orders()
    order = SalesOrder.objects.get()
    assert order.number.endswith("#A")
    assert committed(listed) == 1


@pytest.mark.parametrize("units", [5, 1])
def test_an_edit_at_the_store_is_followed_once(
    channel: Channel, listed: Product, units: int
) -> None:
    item_id = Listing.objects.get().item_id
    taking.take(channel, told(item_id, 2))
    assert committed(listed) == 2
    news = taking.take(channel, told(item_id, units))
    assert news is not None
    assert (news.number, news.code) == ("#1", Code.ACCEPTED)
    assert committed(listed) == units
    assert taking.take(channel, told(item_id, units)) is None
    assert committed(listed) == units


def test_a_parked_order_is_placed_once_its_product_is_linked(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    late = make_product(sku="LATE-1")
    stock(late, warehouse, 10)
    store.add(late.sku, available=10)
    sell(store, late.sku, 3)
    sync(channel, Run.Kind.ORDERS)
    assert ChannelOrder.objects.get().reason == Code.NOT_MATCHED
    # Other orders go on, until the poll no longer reaches back to this one.
    later = timezone.now() + datetime.timedelta(minutes=10)
    Channel.objects.update(orders_seen_until=later)
    list_at_once(channel, late)
    sync(channel, Run.Kind.ORDERS)
    bound = ChannelOrder.objects.get()
    assert (bound.reason, bound.order) == ("", SalesOrder.objects.get())
    assert (committed(late), store.available(late.sku)) == (3, 7)


def test_a_sale_at_the_till_that_the_shelf_does_not_hold_waits_until_the_goods_are_found(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    sell(store, listed.sku, 14, is_fulfilled=True)
    schedule.take_orders()
    schedule.take_orders()
    held = ChannelOrder.objects.get()
    assert (held.reason, committed(listed)) == (Code.SHIPPED_THERE, 14)
    log = ProcessLog.objects.get(code=Code.SHIPPED_THERE)
    assert f"14 of {listed.sku}" in log.message
    # Other orders go on, until the poll no longer reaches back to this one.
    Channel.objects.update(orders_seen_until=timezone.now() + datetime.timedelta(minutes=10))
    ledger.receive(warehouse.pk, [(listed.pk, 5)], Cause())
    schedule.take_orders()
    held.refresh_from_db()
    level = StockLevel.objects.get(product=listed)
    assert (held.reason, level.on_hand, level.committed) == ("", 1, 0)


def test_an_order_without_a_warehouse_is_placed_once_one_feeds_the_channel(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    feed(channel, "Shop")
    sell(store, listed.sku, 4)
    schedule.take_orders()
    assert ChannelOrder.objects.get().reason == Code.LOCATION_MISSING
    Channel.objects.update(orders_seen_until=timezone.now() + datetime.timedelta(minutes=10))
    feed(channel, "Shop", warehouse)
    schedule.take_orders()
    assert (ChannelOrder.objects.get().reason, committed(listed)) == ("", 4)


def test_with_stock_sync_off_orders_are_taken_all_the_same(
    channel: Channel, store: Store, listed: Product
) -> None:
    Channel.objects.update(is_stock_synced=False)
    sell(store, listed.sku, 4)
    schedule.take_orders()
    assert committed(listed) == 4


def test_a_token_that_may_not_read_orders_does_not_rest_the_channel(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    store.post("shop", scopes=STOCK_SCOPES)
    accounts.check(channel)
    schedule.take_orders()
    channel.refresh_from_db()
    assert (channel.problem_code, channel.retry_at) == ("", None)
    ledger.ship(warehouse.pk, [(listed.pk, 8)], Cause())
    runner.drain(channel.pk, Run.Trigger.CHANGE)
    assert store.available(listed.sku) == 2


def test_a_restock_of_what_we_shipped_already_does_not_leave_a_wrong_belief(
    channel: Channel, store: Store, listed: Product
) -> None:
    number = sell(store, listed.sku, 2)
    sync(channel, Run.Kind.ORDERS)
    fulfilment.ship_all([SalesOrder.objects.get().pk], Cause())
    store.post(f"orders/{number}/cancel", is_restocked=True)
    sync(channel, Run.Kind.ORDERS)
    level = StockLevel.objects.get(product=listed)
    assert store.available(listed.sku) == max(level.available, 0)


def test_an_order_with_a_long_number_stops_no_run(channel: Channel) -> None:
    run = Run.objects.create(channel=channel, kind=Run.Kind.ORDERS, trigger="manual")
    long = replace(told("I1", 1), number="9" * 300)

    importing.report(run, [taking.Taken(long.number, Code.NOT_MATCHED, "No product.")])
    taking.take(channel, long)

    kept = ChannelOrder.objects.get().number  # by the same number it is asked for again
    assert ProcessLog.objects.get().order_number == kept == "9" * 255
