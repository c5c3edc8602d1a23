"""Two people at one transfer: nobody's scans are dropped or written over without a word."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inventory import transfers
from inventory.models import Product, StockLevel, Transfer, Warehouse
from tests.factories import make_product, make_transfer, make_warehouse, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(product: Product, warehouse: Warehouse) -> Warehouse:
    stock(product, warehouse, 10)
    return make_warehouse(code="shop", name="Shop")


@pytest.fixture
def transfer(warehouse: Warehouse, shop: Warehouse) -> Transfer:
    return make_transfer(warehouse, shop, {})


def fill(client: Client, transfer: Transfer, units: dict[Any, int], **more: object) -> Any:
    return _post(client, "fill_scanned", transfer, units, more)


def arrive(client: Client, transfer: Transfer, units: dict[Any, int], **more: object) -> Any:
    return _post(client, "receive_scanned", transfer, units, more)


def _post(
    client: Client, name: str, transfer: Transfer, units: dict[Any, int], more: dict[str, Any]
) -> Any:
    packed = json.dumps({str(line): str(number) for line, number in units.items()})
    page = reverse(f"admin:inventory_transfer_{name}", args=[transfer.pk])
    return client.post(page, {"lines": packed} | more)


def is_sent(client: Client, transfer: Transfer, key: str) -> bool:
    asked = reverse("admin:inventory_transfer_filling_code", args=[transfer.pk])
    return bool(client.get(asked, {"sent": key}).json()["isSent"])


def test_scans_for_a_transfer_that_left_meanwhile_are_refused_and_kept(
    admin_client: Client, transfer: Transfer, product: Product, warehouse: Warehouse
) -> None:
    cup = make_product(sku="CUP")
    stock(cup, warehouse, 5)
    fill(admin_client, transfer, {product.pk: 3}, key="anna", step="dispatch")
    answer = fill(admin_client, transfer, {cup.pk: 5}, key="bob", step="dispatch")

    assert "has left already" in answer.context["sheet"].error
    assert ("CUP", "5") in [(line.sku, line.now) for line in answer.context["sheet"].lines]
    assert not transfer.lines.filter(product=cup).exists()
    assert is_sent(admin_client, transfer, "anna")
    assert not is_sent(admin_client, transfer, "bob")


def test_a_second_arrival_with_other_numbers_is_refused(
    admin_client: Client, warehouse: Warehouse, shop: Warehouse, product: Product
) -> None:
    sent = make_transfer(warehouse, shop, {product: 10})
    transfers.dispatch(sent)
    assert arrive(admin_client, sent, {product.pk: 10}, key="anna").status_code == 302
    answer = arrive(admin_client, sent, {product.pk: 7}, key="bob", is_short="on")

    assert "was received already" in answer.context["sheet"].error
    assert [line.now for line in answer.context["sheet"].lines] == ["7"]
    same = arrive(admin_client, sent, {product.pk: 7}, key="anna", is_short="on")
    assert "sent from this page before" in same.context["sheet"].error
    assert StockLevel.objects.get(product=product, warehouse=shop).on_hand == 10


def test_what_somebody_else_wrote_on_a_draft_is_not_written_over(
    admin_client: Client, transfer: Transfer, product: Product
) -> None:
    fill(admin_client, transfer, {product.pk: 3}, key="anna", step="draft")
    answer = fill(admin_client, transfer, {product.pk: 2}, key="bob", step="draft")

    sheet = answer.context["sheet"]
    assert "somebody else wrote down 3 meanwhile, you have 2" in sheet.error
    assert [(line.start, line.was, line.now) for line in sheet.lines] == [("3", "3", "2")]
    assert transfer.lines.get().quantity == 3
    agreed = {"key": "bob", "step": "draft", "was": json.dumps({str(product.pk): "3"})}
    assert fill(admin_client, transfer, {product.pk: 5}, **agreed).status_code == 302
    assert transfer.lines.get().quantity == 5


def test_a_draft_that_is_posted_again_changes_nothing(
    admin_client: Client, transfer: Transfer, product: Product
) -> None:
    fill(admin_client, transfer, {product.pk: 3}, key="k", step="draft")
    transfer.lines.update(quantity=5)  # by a colleague, before the browser tried again

    assert fill(admin_client, transfer, {product.pk: 3}, key="k", step="draft").status_code == 302
    assert transfer.lines.get().quantity == 5
    other = fill(admin_client, transfer, {product.pk: 4}, key="k", step="draft")
    assert "sent from this page before" in other.context["sheet"].error
    assert other.context["sheet"].key != "k"
    assert transfer.lines.get().quantity == 5


def test_an_item_that_somebody_put_on_the_draft_meanwhile_is_counted_on(
    admin_client: Client, transfer: Transfer, product: Product
) -> None:
    fill(admin_client, transfer, {product.pk: 3}, key="anna", step="draft")
    asked = reverse("admin:inventory_transfer_filling_code", args=[transfer.pk])
    line = admin_client.get(asked, {"code": "MUG-1"}).json()["line"]

    assert (line[7], line[9]) == ("3", "3")
