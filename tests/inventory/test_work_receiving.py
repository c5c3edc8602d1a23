"""Receiving and putting away by scanner: what was scanned reaches the ledger once, a refusal loses
nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from inventory import receiving
from inventory.models import (
    Movement,
    Product,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    StockLevel,
    Warehouse,
)
from tests.factories import make_product, make_products, make_purchase_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(product: Product, warehouse: Warehouse) -> PurchaseOrder:
    Product.objects.filter(pk=product.pk).update(barcode="4006381333931")
    order = make_purchase_order(warehouse, {product: 10}, number="PO-77")
    receiving.open_order(order)
    return order


def screen(order: PurchaseOrder) -> str:
    return reverse("admin:inventory_purchaseorder_receive_scanned", args=[order.pk])


def code(order: PurchaseOrder) -> str:
    return reverse("admin:inventory_purchaseorder_receiving_code", args=[order.pk])


def send(client: Client, page: str, units: dict[Any, Any], **more: object) -> Any:
    packed = json.dumps({str(line): str(number) for line, number in units.items()})
    return client.post(page, {"key": "k-1", "lines": packed} | more)


def held() -> tuple[int, int, int]:
    return StockLevel.objects.values_list("on_hand", "incoming", "staged").get()


@pytest.mark.parametrize(("mode", "expected"), [("direct", (4, 6, 0)), ("staged", (0, 6, 4))])
def test_what_was_scanned_is_received_once(
    admin_client: Client, order: PurchaseOrder, product: Product, mode: str, expected: Any
) -> None:
    for _ in range(2):
        response = send(admin_client, screen(order), {product.pk: 4}, mode=mode)
        assert response.status_code == 302

    receipt = Receipt.objects.get()
    assert (receipt.mode, receipt.actor, receipt.key) == (mode, "admin", "k-1")
    assert held() == expected
    summary = admin_client.get(response.url)
    assert "4 units received" in summary.text
    assert 'data-scan-sent="k-1"' in summary.text


def test_a_page_without_scripts_posts_a_number_for_each_line(
    admin_client: Client, order: PurchaseOrder, product: Product
) -> None:
    admin_client.post(screen(order), {"key": "k", f"line_{product.pk}": " 10 ", "mode": "direct"})

    assert held() == (10, 0, 0)
    order.refresh_from_db()
    assert order.status == PurchaseOrder.Status.CLOSED


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("11", "10 left on PO-77"),
        ("-1", "is no number of units"),
        ("1.5", "is no number of units"),
        ("1000000000000", "is no number of units"),
        ("many", "is no number of units"),
        ("0", "Nothing was counted"),
    ],
)
def test_a_refused_sheet_comes_back_as_it_was(
    admin_client: Client, order: PurchaseOrder, product: Product, number: str, reason: str
) -> None:
    response = send(admin_client, screen(order), {product.pk: number}, mode="staged")

    assert response.status_code == 200
    assert reason in response.text
    assert response.context["sheet"].lines[0].now == number
    assert response.context["sheet"].key == "k-1"
    assert response.context["mode"] == "staged"
    assert not Receipt.objects.exists()


def test_an_answer_that_got_lost_is_not_received_twice(
    admin_client: Client, order: PurchaseOrder, product: Product
) -> None:
    send(admin_client, screen(order), {product.pk: 4})
    assert admin_client.get(code(order), {"sent": "k-1"}).json() == {"isSent": True}
    assert admin_client.get(code(order), {"sent": "k-2"}).json() == {"isSent": False}

    response = send(admin_client, screen(order), {product.pk: 6})

    assert "sent from this page before" in response.text
    assert response.context["sheet"].key != "k-1"
    assert response.context["sheet"].lines[0].done == 4
    assert held() == (4, 6, 0)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"key": ""},
        {"key": "k" * 65},
        {"key": "k", "lines": "["},
        {"key": "k", "lines": "[1]"},
        {"key": "k", "lines": "[" * 5000},
        {"key": "k", "lines": '{"x": "1"}'},
        {"key": "k", "lines": '{"99999999999999999999": "1"}'},
        {"key": "k", "lines": '{"999999": "1"}'},
        {"key": "k", "line_": "1", "mode": "cross_dock"},
    ],
)
def test_a_broken_sheet_is_refused_in_words(
    admin_client: Client, order: PurchaseOrder, broken: dict[str, str]
) -> None:
    response = admin_client.post(screen(order), broken)

    assert response.status_code == 200
    assert response.context["sheet"].error
    assert not Receipt.objects.exists()


def test_a_code_that_the_page_does_not_know_is_looked_up(
    admin_client: Client, order: PurchaseOrder, product: Product
) -> None:
    make_product(sku="CUP")

    assert admin_client.get(code(order), {"code": "mug-1"}).json()["line"][0] == str(product.pk)
    foreign = admin_client.get(code(order), {"code": "cup"}).json()
    assert "CUP is not on PO-77: set it aside" in foreign["refused"]
    unknown = admin_client.get(code(order), {"code": "nothing"}).json()
    assert "No product has the code nothing" in unknown["refused"]
    assert not Movement.objects.exclude(reason="expect").exists()


def test_an_order_that_is_not_open_says_what_to_do(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    draft = make_purchase_order(warehouse, {product: 1})

    assert "open it first" in admin_client.get(screen(draft)).text
    response = send(admin_client, screen(draft), {product.pk: 1})
    assert "only an open order is received" in response.text


def test_who_may_not_receive_is_offered_and_told_nothing(
    client: Client, order: PurchaseOrder, product: Product
) -> None:
    csm = User.objects.create_user("cleo", is_staff=True)
    csm.groups.add(Group.objects.get(name="CSM"))
    client.force_login(csm)

    assert client.get(screen(order)).status_code == 403
    assert send(client, screen(order), {product.pk: 1}).status_code == 403
    assert client.get(code(order), {"code": "MUG-1"}).status_code == 403
    assert client.get(reverse("work")).status_code == 403
    assert client.get(reverse("work-put-away")).status_code == 403
    assert reverse("work") not in client.get(reverse("admin:index")).text


def test_what_does_not_exist_is_not_found(admin_client: Client) -> None:
    for address in ("purchaseorder/9/receive/", "purchaseorder/9/receipt/9/"):
        assert admin_client.get(f"/admin/inventory/{address}").status_code == 404
    assert admin_client.get("/admin/inventory/purchaseorder/x/receive/").status_code == 404


def stage(order: PurchaseOrder, product: Product, units: int, key: str) -> ReceiptLine:
    receipt = receiving.receive(order, {product.pk: units}, Receipt.Mode.STAGED, key)
    return receipt.lines.get()


def test_staged_units_are_put_away_once(
    admin_client: Client, order: PurchaseOrder, product: Product
) -> None:
    first, second = stage(order, product, 2, "a"), stage(order, product, 5, "b")
    page = reverse("work-put-away")
    assert "R-" in admin_client.get(page).text

    for _ in range(2):
        response = send(admin_client, page, {first.pk: 2, second.pk: 1})
        assert response.status_code == 302

    assert held() == (3, 3, 4)
    assert admin_client.get(response.url).context["sent"] == "k-1"
    asked = reverse("work-put-away-code")
    assert admin_client.get(asked, {"sent": "k-1"}).json() == {"isSent": True}
    line = admin_client.get(asked, {"code": "MUG-1"}).json()["line"]
    assert line[:2] == [str(second.pk), "MUG-1"]
    only_first = admin_client.get(f"{asked}?receipt={first.receipt_id}&code=MUG-1")
    assert "No unit of MUG-1 waits" in only_first.json()["refused"]


@pytest.mark.parametrize("units", [{0: 1}, {"x": 1}, {}])
def test_putting_away_what_does_not_wait_is_refused(
    admin_client: Client, order: PurchaseOrder, product: Product, units: dict[Any, int]
) -> None:
    line = stage(order, product, 2, "a")
    page = reverse("work-put-away")

    assert send(admin_client, page, units).context["sheet"].error
    over = send(admin_client, page, {line.pk: 3})
    assert "2 left on" in over.text
    assert over.context["sheet"].lines[0].now == "3"
    assert held() == (0, 8, 2)


def test_a_large_order_is_shown_with_a_few_statements(
    admin_client: Client,
    warehouse: Warehouse,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    products = make_products(520)
    order = make_purchase_order(warehouse, {})
    order.lines.bulk_create(
        order.lines.model(purchase_order=order, product=product, ordered=3) for product in products
    )
    receiving.open_order(order)

    with django_assert_max_num_queries(12):
        response = admin_client.get(screen(order))
    assert response.text.count("<tr data-line=") == 500
    assert products[-1].sku in response.text
    with django_assert_max_num_queries(6):
        admin_client.get(code(order), {"code": products[0].sku})
    units = dict.fromkeys((product.pk for product in products), 3)
    receiving.receive(order, units, Receipt.Mode.STAGED, "all")
    with django_assert_max_num_queries(12):
        admin_client.get(reverse("work-put-away"))
