"""Warehouse work: any code leads to its page, and every tile counts cheaply."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from desk.cells import page_of
from inventory import counting, receiving, transfers
from inventory.models import Product, Receipt, Warehouse
from orders import intake
from orders.intake import Draft, DraftLine
from tests.factories import (
    make_product,
    make_purchase_order,
    make_transfer,
    make_warehouse,
    stock,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    person = User.objects.create_user("mara", is_staff=True)
    person.groups.add(Group.objects.get(name="Warehouse manager"))
    client.force_login(person)
    return client


def led(client: Client, code: str) -> str:
    response: Any = client.get(reverse("work"), {"code": code})
    assert response.status_code == 302, response.context["refused"]
    return str(response.url)


def test_any_code_leads_to_its_page(
    manager: Client, product: Product, warehouse: Warehouse
) -> None:
    Product.objects.filter(pk=product.pk).update(barcode="4006381333931")
    stock(product, warehouse, 5)
    order = make_purchase_order(warehouse, {product: 2}, number="PO-77")
    assert led(manager, "PO-77") == page_of(order)
    receiving.open_order(order)
    receipt = receiving.receive(order, {product.pk: 1}, Receipt.Mode.STAGED, "r")
    stocktake = counting.open(warehouse, [])
    transfer = make_transfer(warehouse, make_warehouse(), {product: 1})

    assert led(manager, "]E04006381333931") == page_of(product)
    assert led(manager, "mug-1") == page_of(product)
    assert led(manager, " po-77 ").endswith(f"/purchaseorder/{order.pk}/receive/")
    assert led(manager, f"r-{receipt.pk}").endswith(f"/receipt/{receipt.pk}/")
    assert led(manager, f"ST-{stocktake.pk}").endswith(f"/stocktake/{stocktake.pk}/count/")
    assert led(manager, f"TR-{transfer.pk}").endswith(f"/transfer/{transfer.pk}/fill/")
    transfers.dispatch(transfer)
    assert led(manager, f"TR-{transfer.pk}").endswith(f"/transfer/{transfer.pk}/arrive/")
    transfers.receive(transfer)
    assert led(manager, f"TR-{transfer.pk}") == page_of(transfer)


@pytest.mark.parametrize("code", ["nothing", "ST-999", "TR-" + "9" * 30, "R-1", "\x00", "9" * 999])
def test_a_code_of_nothing_is_answered_in_words(manager: Client, code: str) -> None:
    response = manager.get(reverse("work"), {"code": code})

    assert response.status_code in {200, 400}
    if response.status_code == 200:
        assert 'role="alert"' in response.text


def test_the_page_tells_what_waits_with_few_statements(
    manager: Client,
    warehouse: Warehouse,
    product: Product,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        order = make_purchase_order(warehouse, {product: 10, make_product(): number + 1})
        receiving.open_order(order)
        counting.open(warehouse, [product.pk])
        make_transfer(warehouse, make_warehouse(), {product: 1})
    receiving.receive(order, {product.pk: 3}, Receipt.Mode.STAGED, "r")

    with django_assert_max_num_queries(20):
        response = manager.get(reverse("work"))

    assert {tile.title: tile.figure for tile in response.context["tiles"]}["Pick and ship"] == "0"
    figures = {str(tile.title): tile.figure for tile in response.context["tiles"]}
    assert figures["Receive"] == figures["Stocktake"] == figures["Transfer"] == "5"
    assert figures["Put away"] == "1"
    assert "12 units awaited" in response.text


def test_an_order_is_found_by_its_number(
    manager: Client, product: Product, warehouse: Warehouse
) -> None:
    order = intake.place(Draft(number="SO-1042", lines=[DraftLine(product.pk, warehouse.pk, 1)]))

    pick = reverse("admin:orders_work_pick", args=[order.pk])
    assert led(manager, "so-1042") == pick

    intake.cancel(order.pk)
    assert led(manager, "so-1042") == page_of(order)


def test_a_code_of_several_things_asks_which_with_the_cursor_on_the_first(
    manager: Client, product: Product, warehouse: Warehouse
) -> None:
    order = make_purchase_order(warehouse, {product: 2}, number="MUG-1")

    page = manager.get(reverse("work"), {"code": "mug-1"})

    choices = page.context["choices"]
    assert [each.url for each in choices] == [page_of(order), page_of(product)]
    assert [str(each.kind) for each in choices] == ["Purchase order", "Product"]
    assert f'href="{page_of(order)}" autofocus' in page.text


def test_drafts_are_counted_and_lead_to_where_they_are_opened(
    manager: Client, product: Product, warehouse: Warehouse
) -> None:
    order = make_purchase_order(warehouse, {product: 2}, number="PO-9")

    page = manager.get(reverse("work"))
    assert "and 1 draft: open it once the supplier has it" in page.text
    assert f'href="{page_of(order)}"' in page.text
    opens = reverse("admin:inventory_purchaseorder_open_order", args=[order.pk])
    assert f'hx-get="{opens}"' in manager.get(page_of(order)).text

    receiving.open_order(order)
    assert "draft: open it" not in manager.get(reverse("work")).text
    assert f'hx-get="{opens}"' not in manager.get(page_of(order)).text


def test_the_menu_leads_to_warehouse_work(manager: Client) -> None:
    assert reverse("work") in manager.get(reverse("admin:index")).text
