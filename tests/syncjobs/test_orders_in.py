"""Orders come in from a store, hold stock here, and their shipments are told back."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from channels.contract import Code
from channels.models import Channel, ChannelOrder, ListingLevel, Publication, Transmission
from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from orders import asn, commitments, fulfilment, intake, returns
from orders.asn import Tracking
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from syncjobs.models import ProcessLog, Run
from tests.factories import stock
from tests.store import Store, list_at_once, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    """Forty in stock, which the store shows; connected long before anything was sold."""
    Channel.objects.update(created_at=timezone.now() - datetime.timedelta(hours=1))
    store.add(product.sku)
    stock(product, warehouse, 40)
    list_at_once(channel, product)
    return product


def sell(store: Store, sku: str, units: int, **fields: object) -> int:
    lines = [{"sku": sku, "quantity": units}]
    return int(store.post("orders", lines=lines, **fields)["number"])


def refund(store: Store, number: int, sku: str, units: int, restock: str) -> None:
    line = {"sku": sku, "quantity": units, "restock": restock}
    store.post(f"orders/{number}/refund", lines=[line])


def settle(channel: Channel) -> None:
    """What the clock does by itself: poll and sweep, twice over."""
    for _ in range(2):
        sync(channel, Run.Kind.ORDERS)
        sync(channel)


def is_right(store: Store, product: Product) -> bool:
    """Whether the store shows what is left, and we know it; and orders and ledger agree."""
    shown = {store.available(product.sku), ListingLevel.objects.get().acknowledged}
    return shown == {level().available} and not commitments.differences()


def level() -> StockLevel:
    return StockLevel.objects.get()


def test_an_order_is_placed_once_and_holds_its_units(
    channel: Channel, store: Store, listed: Product
) -> None:
    sell(store, listed.sku, 4)
    sync(channel, Run.Kind.ORDERS)
    sync(channel, Run.Kind.ORDERS)
    assert SalesOrder.objects.get().source == channel.name
    assert (level().committed, level().available) == (4, 36)


def test_nothing_is_told_back_for_units_the_store_took_itself(
    channel: Channel, store: Store, listed: Product
) -> None:
    told = Publication.objects.count()
    sell(store, listed.sku, 4)
    run = sync(channel, Run.Kind.ORDERS)
    assert (run.sent, Publication.objects.count(), store.available(listed.sku)) == (0, told, 36)
    assert ListingLevel.objects.get().acknowledged == 36


def test_an_unknown_item_waits_and_says_so_and_what_was_sold_beside_it_is_not_told_again(
    channel: Channel, store: Store, listed: Product
) -> None:
    store.add("UNKNOWN", available=5)
    lines = [{"sku": listed.sku, "quantity": 1}, {"sku": "UNKNOWN", "quantity": 1}]
    store.post("orders", lines=lines)
    run = sync(channel, Run.Kind.ORDERS)
    sync(channel, Run.Kind.ORDERS)
    assert (run.failed, SalesOrder.objects.count(), level().committed) == (1, 1, 1)
    sync(channel, Run.Kind.HARD)
    assert store.available(listed.sku) == 39
    assert ChannelOrder.objects.get().reason == Code.NOT_MATCHED
    assert ProcessLog.objects.filter(code=Code.NOT_MATCHED).count() == 1


@pytest.mark.parametrize(("is_archived", "held"), [(False, 4), (True, 0)])
def test_a_cancellation_counts_until_archived_unless_the_channel_archives_its_own(
    channel: Channel, store: Store, listed: Product, is_archived: bool, held: int
) -> None:
    channel.is_cancellation_archived = is_archived
    channel.save()
    number = sell(store, listed.sku, 4)
    sync(channel, Run.Kind.ORDERS)
    store.post(f"orders/{number}/cancel", is_restocked=True)
    sync(channel, Run.Kind.ORDERS)
    assert SalesOrder.objects.get().status == SalesOrder.Status.CANCELED
    assert level().committed == held


def test_sending_the_asn_tells_the_store_with_tracking(
    channel: Channel, store: Store, listed: Product
) -> None:
    sell(store, listed.sku, 4)
    sync(channel, Run.Kind.ORDERS)
    order = SalesOrder.objects.get()
    fulfilment.ship_all([order.pk], Cause())
    line = order.lines.get()
    notice = asn.draft(order.pk, {line.pk: 4}, Tracking(number="TRACK-1", carrier="DHL"))
    asn.send([notice.pk])
    assert Transmission.objects.get().status == Transmission.Status.WAITING
    sync(channel)
    sent = Transmission.objects.get()
    assert (sent.status, bool(sent.external_id)) == (Transmission.Status.SENT, True)
    [remote] = store.get("orders")["orders"]
    assert remote["fulfillment_status"] == "FULFILLED"
    assert (store.shows(listed.sku)["committed"], store.available(listed.sku)) == (0, 36)
    assert sync(channel).sent == 0


def test_an_asn_of_an_order_placed_here_is_told_to_nobody(
    channel: Channel, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 4)
    draft = Draft(number="SO-1", lines=[DraftLine(product.pk, warehouse.pk, 1)])
    order = intake.place(draft)
    line = order.lines.get()
    asn.send([asn.draft(order.pk, {line.pk: 1}).pk])
    assert not Transmission.objects.exists()


def test_a_line_typed_in_by_hand_needs_no_stock_and_parks_nothing(
    channel: Channel, store: Store, listed: Product
) -> None:
    lines = [{"sku": listed.sku, "quantity": 2}, {"title": "Gift wrap", "quantity": 1}]
    store.post("orders", lines=lines)
    sync(channel, Run.Kind.ORDERS)
    assert SalesOrder.objects.get().lines.get().ordered == 2


def test_a_sale_at_the_till_leaves_our_shelf_in_one_go(
    channel: Channel, store: Store, listed: Product
) -> None:
    told = Publication.objects.count()
    sell(store, listed.sku, 4, is_fulfilled=True)
    settle(channel)
    assert (level().on_hand, level().committed) == (36, 0)
    assert SalesOrder.objects.get().status == SalesOrder.Status.CLOSED
    assert is_right(store, listed)
    assert Publication.objects.count() == told


def test_goods_shipped_by_hand_at_the_store_leave_our_shelf_and_are_not_told_back(
    channel: Channel, store: Store, listed: Product
) -> None:
    number = sell(store, listed.sku, 4)
    settle(channel)
    store.post(f"orders/{number}/fulfil", lines=[{"sku": listed.sku, "quantity": 3}])
    settle(channel)
    assert (level().on_hand, level().committed) == (37, 1)
    assert Transmission.objects.get().status == Transmission.Status.SENT
    assert is_right(store, listed)
    [remote] = store.get("orders")["orders"]
    assert remote["fulfillment_status"] == "PARTIALLY_FULFILLED"


def test_our_own_shipment_that_comes_back_to_us_is_not_booked_again(
    channel: Channel, store: Store, listed: Product
) -> None:
    sell(store, listed.sku, 4)
    settle(channel)
    line = SalesOrder.objects.get().lines.get()
    fulfilment.ship(line.order_id, {line.pk: 2}, Cause())
    asn.send([asn.draft(line.order_id, {line.pk: 2}).pk])
    sync(channel, Run.Kind.ORDERS)  # heard while the ASN still waits
    settle(channel)
    assert (level().on_hand, level().committed) == (38, 2)
    assert Transmission.objects.get().external_id
    assert is_right(store, listed)


@pytest.mark.parametrize("restock", ["cancel", "no_restock"])
def test_units_refunded_before_they_left_are_for_sale_again(
    channel: Channel, store: Store, listed: Product, restock: str
) -> None:
    number = sell(store, listed.sku, 4)
    settle(channel)
    refund(store, number, listed.sku, 3, restock)
    settle(channel)
    assert (level().on_hand, level().committed) == (40, 1)
    assert is_right(store, listed)


@pytest.mark.parametrize(("restock", "on_hand"), [("return", 39), ("no_restock", 36)])
def test_units_refunded_after_they_left_come_back_if_the_store_says_so(
    channel: Channel, store: Store, listed: Product, restock: str, on_hand: int
) -> None:
    number = sell(store, listed.sku, 4, is_fulfilled=True)
    settle(channel)
    refund(store, number, listed.sku, 3, restock)
    settle(channel)
    assert (level().on_hand, level().committed) == (on_hand, 0)
    assert is_right(store, listed)


def test_an_order_refunded_before_we_heard_of_it_leaves_a_right_number(
    channel: Channel, store: Store, listed: Product
) -> None:
    number = sell(store, listed.sku, 4)
    refund(store, number, listed.sku, 4, "no_restock")
    settle(channel)
    assert not SalesOrder.objects.exists()
    assert is_right(store, listed)


def test_an_edit_at_the_store_is_followed(channel: Channel, store: Store, listed: Product) -> None:
    number = sell(store, listed.sku, 4)
    settle(channel)
    for units in (6, 1):
        store.post(f"orders/{number}/edit", lines=[{"sku": listed.sku, "quantity": units}])
        settle(channel)
        assert level().committed == units
        assert is_right(store, listed)


def test_a_return_booked_here_is_said_to_the_store(
    channel: Channel, store: Store, listed: Product
) -> None:
    sell(store, listed.sku, 4, is_fulfilled=True)
    settle(channel)
    line = SalesOrder.objects.get().lines.get()
    returns.take_back(line.order_id, {line.pk: 2}, Cause())
    settle(channel)
    assert store.available(listed.sku) == 38
    assert is_right(store, listed)
