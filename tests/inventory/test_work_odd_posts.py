"""What no page sends, posted to the sheets all the same: refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inventory import counting, receiving
from inventory.models import Product, PurchaseOrder, Receipt, Stocktake, Warehouse
from tests.factories import make_purchase_order, make_transfer, make_warehouse

pytestmark = pytest.mark.django_db

SHEETS = ["receive", "put_away", "fill", "count"]


@pytest.fixture
def order(product: Product, warehouse: Warehouse) -> PurchaseOrder:
    order = make_purchase_order(warehouse, {product: 20}, number="PO-1")
    receiving.open_order(order)
    return order


@pytest.fixture
def sheets(product: Product, warehouse: Warehouse, order: PurchaseOrder) -> dict[str, Any]:
    """Address, line and lookup of each sheet."""
    staged = receiving.receive(order, {product.pk: 3}, Receipt.Mode.STAGED, "s-1")
    transfer = make_transfer(warehouse, make_warehouse(code="shop", name="Shop"), {})
    stocktake = counting.open(warehouse, [product.pk])

    def of(name: str, pk: int, screen: str, code: str) -> tuple[str, str]:
        begins = f"admin:inventory_{name}_"
        return reverse(begins + screen, args=[pk]), reverse(begins + code, args=[pk])

    put_away = (reverse("work-put-away"), reverse("work-put-away-code"))
    receive = of("purchaseorder", order.pk, "receive_scanned", "receiving_code")
    fill = of("transfer", transfer.pk, "fill_scanned", "filling_code")
    count = of("stocktake", stocktake.pk, "count_scanned", "counting_code")
    return {
        "receive": (*receive, product.pk),
        "put_away": (*put_away, staged.lines.get().pk),
        "fill": (*fill, product.pk),
        "count": (*count, product.pk),
    }


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("key", ["a\x00b", "a\x07b", "a\u2028b"])
def test_a_key_that_can_not_be_kept_is_refused_and_replaced(
    admin_client: Client, sheets: dict[str, Any], name: str, key: str
) -> None:
    page, lookup, line = sheets[name]
    answer: Any = admin_client.post(page, {"key": key, "lines": json.dumps({str(line): "1"})})

    assert "load it again" in answer.context["sheet"].error
    assert answer.context["sheet"].key != key
    asked = admin_client.get(lookup, {"sent": key})
    assert asked.status_code == 400 or asked.json() == {"isSent": False}


@pytest.mark.parametrize("name", SHEETS)
def test_half_a_letter_is_no_number(
    admin_client: Client, sheets: dict[str, Any], name: str
) -> None:
    page, _lookup, line = sheets[name]
    packed = json.dumps({str(line): "\ud800", "\ud800": "1"})
    answer: Any = admin_client.post(page, {"key": "k", "lines": packed, "was": packed})

    assert "is no number of units" in answer.context["sheet"].error


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("line", ["x", "0{}", "9" * 30, "-1"])
def test_a_line_that_is_none_is_refused_and_the_others_with_it(
    admin_client: Client, sheets: dict[str, Any], name: str, line: str
) -> None:
    page, _lookup, known = sheets[name]
    packed = json.dumps({str(known): "1", line.format(known): "2"})
    answer: Any = admin_client.post(page, {"key": "k", "lines": packed})

    assert "load the page again" in answer.context["sheet"].error
    assert Receipt.objects.count() == 1
    assert not Stocktake.objects.get().lines.filter(counted__isnull=False).exists()
