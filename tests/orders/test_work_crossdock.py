"""At the dock: what somebody waits for leaves at once, the rest is received."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from inventory import bundles, receiving
from inventory.models import Product, PurchaseOrder, Receipt, StockLevel, Warehouse
from orders import intake
from orders.models import SalesOrder
from tests.factories import make_product, make_products, make_purchase_order, stock
from tests.orders.factories import make_order, stock_of
from tests.orders.test_admin import told, user_with

pytestmark = pytest.mark.django_db

MostQueries = Callable[[int], AbstractContextManager[object]]


def page(order: PurchaseOrder) -> str:
    return reverse("admin:orders_work_crossdock", args=[order.pk])


def line_of(order: SalesOrder) -> str:
    return f"line_order-{order.lines.get().pk}"


@pytest.fixture
def coming(product: Product, warehouse: Warehouse) -> PurchaseOrder:
    """10 mugs are on the shelf, 20 are to come."""
    stock(product, warehouse, 10)
    order = make_purchase_order(warehouse, {product: 20}, number="PO-1")
    receiving.open_order(order)
    return order


def test_goods_are_proposed_to_those_who_wait_oldest_first(
    admin_client: Client, coming: PurchaseOrder, product: Product, warehouse: Warehouse
) -> None:
    make_order(warehouse, {product: 8}, number="SO-1")  # the shelf has them
    second = make_order(warehouse, {product: 5}, number="SO-2")  # lacks 3
    intake.cancel(make_order(warehouse, {product: 2}, number="SO-3").pk)
    last = make_order(warehouse, {product: 4}, number="SO-4")

    lines = admin_client.get(page(coming)).context["sheet"].lines
    assert [(f"line_{line.id}", line.expected) for line in lines] == [
        (line_of(second), 3),
        (line_of(last), 4),
        (f"line_stock-{product.pk}", 13),
    ]
    assert "SO-2" in lines[0].note


def test_scans_ship_and_the_rest_is_received_once(
    admin_client: Client, coming: PurchaseOrder, product: Product, warehouse: Warehouse
) -> None:
    first = make_order(warehouse, {product: 12}, number="SO-1")
    form = {"key": "k", line_of(first): "2", f"line_stock-{product.pk}": "5", "rest": "staged"}
    for _ in range(2):
        done = admin_client.post(page(coming), form)
        assert done.status_code == 302
        said, next_step = told(done)[-2:]
        assert said == "Received. 2 units went to orders. 5 units went to staging."
        assert "SO-1: 2 units shipped" in next_step
    level = StockLevel.objects.get(product=product)
    assert (level.on_hand, level.staged, level.committed, level.incoming) == (10, 5, 12, 13)
    assert first.lines.get().shipped == 2
    assert sorted(Receipt.objects.values_list("mode", flat=True)) == ["cross_dock", "staged"]
    lookup = reverse("admin:orders_work_crossdock_lookup", args=[coming.pk])
    assert admin_client.get(lookup, {"sent": "k"}).json() == {"isSent": True}
    assert admin_client.get(lookup, {"sent": "j"}).json() == {"isSent": False}


def test_what_is_refused_is_refused_whole(
    admin_client: Client, coming: PurchaseOrder, product: Product, warehouse: Warehouse
) -> None:
    first = make_order(warehouse, {product: 12}, number="SO-1")
    form = {"key": "k", line_of(first): "2", f"line_stock-{product.pk}": "19"}
    refused = admin_client.post(page(coming), form)
    assert "left on PO-1" in refused.context["sheet"].error
    assert "Nothing was sent: correct what is said above, then send again." in refused.text
    assert 'is-bad" id="scan-last"' in refused.text
    assert "Ready: scan the first item." not in refused.text.partition('id="scan-last"')[2][:400]
    assert first.lines.get().shipped == 0
    assert stock_of(product, warehouse) == (10, 12)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"line_order-9999": "1"},
        {"line_stock-9999": "1"},
        {"line_nonsense": "1"},
        {"line_stock-x": "1"},
        {"line_stock-1": "-1"},
        {"lines": "{"},
        {"lines": "[1]"},
    ],
)
def test_bad_input_is_told(
    admin_client: Client, coming: PurchaseOrder, typed: dict[str, str]
) -> None:
    refused = admin_client.post(page(coming), {"key": "k"} | typed)
    assert refused.status_code == 200
    assert refused.context["sheet"].error
    assert not Receipt.objects.exists()


def test_a_foreign_product_is_set_aside(admin_client: Client, coming: PurchaseOrder) -> None:
    make_product(sku="CUP-9")
    lookup = reverse("admin:orders_work_crossdock_lookup", args=[coming.pk])
    answer = admin_client.get(lookup, {"code": "CUP-9"}).json()
    assert "not awaited on PO-1" in answer["refused"]
    assert admin_client.get(reverse("admin:orders_work_crossdock", args=[9**30])).status_code == 404


def test_a_closed_order_says_that_nothing_comes(
    admin_client: Client, coming: PurchaseOrder
) -> None:
    receiving.close_short(coming)
    shown = admin_client.get(page(coming))
    assert "it is not open" in shown.text
    assert list(shown.context["sheet"].lines) == []


def test_it_asks_for_the_permissions_of_receiving_and_of_shipping(
    client: Client, coming: PurchaseOrder
) -> None:
    user = user_with(client, "view_salesorder", "add_movement", "view_purchaseorder")
    assert client.get(page(coming)).status_code == 403
    assert client.post(page(coming), {"key": "k"}).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="change_purchaseorder"))
    assert client.get(page(coming)).status_code == 200


def test_it_costs_the_same_for_few_and_many(
    admin_client: Client, warehouse: Warehouse, django_assert_max_num_queries: MostQueries
) -> None:
    products = make_products(30)
    order = make_purchase_order(warehouse, dict.fromkeys(products, 5))
    receiving.open_order(order)
    for _ in range(5):
        make_order(warehouse, dict.fromkeys(products, 1))
    with django_assert_max_num_queries(12):
        shown = admin_client.get(page(order))
    assert len(shown.context["sheet"].lines) == 150


@pytest.fixture
def kit(product: Product) -> Product:
    """Two mugs and a tray."""
    kit = make_product(sku="KIT-1")
    tray = make_product(sku="TRAY-1")
    bundles.compose(kit.pk, {product.pk: 2, tray.pk: 1})
    return kit


def part_of(order: SalesOrder, product: Product) -> str:
    return f"part-{order.lines.get().pk}-{product.pk}"


def test_components_are_proposed_to_the_bundle_that_waits_for_them(
    admin_client: Client, warehouse: Warehouse, product: Product, kit: Product
) -> None:
    tray = Product.objects.get(sku="TRAY-1")
    stock(product, warehouse, 3)
    stock(tray, warehouse, 4)
    coming = make_purchase_order(warehouse, {product: 20}, number="PO-1")
    receiving.open_order(coming)
    # One kit from the shelf; a mug left there and five of the coming ones make three more.
    waits = make_order(warehouse, {kit: 9}, number="SO-KIT")
    later = make_order(warehouse, {product: 2}, number="SO-2")

    lines = admin_client.get(page(coming)).context["sheet"].lines
    assert [(line.id, line.expected) for line in lines] == [
        (part_of(waits, product), 5),
        (f"order-{later.lines.get().pk}", 2),
        (f"stock-{product.pk}", 13),
    ]
    assert "for order SO-KIT, into bundle KIT-1 (2 each)" in lines[0].note


def test_components_that_came_leave_as_whole_bundles_once(
    admin_client: Client, warehouse: Warehouse, product: Product, kit: Product
) -> None:
    tray = Product.objects.get(sku="TRAY-1")
    stock(product, warehouse, 1)
    stock(tray, warehouse, 4)
    coming = make_purchase_order(warehouse, {product: 20}, number="PO-1")
    receiving.open_order(coming)
    waits = make_order(warehouse, {kit: 2}, number="SO-KIT")
    form = {"key": "k", f"line_{part_of(waits, product)}": "2", f"line_stock-{product.pk}": "4"}
    for _ in range(2):
        assert admin_client.post(page(coming), form).status_code == 302

    assert waits.lines.get().shipped == 1
    assert stock_of(product, warehouse)[0] == 1 + 2 + 4 - 2
    assert stock_of(tray, warehouse)[0] == 3
    assert sorted(Receipt.objects.values_list("mode", flat=True)) == ["cross_dock", "direct"]
    again = admin_client.post(page(coming), form | {f"line_{part_of(waits, product)}": "3"})
    assert again.context["sheet"].error


def test_components_that_make_no_whole_bundle_stay_in_stock(
    admin_client: Client, warehouse: Warehouse, product: Product, kit: Product
) -> None:
    tray = Product.objects.get(sku="TRAY-1")
    coming = make_purchase_order(warehouse, {product: 2, tray: 1}, number="PO-1")
    receiving.open_order(coming)
    waits = make_order(warehouse, {kit: 1}, number="SO-KIT")
    form = {"key": "k", f"line_{part_of(waits, product)}": "2"}
    shown = admin_client.post(page(coming), form, follow=True)

    assert "makes no whole KIT-1 yet" in shown.text
    assert (waits.lines.get().shipped, stock_of(product, warehouse)[0]) == (0, 2)
    [line] = shown.context["sheet"].lines
    assert (line.id, line.expected) == (part_of(waits, tray), 1)
    admin_client.post(page(coming), {"key": "l", f"line_{line.id}": "1"})
    assert (waits.lines.get().shipped, stock_of(product, warehouse)[0]) == (1, 0)


@pytest.mark.parametrize("line", ["part-1", "part-x-1", "part-01-1", "part-1-1-1", "part-999-1"])
def test_components_of_no_order_are_told(
    admin_client: Client, coming: PurchaseOrder, line: str
) -> None:
    refused = admin_client.post(page(coming), {"key": "k", f"line_{line}": "1"})
    assert refused.context["sheet"].error
    assert not Receipt.objects.exists()
