"""Stock at a store = on its orders + available, checked level by level."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.utils import timezone

from channels import accounts
from channels.contract import LevelRef, RemoteLevel
from channels.models import (
    Channel,
    Transmission,
)
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from orders import asn, fulfilment, intake
from orders.models import SalesOrder
from syncjobs import reconcile
from syncjobs.models import Finding, Run
from tests.factories import make_warehouse, stock
from tests.store import Store, feed, list_at_once, sync
from tests.syncjobs.drift import (
    HOUR,
    age,
    compare,
    edit,
    held,
    held_here_alone,
    held_units,
    list_ten,
    numbers,
    sell,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    return list_ten(channel, store, product, warehouse)


def test_the_stock_rule_holds_number_for_number_through_receipt_and_invoicing(
    channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> None:
    store.add(product.sku)
    stock(product, warehouse, 1000)
    list_at_once(channel, product)
    age()
    held(channel, store, product, 100)

    def state() -> tuple[int, int, int]:
        shown = store.shows(product.sku)
        return StockLevel.objects.get().on_hand, shown["committed"], shown["available"]

    assert (compare(channel).unchanged, state()) == (1, (1000, 100, 900))
    ledger.receive(warehouse.pk, [(product.pk, 200)], Cause())
    sync(channel)
    assert (compare(channel).unchanged, state()) == (1, (1200, 100, 1100))
    order = SalesOrder.objects.get()
    fulfilment.ship_all([order.pk], Cause())
    asn.send(asn.draft_all([order.pk]))
    sync(channel)
    assert (compare(channel).unchanged, state()) == (1, (1100, 0, 1100))
    assert not Finding.objects.exists()


def test_more_units_on_orders_there_than_held_here_is_an_order(
    channel: Channel, store: Store, listed: Product
) -> None:
    held(channel, store, listed, 4)
    intake.archive([SalesOrder.objects.get().pk])
    sync(channel)
    assert not Finding.objects.exists()
    assert compare(channel).failed == 0  # archived a moment ago: ordinary traffic
    age()
    compare(channel)
    finding = Finding.objects.get()
    assert (finding.cause, numbers(finding)) == (Finding.Cause.ORDER, (10, 10, 10))
    assert (finding.committed_there, finding.committed_here) == (4, 0)
    assert "4 of them are archived or dispatched here" in finding.message


def test_units_held_here_that_are_on_no_order_there_are_an_edit_that_stays(
    channel: Channel, listed: Product, warehouse: Warehouse
) -> None:
    held_here_alone(channel, listed, warehouse, 4)
    age()
    compare(channel)
    finding = Finding.objects.get()
    assert (finding.cause, numbers(finding)) == (Finding.Cause.EDIT, (6, 6, 6))
    assert (finding.committed_there, finding.committed_here) == (0, 4)
    assert "4 fewer there" in finding.message
    assert finding.closed_at is None
    assert not reconcile.is_mendable(finding)


def test_units_on_an_asn_that_the_store_was_not_told_yet_are_counted_as_there(
    channel: Channel, store: Store, listed: Product
) -> None:
    number = held(channel, store, listed, 4)
    order = SalesOrder.objects.get()
    fulfilment.ship_all([order.pk], Cause())
    asn.send(asn.draft_all([order.pk]))
    assert Transmission.objects.get().status == Transmission.Status.WAITING
    orders_asn = order.asns.get()
    orders_asn.sent_at = timezone.now() - HOUR
    orders_asn.save()
    assert compare(channel).failed == 0
    assert not Finding.objects.exists()
    store.post(f"orders/{number}/fulfil")
    compare(channel)
    finding = Finding.objects.get()
    assert (finding.cause, finding.committed_here) == (Finding.Cause.PENDING, 4)
    assert "not told yet" in finding.message


def test_a_hold_younger_than_one_comparison_is_not_judged(
    channel: Channel, listed: Product, warehouse: Warehouse
) -> None:
    held_here_alone(channel, listed, warehouse, 4)
    assert compare(channel).unchanged == 1
    age()
    assert compare(channel).failed == 1


def test_an_order_held_in_another_place_than_it_was_sold_from_is_no_difference(
    channel: Channel, store: Store, listed: Product
) -> None:
    edit(store, listed, "Depot", available=10)
    sell(store, listed, 4, location="Depot")
    sync(channel, Run.Kind.ORDERS)
    depot = make_warehouse(code="depot", name="Depot")
    stock(listed, depot, 10)
    feed(channel, "Depot", depot)
    sync(channel)
    age()
    committed = [store.shows(listed.sku, place)["committed"] for place in ("Shop", "Depot")]
    assert (committed, held_units(depot)) == ([0, 4], 0)
    assert compare(channel).unchanged == 2
    assert not Finding.objects.exists()


def test_units_set_aside_there_are_an_edit_that_says_so(
    channel: Channel, listed: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = accounts.connect(channel)
    real = adapter.read_levels

    def with_damage(refs: Sequence[LevelRef]) -> dict[LevelRef, RemoteLevel]:
        return {
            ref: RemoteLevel(ref, 10, 0, 13, is_active=True, is_tracked=True) for ref in real(refs)
        }

    monkeypatch.setattr(adapter, "read_levels", with_damage)
    compare(channel, adapter)
    finding = Finding.objects.get()
    assert (finding.cause, finding.closed_at) == (Finding.Cause.EDIT, None)
    assert "3 set aside" in finding.message
