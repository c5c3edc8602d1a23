"""What a mirror's source sold is in its number; what others sold from the mirror is held there."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

import pytest

from channels import accounts, intake
from channels.models import ChannelOrder
from inventory.models import Product, StockLevel, Warehouse
from orders import intake as own
from orders.models import SalesOrder
from syncjobs.models import Run
from tests.factories import make_warehouse, stock
from tests.store import feed, sync
from tests.syncjobs.mirrors import SKU, Shop, held, selling, showing_ten, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(db: None) -> Warehouse:
    return make_warehouse(code="copy", name="Store shelf")


@pytest.fixture
def source(product: Product, copy: Warehouse) -> Iterator[Shop]:
    with showing_ten(product, copy) as shop:
        yield shop


@pytest.fixture
def seller(source: Shop, product: Product, copy: Warehouse) -> Iterator[Shop]:
    with selling(product, copy) as shop:
        yield shop


def test_the_sources_own_sale_is_in_its_number_and_held_by_nobody_here(
    source: Shop, seller: Shop
) -> None:
    number = source.sell(3, location="Shop")
    sync(source.channel, Run.Kind.COMPARE)
    sync(seller.channel)
    assert (held(), seller.store.available(SKU)) == ((7, 0, True), 7)
    source.store.post(f"orders/{number}/fulfil")
    sync(source.channel, Run.Kind.ORDERS)
    sync(source.channel, Run.Kind.COMPARE)
    bound = ChannelOrder.objects.get(channel=source.channel)
    assert (bound.order, bound.reason, SalesOrder.objects.count()) == (None, "", 0)
    assert held() == (7, 0, True)
    verify()


def test_a_sale_elsewhere_is_promised_from_the_mirror_until_it_is_dispatched(
    source: Shop, seller: Shop
) -> None:
    seller.sell(4)
    sync(seller.channel, Run.Kind.ORDERS)
    sync(source.channel, Run.Kind.COMPARE)
    assert held() == (10, 4, True)
    assert (source.store.available(SKU), seller.store.available(SKU)) == (10, 6)
    source.put(6)
    own.dispatch([SalesOrder.objects.get().pk])
    sync(source.channel, Run.Kind.COMPARE)
    sync(seller.channel)
    assert (held(), seller.store.available(SKU)) == ((6, 0, True), 6)
    verify()


def test_what_the_other_store_shipped_itself_is_promised_no_more(
    source: Shop, seller: Shop
) -> None:
    number = seller.sell(4)
    sync(seller.channel, Run.Kind.ORDERS)
    seller.store.post(f"orders/{number}/fulfil")
    source.put(6)
    sync(source.channel, Run.Kind.COMPARE)
    for _ in range(2):
        sync(seller.channel, Run.Kind.ORDERS)
    order = SalesOrder.objects.get()
    assert (order.status, order.lines.get().shipped) == (SalesOrder.Status.CLOSED, 0)
    bound = ChannelOrder.objects.get(channel=seller.channel)
    assert (held(), bound.reason) == ((6, 0, True), "")
    verify()


@pytest.fixture
def mixed(source: Shop, product: Product, warehouse: Warehouse) -> Shop:
    """The source's location Depot shows a warehouse of ours with 20."""
    stock(product, warehouse, 20)
    feed(source.channel, "Depot", warehouse)
    sync(source.channel)
    assert source.store.available(SKU, "Depot") == 20
    return source


def at_depot() -> StockLevel:
    return StockLevel.objects.get(warehouse__code="main")


def test_of_an_order_only_what_our_own_location_sold_is_held(mixed: Shop) -> None:
    mixed.sell(3, location="Shop")
    mixed.sell(5, location="Depot")
    sync(mixed.channel, Run.Kind.COMPARE)
    assert (at_depot().committed, held()) == (5, (7, 0, True))
    assert SalesOrder.objects.get().lines.get().ordered == 5
    sync(mixed.channel)
    assert mixed.store.available(SKU, "Depot") == 15
    verify()


def test_a_line_that_moves_to_the_source_frees_what_was_held_for_it(mixed: Shop) -> None:
    mixed.sell(5, location="Depot")
    sync(mixed.channel, Run.Kind.ORDERS)
    [there] = accounts.connect(mixed.channel).pull_orders(None)
    shop = mixed.place("Shop").external_id
    lines = [replace(line, location_id=shop) for line in there.lines]
    moved = replace(there, lines=lines, updated_at=there.updated_at + datetime.timedelta(hours=1))
    intake.take_many(mixed.channel, [moved])
    assert (at_depot().committed, held()[1]) == (0, 0)
    back = replace(there, updated_at=moved.updated_at + datetime.timedelta(hours=1))
    intake.take_many(mixed.channel, [back])
    assert (at_depot().committed, held()[1]) == (5, 0)
    verify()
