"""Shipping, cross-docking, returns: they move stock, and leave the promise as it is."""

import pytest

from inventory import receiving
from inventory.errors import InsufficientStock, InvalidLines, KeyReused, WrongState
from inventory.ledger import Cause
from inventory.models import Product, Receipt, StockLevel, Warehouse
from orders import fulfilment, intake, returns
from orders.errors import OverReturned, OverShipped, UnknownLine
from orders.models import SalesOrder
from tests.factories import make_product, make_purchase_order, make_warehouse, stock
from tests.orders.factories import make_order, stock_of, whole

pytestmark = pytest.mark.django_db


def test_shipping_does_not_lower_the_quantity_on_orders(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    fulfilment.ship(order.pk, whole(order), Cause())

    assert stock_of(product, warehouse) == (6, 4)
    assert StockLevel.objects.get().available == 2


def test_shipping_twice_under_one_key_ships_once(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    units = {order.lines.get().pk: 2}
    sent = [fulfilment.ship(order.pk, units, Cause(key="parcel-1")) for _ in range(2)]

    assert sent == [True, False]
    assert stock_of(product, warehouse) == (8, 4)
    assert order.lines.get().shipped == 2


def test_a_key_can_not_ship_something_else(order: SalesOrder) -> None:
    line = order.lines.get().pk
    fulfilment.ship(order.pk, {line: 2}, Cause(key="parcel-1"))
    with pytest.raises(KeyReused):
        fulfilment.ship(order.pk, {line: 1}, Cause(key="parcel-1"))


@pytest.mark.parametrize("units", [5, 0, -1])
def test_shipping_more_than_ordered_or_nothing_is_refused(
    order: SalesOrder, product: Product, warehouse: Warehouse, units: int
) -> None:
    with pytest.raises(OverShipped):
        fulfilment.ship(order.pk, {order.lines.get().pk: units}, Cause())
    assert stock_of(product, warehouse) == (10, 4)


def test_shipping_no_line_is_refused(order: SalesOrder) -> None:
    with pytest.raises(InvalidLines):
        fulfilment.ship(order.pk, {}, Cause())


def test_shipping_what_is_not_there_is_refused_whole(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    scarce = make_product()
    stock(scarce, warehouse, 1)
    both = make_order(warehouse, {product: 1, scarce: 2})
    with pytest.raises(InsufficientStock):
        fulfilment.ship_all([order.pk, both.pk], Cause())

    assert stock_of(product, warehouse) == (10, 5)
    assert not any(line.shipped for line in both.lines.all())


def test_shipping_everything_ships_it_once(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    other = make_order(warehouse, {product: 3})
    shipped = [fulfilment.ship_all([order.pk, other.pk], Cause()) for _ in range(2)]

    assert shipped == [7, 0]
    assert stock_of(product, warehouse) == (3, 7)
    assert [line.shipped for line in order.lines.all()] == [4]


def test_a_foreign_line_is_refused(order: SalesOrder, product: Product) -> None:
    other = make_order(order.lines.get().warehouse, {product: 1})
    with pytest.raises(UnknownLine):
        fulfilment.ship(order.pk, whole(other), Cause())
    with pytest.raises(UnknownLine):
        returns.take_back(order.pk, whole(other), Cause())


def test_canceled_and_archived_orders_are_not_shipped(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    other = make_order(warehouse, {product: 1})
    intake.cancel(order.pk)
    intake.archive([other.pk])
    for refused in (order, other):
        with pytest.raises(WrongState, match="can not be shipped"):
            fulfilment.ship(refused.pk, whole(refused), Cause())
        with pytest.raises(WrongState, match="can not be shipped"):
            fulfilment.ship_all([refused.pk], Cause())
    assert stock_of(product, warehouse) == (10, 4)


def test_cross_docked_goods_come_and_go_at_once(product: Product, warehouse: Warehouse) -> None:
    order = make_order(warehouse, {product: 5})
    purchase = make_purchase_order(warehouse, {product: 5})
    receiving.open_order(purchase)
    for _ in range(2):
        receipt = fulfilment.cross_dock(purchase, order.pk, whole(order), Cause(key="dock-1"))

    assert receipt.mode == Receipt.Mode.CROSS_DOCK
    assert stock_of(product, warehouse) == (0, 5)
    assert order.lines.get().shipped == 5


def test_goods_are_not_cross_docked_from_another_warehouse(
    product: Product, warehouse: Warehouse
) -> None:
    elsewhere = make_warehouse()
    stock(product, elsewhere, 20)
    purchase = make_purchase_order(warehouse, {product: 5})
    receiving.open_order(purchase)
    order = make_order(elsewhere, {product: 5})

    with pytest.raises(UnknownLine, match="arrives at another warehouse"):
        fulfilment.cross_dock(purchase, order.pk, whole(order), Cause(key="dock-1"))

    assert stock_of(product, elsewhere) == (20, 5)
    assert not Receipt.objects.exists()


def test_returns_put_units_back_once(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    fulfilment.ship_all([order.pk], Cause())
    units = {order.lines.get().pk: 3}
    taken = [returns.take_back(order.pk, units, Cause(key="rma-1")) for _ in range(2)]

    assert taken == [True, False]
    assert stock_of(product, warehouse) == (9, 4)


@pytest.mark.parametrize("units", [3, 0, -1])
def test_returning_more_than_was_shipped_is_refused(
    order: SalesOrder, product: Product, warehouse: Warehouse, units: int
) -> None:
    line = order.lines.get().pk
    fulfilment.ship(order.pk, {line: 2}, Cause())
    with pytest.raises(OverReturned):
        returns.take_back(order.pk, {line: units}, Cause())
    assert stock_of(product, warehouse) == (8, 4)
