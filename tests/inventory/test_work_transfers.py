"""A transfer on the floor: filled and sent at its source, received at its destination."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import Movement, Product, StockLevel, Transfer, Warehouse
from tests.factories import make_product, make_transfer, make_warehouse, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(product: Product, warehouse: Warehouse) -> Warehouse:
    stock(product, warehouse, 10)
    return make_warehouse(code="shop", name="Shop")


@pytest.fixture
def transfer(warehouse: Warehouse, shop: Warehouse) -> Transfer:
    return make_transfer(warehouse, shop, {})


def fill(client: Client, transfer: Transfer, units: dict[Any, Any], **more: object) -> Any:
    return _send(client, "fill_scanned", transfer, units, **more)


def arrive(client: Client, transfer: Transfer, units: dict[Any, Any], **more: object) -> Any:
    return _send(client, "receive_scanned", transfer, units, **more)


def _send(
    client: Client, name: str, transfer: Transfer, units: dict[Any, Any], **more: object
) -> Any:
    packed = json.dumps({str(line): str(number) for line, number in units.items()})
    return client.post(page(name, transfer), {"key": "k", "lines": packed} | more)


def page(name: str, transfer: Transfer) -> str:
    return reverse(f"admin:inventory_transfer_{name}", args=[transfer.pk])


def held(warehouse: Warehouse) -> tuple[int, int]:
    return StockLevel.objects.values_list("on_hand", "incoming").get(warehouse=warehouse)


def test_a_transfer_is_started_once(
    admin_client: Client, warehouse: Warehouse, shop: Warehouse
) -> None:
    answers = {"key": "t-1", "source": warehouse.pk, "destination": shop.pk}
    sent: list[Any] = [admin_client.post(reverse("work-transfer"), answers) for _ in range(2)]

    made = Transfer.objects.get()
    assert {each.url for each in sent} == {f"/admin/inventory/transfer/{made.pk}/fill/"}
    same = admin_client.post(reverse("work-transfer"), answers | {"destination": warehouse.pk})
    assert "Choose two different warehouses" in same.text


def test_units_are_sent_and_received(
    admin_client: Client,
    transfer: Transfer,
    product: Product,
    warehouse: Warehouse,
    shop: Warehouse,
) -> None:
    for _ in range(2):
        sent = fill(admin_client, transfer, {product.pk: 4}, step="dispatch")
        assert sent.status_code == 302
    summary = admin_client.get(sent.url)
    assert "4 units left and are in transit." in summary.text
    arriving = reverse("admin:inventory_transfer_receive_scanned", args=[transfer.pk])
    assert f'href="{arriving}"' in summary.text
    assert "Save and go on" not in summary.text
    filling = reverse("admin:inventory_transfer_fill_scanned", args=[transfer.pk])
    assert admin_client.get(filling)["Location"] in sent.url
    assert (held(warehouse), held(shop)) == ((6, 0), (0, 4))

    for _ in range(2):
        response = arrive(admin_client, transfer, {product.pk: 4})
        assert response.status_code == 302
    assert held(shop) == (4, 0)
    assert "was received" in admin_client.get(response.url).text


def test_a_draft_keeps_what_was_scanned_and_is_corrected(
    admin_client: Client, transfer: Transfer, product: Product
) -> None:
    cup = make_product(sku="CUP")
    fill(admin_client, transfer, {product.pk: 4, cup.pk: 1}, step="draft")
    shown = admin_client.get(page("fill_scanned", transfer)).context["sheet"].lines
    was = json.dumps({line.id: line.was for line in shown})
    fill(admin_client, transfer, {product.pk: 3, cup.pk: 0}, step="draft", key="k-2", was=was)

    assert [line.quantity for line in transfer.lines.all()] == [3]
    assert not Movement.objects.filter(reason="transfer").exists()


def test_more_than_there_is_does_not_leave_and_nothing_is_lost(
    admin_client: Client, transfer: Transfer, product: Product, warehouse: Warehouse
) -> None:
    response = fill(admin_client, transfer, {product.pk: 40}, step="at_once")

    assert "MUG-1 at Main" in response.context["sheet"].error
    assert [(line.sku, line.now) for line in response.context["sheet"].lines] == [("MUG-1", "40")]
    assert response.context["step"] == "at_once"
    assert held(warehouse) == (10, 0)
    assert not transfer.lines.exists()


@pytest.mark.parametrize("units", [{"x": 1}, {999999: 1}, {}, {1: "-2"}])
def test_what_can_not_leave_is_refused(
    admin_client: Client, transfer: Transfer, units: dict[Any, Any]
) -> None:
    response = fill(admin_client, transfer, units, step="dispatch")

    assert response.status_code == 200
    assert response.context["sheet"].error


def test_missing_units_are_told_and_then_taken_off_with_a_reason(
    admin_client: Client, transfer: Transfer, product: Product, shop: Warehouse
) -> None:
    fill(admin_client, transfer, {product.pk: 4}, step="dispatch")

    refused = arrive(admin_client, transfer, {product.pk: 3})
    assert "Missing: 1 × MUG-1" in refused.text
    assert held(shop) == (0, 4)
    for _ in range(2):
        arrive(admin_client, transfer, {product.pk: 3}, is_short="on")

    assert held(shop) == (3, 0)
    note = Movement.objects.get(reason="adjust").note
    assert note == f"Did not arrive with {transfer}"


def test_what_was_not_sent_does_not_arrive(
    admin_client: Client, transfer: Transfer, product: Product, shop: Warehouse
) -> None:
    cup = make_product(sku="CUP")
    fill(admin_client, transfer, {product.pk: 4}, step="dispatch")

    foreign = arrive(admin_client, transfer, {product.pk: 4, cup.pk: 1})
    assert "CUP is not on" in foreign.context["sheet"].error
    assert "more arrived" in arrive(admin_client, transfer, {product.pk: 5}).text
    assert held(shop) == (0, 4)


def test_a_code_tells_what_the_source_holds(
    admin_client: Client, transfer: Transfer, product: Product
) -> None:
    asked = reverse("admin:inventory_transfer_filling_code", args=[transfer.pk])
    line = admin_client.get(asked, {"code": "mug-1"}).json()["line"]

    assert line[0] == str(product.pk)
    assert line[8] == "10 in stock at Main"
