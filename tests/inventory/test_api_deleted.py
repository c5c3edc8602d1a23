"""Steps on what somebody deletes while they wait for it: it is not there."""

from __future__ import annotations

from typing import Any

import pytest

from inventory import counting, receiving
from inventory.models import Movement, Product, PurchaseOrder, Receipt, Warehouse
from tests.api import make_api
from tests.factories import make_purchase_order, stock
from tests.inventory.answers import problem
from tests.vanishing import meanwhile_deleted

pytestmark = pytest.mark.django_db(transaction=True)

GOODS = {"lines": [{"sku": "MUG-1", "quantity": 1}]}
GONE: tuple[int, str, list[str]] = (404, "not_found", [])


@pytest.fixture
def draft(product: Product, warehouse: Warehouse) -> PurchaseOrder:
    return make_purchase_order(warehouse, {product: 4})


@pytest.mark.parametrize(
    ("step", "body"), [("open", {}), ("close-short", {}), ("receive", {"mode": "direct", **GOODS})]
)
def test_a_purchase_order_deleted_while_a_step_waits_is_not_there(
    draft: PurchaseOrder, step: str, body: Any
) -> None:
    api, path = make_api(), f"/purchase-orders/{draft.pk}/{step}"
    assert problem(meanwhile_deleted(draft, lambda: api.post(path, body))) == GONE
    assert not Movement.objects.exists()


def test_a_receipt_deleted_while_it_is_put_away_is_not_there(
    draft: PurchaseOrder, product: Product
) -> None:
    receiving.open_order(draft)
    receipt = receiving.receive(draft, {product.pk: 4}, Receipt.Mode.STAGED, "r1")
    api, path = make_api(), f"/receipts/{receipt.pk}/put-away"
    assert problem(meanwhile_deleted(receipt, lambda: api.post(path, GOODS))) == GONE
    assert not Movement.objects.filter(reason="put_away").exists()


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("add", {"skus": ["MUG-1"]}),
        ("record", {"lines": [{"sku": "MUG-1", "counted": 2}]}),
        ("close", {}),
        ("cancel", {}),
    ],
)
def test_a_stocktake_deleted_while_a_step_waits_is_not_there(
    product: Product, warehouse: Warehouse, step: str, body: Any
) -> None:
    stock(product, warehouse, 3)
    stocktake = counting.open(warehouse, [product.pk])
    counting.record(stocktake, {product.pk: 1})
    api, path = make_api(), f"/stocktakes/{stocktake.pk}/{step}"
    assert problem(meanwhile_deleted(stocktake, lambda: api.post(path, body))) == GONE
    assert Movement.objects.count() == 1
