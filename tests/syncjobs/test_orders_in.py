"""Orders come in from a store, hold stock here, and their shipments are told back."""

from __future__ import annotations

import pytest

from channels.contract import Code
from channels.models import Channel, ChannelOrder, ListingLevel, Publication, Transmission
from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from orders import asn, fulfilment, intake
from orders.asn import Tracking
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from syncjobs.models import ProcessLog, Run
from tests.factories import stock
from tests.store import Store, list_at_once, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    store.add(product.sku)
    stock(product, warehouse, 40)
    list_at_once(channel, product)
    return product


def sell(store: Store, sku: str, units: int) -> int:
    return int(store.post("orders", lines=[{"sku": sku, "quantity": units}])["number"])


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


def test_an_order_with_an_unknown_item_is_parked_whole_and_says_so(
    channel: Channel, store: Store, listed: Product
) -> None:
    store.add("UNKNOWN", available=5)
    lines = [{"sku": listed.sku, "quantity": 1}, {"sku": "UNKNOWN", "quantity": 1}]
    store.post("orders", lines=lines)
    run = sync(channel, Run.Kind.ORDERS)
    sync(channel, Run.Kind.ORDERS)
    assert (run.failed, SalesOrder.objects.count(), level().committed) == (1, 0, 0)
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
