"""Orders of a seller: held from the first moment, shipped when paid, confirmed with tracking."""

from __future__ import annotations

import pytest

from channels import reasons
from channels import transmission as sending
from channels.models import ChannelOrder, Transmission
from inventory.errors import WrongState
from inventory.ledger import Cause
from inventory.models import Product, StockLevel
from orders import asn, fulfilment
from orders.models import Asn, SalesOrder
from syncjobs.models import ProcessLog, Run
from tests.channels.amazon import engine
from tests.channels.amazon.engine import Seller

pytestmark = pytest.mark.django_db(transaction=True)
seller = engine.seller


@pytest.fixture
def mug(seller: Seller) -> Product:
    [mug] = seller.lists("MUG", units=10)
    seller.settle()
    return mug


def take_orders(seller: Seller) -> None:
    seller.passes(minutes=10)
    seller.run(Run.Kind.ORDERS)


def held(product: Product) -> int:
    return StockLevel.objects.get(product=product).committed


def order_of(external_id: str) -> SalesOrder:
    order = ChannelOrder.objects.get(external_id=external_id).order
    assert order is not None
    return order


def test_a_pending_order_holds_its_units_and_does_not_ship_before_it_is_paid(
    seller: Seller, mug: Product
) -> None:
    placed = seller.rehearsal.order(3, paid=False)
    take_orders(seller)
    order = order_of(placed)
    assert (held(mug), order.is_unpaid) == (3, True)
    with pytest.raises(WrongState, match="awaits payment"):
        fulfilment.ship_all([order.pk], Cause())

    seller.rehearsal.shape(f"orders/{placed}/pay")
    take_orders(seller)
    assert not order_of(placed).is_unpaid
    assert fulfilment.ship_all([order.pk], Cause()) == 3


def test_a_canceled_pending_order_goes_on_holding_until_it_is_archived(
    seller: Seller, mug: Product
) -> None:
    placed = seller.rehearsal.order(3, paid=False)
    take_orders(seller)
    seller.rehearsal.shape(f"orders/{placed}/cancel")
    take_orders(seller)
    assert order_of(placed).status == SalesOrder.Status.CANCELED
    assert held(mug) == 3


def test_an_order_that_amazon_ships_is_none_of_ours(seller: Seller, mug: Product) -> None:
    seller.rehearsal.add("FBA-1", is_fba=True)
    seller.rehearsal.order(1, "FBA-1")
    take_orders(seller)
    assert not ChannelOrder.objects.exists()


def test_an_order_missing_from_the_list_for_hours_is_found_by_the_daily_sweep(
    seller: Seller, mug: Product
) -> None:
    seller.rehearsal.order(1)
    take_orders(seller)  # the first pull of all looks far back anyway
    seller.rehearsal.shape("habits", {"list_lag_seconds": 6 * 3600})
    late = seller.rehearsal.order(2)
    seller.passes(minutes=60)
    seller.rehearsal.shape("habits", {"list_lag_seconds": 0})
    on_time = seller.rehearsal.order(1)
    seller.rehearsal.shape("habits", {"list_lag_seconds": 0})
    take_orders(seller)
    seller.passes(minutes=26 * 60)
    take_orders(seller)
    assert {late, on_time} <= set(ChannelOrder.objects.values_list("external_id", flat=True))
    assert held(mug) == 4


def test_a_sent_asn_confirms_the_shipment_with_its_tracking(seller: Seller, mug: Product) -> None:
    placed = seller.rehearsal.order(2)
    take_orders(seller)
    order = order_of(placed)
    fulfilment.ship_all([order.pk], Cause())
    [notice] = asn.draft_all([order.pk])
    Asn.objects.filter(pk=notice).update(carrier="DHL", tracking_number="JJD0001")
    asn.send([notice])
    seller.run()

    transmission = Transmission.objects.get()
    assert transmission.status == Transmission.Status.SENT, transmission.message
    [shown] = [
        each for each in seller.rehearsal.read("orders")["orders"] if each["orderId"] == placed
    ]
    assert shown["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    take_orders(seller)
    seller.settle()
    seller.settle()
    assert (held(mug), seller.quantity("MUG")) == (0, 8)


def test_an_asn_without_tracking_says_what_is_missing_and_is_told_once_it_is_there(
    seller: Seller, mug: Product
) -> None:
    placed = seller.rehearsal.order(1)
    take_orders(seller)
    order = order_of(placed)
    fulfilment.ship_all([order.pk], Cause())
    notices = asn.draft_all([order.pk])
    asn.send(notices)
    seller.run()
    transmission = Transmission.objects.get()
    assert transmission.status == Transmission.Status.FAILED
    assert "tracking" in transmission.message.lower()
    [logged] = ProcessLog.objects.filter(code=transmission.reason)
    assert reasons.advice(logged.code).endswith("on the ASN, then choose Send again.")

    Asn.objects.filter(pk__in=notices).update(carrier="DHL", tracking_number="JJD0001")
    assert sending.send_again([transmission.pk]) == 1
    seller.run()
    transmission.refresh_from_db()
    assert (transmission.status, transmission.reason) == (Transmission.Status.SENT, "")
