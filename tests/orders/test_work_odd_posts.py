"""What no page sends, posted to work on orders all the same: refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inventory import receiving
from inventory.ledger import Cause
from inventory.models import Product, Receipt, Warehouse
from orders import fulfilment
from orders.models import Asn, SalesOrder
from tests.factories import make_purchase_order, stock
from tests.orders.factories import make_order, whole
from tests.orders.test_admin import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheets(product: Product, warehouse: Warehouse) -> dict[str, tuple[str, str]]:
    """Address and line of each sheet."""
    stock(product, warehouse, 10)
    order = make_order(warehouse, {product: 4}, number="SO-1")
    coming = make_purchase_order(warehouse, {product: 20}, number="PO-1")
    receiving.open_order(coming)
    pick = reverse("admin:orders_work_pick", args=[order.pk])
    dock = reverse("admin:orders_work_crossdock", args=[coming.pk])
    return {"pick": (pick, str(order.lines.get().pk)), "dock": (dock, f"stock-{product.pk}")}


@pytest.mark.parametrize("name", ["pick", "dock"])
def test_keys_and_numbers_that_can_not_be_kept_are_refused(
    admin_client: Client, sheets: dict[str, tuple[str, str]], name: str
) -> None:
    page, line = sheets[name]
    bad_key = {"key": "a\x00b", "lines": json.dumps({line: "1"})}
    answer: Any = admin_client.post(page, bad_key, follow=True)
    assert "load it again" in answer.text

    for given in ({line: "\ud800"}, {"\ud800": "1"}, {line.replace("-", "-0"): "x"}):
        answer = admin_client.post(page, {"key": "k", "lines": json.dumps(given)})
        assert answer.context["sheet"].error
    assert not Receipt.objects.exists()


def test_an_answer_about_another_order_is_not_taken_for_a_repeat(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 10)
    orders = [make_order(warehouse, {product: 2}, number=f"SO-{each}") for each in range(2)]
    for order in orders:
        fulfilment.ship(order.pk, whole(order), Cause(key=f"s-{order.pk}"))

    def notify(order: SalesOrder, key: str) -> Any:
        page = reverse("admin:orders_work_notify", args=[order.pk])
        form = {"key": key, f"line_{order.lines.get().pk}": 2, "tracking_number": "1Z"}
        return admin_client.post(page, form)

    assert notify(orders[0], "k").status_code == 302
    assert told(notify(orders[0], "k"))[-1] == "Already done."
    refused = notify(orders[1], "k")
    form = refused.context["form"]
    assert "sent for another order before" in str(form.non_field_errors())
    assert form["tracking_number"].value() == "1Z"
    assert not Asn.objects.filter(order=orders[1]).exists()
    assert notify(orders[1], str(form["key"].value())).status_code == 302
    assert Asn.objects.get(order=orders[1]).status == Asn.Status.SENT
