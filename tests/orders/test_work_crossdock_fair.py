"""At the dock a sheet may be typed without any script: who may take what is judged here."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from inventory import bundles, receiving
from inventory.models import Product, PurchaseOrder, Receipt, Warehouse
from orders import intake
from orders.models import SalesOrder
from tests.factories import make_product, make_purchase_order, stock
from tests.orders.factories import make_order, stock_of
from tests.orders.test_work_crossdock import line_of, page, part_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def coming(product: Product, warehouse: Warehouse) -> PurchaseOrder:
    """8 mugs are to come; none is on the shelf."""
    order = make_purchase_order(warehouse, {product: 8}, number="PO-1")
    receiving.open_order(order)
    return order


def refused(client: Client, coming: PurchaseOrder, typed: dict[str, str]) -> str:
    """What is said; all that was typed is still there, and nothing came in."""
    before = Receipt.objects.count()
    sheet: Any = client.post(page(coming), {"key": "k"} | typed).context["sheet"]
    assert {f"line_{line.id}": line.now for line in sheet.lines if line.now} == typed
    assert Receipt.objects.count() == before
    return str(sheet.error)


def shipped(*orders: SalesOrder) -> list[int]:
    return [order.lines.get().shipped for order in orders]


def test_an_order_takes_no_more_than_it_lacks(
    admin_client: Client, coming: PurchaseOrder, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 3)
    order = make_order(warehouse, {product: 5}, number="SO-1")
    other = make_order(warehouse, {product: 4}, number="SO-2")

    told = refused(admin_client, coming, {line_of(order): "4", line_of(other): "2"})

    assert told == (
        "SO-1 lacks 2 of MUG-1; 4 were entered. Enter 2 there, and the rest at the other lines of"
        " MUG-1, or set it aside."
    )
    assert shipped(order, other) == [0, 0]


def test_an_order_takes_nothing_that_an_older_one_is_owed(
    admin_client: Client, coming: PurchaseOrder, product: Product, warehouse: Warehouse
) -> None:
    older = make_order(warehouse, {product: 5}, number="SO-OLD")
    later = make_order(warehouse, {product: 6}, number="SO-NEW")

    told = refused(admin_client, coming, {line_of(older): "1", line_of(later): "3"})

    assert told == (
        "MUG-1 for SO-NEW: 3 entered, but SO-OLD has waited longer and is owed 3 more of what came."
        " Enter those at the line of SO-OLD first, which leaves 0 for SO-NEW."
    )
    form = {"key": "k", line_of(older): "5", line_of(later): "3"}
    for _ in range(2):  # a repeat is no reason to refuse it
        assert admin_client.post(page(coming), form).status_code == 302
    assert shipped(older, later) == [5, 3]
    assert stock_of(product, warehouse)[0] == 0


def test_what_an_older_order_is_owed_may_go_to_the_shelf(
    admin_client: Client, coming: PurchaseOrder, product: Product, warehouse: Warehouse
) -> None:
    older = make_order(warehouse, {product: 5}, number="SO-OLD")
    later = make_order(warehouse, {product: 3}, number="SO-NEW")
    form = {"key": "k", line_of(later): "3", f"line_stock-{product.pk}": "5"}
    assert admin_client.post(page(coming), form).status_code == 302
    assert shipped(older, later) == [0, 3]
    assert stock_of(product, warehouse)[0] == 5


def test_an_order_for_which_none_is_meant_any_more_takes_none_and_its_number_is_kept(
    admin_client: Client, coming: PurchaseOrder, product: Product, warehouse: Warehouse
) -> None:
    order = make_order(warehouse, {product: 2}, number="SO-1")
    stock(product, warehouse, 2)
    told = refused(admin_client, coming, {line_of(order): "2"})
    assert told == (
        "MUG-1 for SO-1: none of what comes is meant for it. What it lacks is on the shelf, or"
        " orders that have waited longer come first. Clear its line, and enter the units at another"
        " one."
    )
    intake.cancel(order.pk)
    assert "canceled or archived" in refused(admin_client, coming, {line_of(order): "2"})


def test_what_is_typed_at_a_purchase_order_that_was_closed_meanwhile_is_kept(
    admin_client: Client, coming: PurchaseOrder, product: Product, warehouse: Warehouse
) -> None:
    order = make_order(warehouse, {product: 2}, number="SO-1")
    receiving.close_short(coming)
    typed = {line_of(order): "2", f"line_stock-{product.pk}": "1"}
    assert refused(admin_client, coming, typed)


def test_components_for_a_bundle_wait_for_their_turn_too(
    admin_client: Client, coming: PurchaseOrder, product: Product, warehouse: Warehouse
) -> None:
    tray = make_product(sku="TRAY-1")
    kit = make_product(sku="KIT-1")
    bundles.compose(kit.pk, {product.pk: 2, tray.pk: 1})
    stock(tray, warehouse, 9)
    older = make_order(warehouse, {product: 3}, number="SO-OLD")
    later = make_order(warehouse, {kit: 2}, number="SO-KIT")
    part = f"line_{part_of(later, product)}"

    told = refused(admin_client, coming, {part: "4"})
    assert told.startswith("MUG-1 for SO-KIT: 4 entered, but SO-OLD has waited longer")
    # An older bundle's components are not for a later order either.
    last = make_order(warehouse, {product: 1}, number="SO-LAST")
    told = refused(admin_client, coming, {line_of(older): "3", part: "1", line_of(last): "1"})
    assert "SO-KIT has waited longer and is owed 1 more" in told
    form = {"key": "k", line_of(older): "3", part: "4"}
    assert admin_client.post(page(coming), form).status_code == 302
    assert shipped(older, later, last) == [3, 2, 0]


def test_units_of_another_sheet_under_the_same_key_are_judged_on_their_own(
    admin_client: Client, coming: PurchaseOrder, product: Product, warehouse: Warehouse
) -> None:
    older = make_order(warehouse, {product: 5}, number="SO-OLD")
    later = make_order(warehouse, {product: 3}, number="SO-NEW")
    first = {line_of(older): "3"}
    assert admin_client.post(page(coming), {"key": "k"} | first).status_code == 302
    told = refused(admin_client, coming, first | {line_of(later): "1"})
    assert "SO-OLD has waited longer and is owed 1 more" in told
    assert shipped(older, later) == [3, 0]
