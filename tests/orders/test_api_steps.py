"""What partners do to an order: cancel, archive, ship, take back, cross-dock."""

from __future__ import annotations

from typing import Any

import pytest

from inventory import receiving
from inventory.models import Product, PurchaseOrder, Receipt, Warehouse
from orders import intake
from orders.models import SalesOrder
from partners.models import Answer
from tests.api import ALL, Api, make_api
from tests.factories import make_product, make_purchase_order, make_warehouse, stock
from tests.orders.factories import make_draft, make_order, stock_of


def units(quantity: int = 1, **line: object) -> dict[str, Any]:
    return {"lines": [{**(line or {"sku": "mug-1"}), "quantity": quantity}]}


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json().get("errors", [])]


@pytest.fixture
def path(order: SalesOrder) -> str:
    return f"/sales-orders/{order.pk}"


def test_canceling_holds_until_archived(api: Api, order: SalesOrder, path: str) -> None:
    told = api.post(f"{path}/cancel", {}).json()
    assert (told["status"], told["archived_at"], told["lines"][0]["held"]) == ("canceled", None, 4)
    told = api.post(f"{path}/cancel", {"is_archived": True}).json()
    assert (told["status"], told["lines"][0]["held"]) == ("canceled", 0)
    told = api.post(f"{path}/unarchive", {}).json()
    assert (told["archived_at"], told["lines"][0]["held"]) == (None, 4)
    assert api.post(f"{path}/restore", {}).json()["status"] == "open"
    told = api.post(f"{path}/archive", {}).json()
    assert told["lines"][0]["held"] == 0
    assert told["archived_at"].endswith("Z")


def test_steps_go_by_the_order_s_state(api: Api, order: SalesOrder, path: str) -> None:
    assert api.post(f"{path}/close", {}).json()["status"] == "closed"
    assert api.post(f"{path}/close", {}).json()["status"] == "closed"
    assert api.post(f"{path}/restore", {}).json()["code"] == "wrong_state"
    assert api.post(f"{path}/reopen", {}).json()["status"] == "open"
    intake.cancel(order.pk)
    for step in ("close", "reopen"):
        answer = api.post(f"{path}/{step}", {})
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    ship = api.post(f"{path}/ship", units())
    assert (ship.status_code, ship.json()["code"]) == (409, "wrong_state")


def test_an_order_dispatched_elsewhere_holds_nothing(api: Api, path: str) -> None:
    told = api.post(f"{path}/dispatch", {}).json()
    assert told["dispatched_at"]
    assert told["lines"][0]["held"] == 0


@pytest.mark.parametrize(
    "step", ["archive", "unarchive", "dispatch", "close", "reopen", "restore", "cancel"]
)
def test_a_step_takes_no_word_that_it_does_not_know(api: Api, path: str, step: str) -> None:
    answer = api.post(f"{path}/{step}", {"archived": True})
    assert (answer.status_code, pointers(answer)) == (400, ["/archived"])
    assert api.post(f"{path}/{step}", []).status_code == 400
    assert api.post(f"{path}/{step}", None).status_code == 200


def test_goods_leave_and_come_back(
    api: Api, order: SalesOrder, path: str, product: Product, warehouse: Warehouse
) -> None:
    told = api.post(f"{path}/ship", units(3)).json()
    assert (told["lines"][0]["shipped"], told["lines"][0]["held"]) == (3, 4)
    told = api.post(f"{path}/take-back", units(2, line_id=order.lines.get().pk)).json()
    assert told["lines"][0]["returned"] == 2
    assert stock_of(product, warehouse) == (9, 4)


def test_goods_moved_under_the_key_of_days_ago_are_not_moved_again_and_it_is_said(
    api: Api, path: str, product: Product, warehouse: Warehouse
) -> None:
    answers = []
    for _ in range(2):
        for step, moved in (("ship", 2), ("take-back", 1)):
            answers.append(api.post(f"{path}/{step}", units(moved), Idempotency_Key=step))
        Answer.objects.all().delete()  # as if the day were over
    assert [answer.status_code for answer in answers] == [200] * 4
    said = [answer.headers.get("Idempotent-Replayed") for answer in answers]
    assert said == [None, None, "true", "true"]
    line = answers[-1].json()["lines"][0]
    assert (line["shipped"], line["returned"]) == (2, 1)
    assert stock_of(product, warehouse) == (9, 4)
    other = api.post(f"{path}/ship", units(1), Idempotency_Key="ship")
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


def test_an_archived_order_brought_back_under_the_key_of_days_ago_is_refused_or_holds(
    api: Api, path: str, product: Product, warehouse: Warehouse
) -> None:
    told = []
    for step in ("archive", "unarchive", "archive"):
        told.append(api.post(f"{path}/{step}", {}, Idempotency_Key=step))
        Answer.objects.all().delete()
    assert [answer.status_code for answer in told] == [200, 200, 409]
    assert SalesOrder.objects.get().archived_at is None
    assert stock_of(product, warehouse) == (10, 4)


def test_what_can_not_leave_is_pointed_at(
    api: Api, order: SalesOrder, path: str, warehouse: Warehouse
) -> None:
    jug = make_product(sku="JUG-1")
    intake.edit(order.pk, {}, make_draft(warehouse, {jug: 5}).lines)
    lines = [{"sku": "JUG-1", "quantity": 5}, {"sku": "mug-1", "quantity": 5}]
    over = api.post(f"{path}/ship", {"lines": lines})
    assert (over.status_code, over.json()["code"]) == (409, "over_shipped")
    assert pointers(over) == ["/lines/1/quantity"]
    short = api.post(f"{path}/ship", units(5, sku="JUG-1"))
    assert (short.status_code, short.json()["code"]) == (409, "insufficient_stock")
    assert pointers(short) == ["/lines"]
    back = api.post(f"{path}/take-back", units(1))
    assert (back.status_code, back.json()["code"]) == (409, "over_returned")
    assert pointers(back) == ["/lines/0/quantity"]


def test_a_line_is_named_once_and_clearly(
    api: Api, order: SalesOrder, path: str, product: Product, warehouse: Warehouse
) -> None:
    pk = order.lines.get().pk
    for wrong, where, code in (
        ({"sku": "NONE"}, "/lines/1/sku", "unknown_line"),
        ({"line_id": pk + 1}, "/lines/1/line_id", "unknown_line"),
        ({"sku": "MUG-1"}, "/lines/1/sku", "repeated"),
    ):
        body = {"lines": [{"line_id": pk, "quantity": 1}, {**wrong, "quantity": 1}]}
        answer = api.post(f"{path}/ship", body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert pointers(answer) == [where]
    intake.edit(order.pk, {}, make_draft(warehouse, {product: 1}).lines)
    answer = api.post(f"{path}/ship", units())
    assert (answer.status_code, answer.json()["code"]) == (422, "ambiguous_line")
    assert api.post(f"{path}/ship", units(1, line_id=pk)).status_code == 200


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "/lines"),
        ({"lines": []}, "/lines"),
        ({"lines": "all"}, "/lines"),
        (units(0), "/lines/0/quantity"),
        ({"lines": [{"sku": "MUG-1"}]}, "/lines/0/quantity"),
        ({"lines": [{"quantity": 1}]}, "/lines/0"),
        (units(1, sku="MUG-1", line_id=1), "/lines/0"),
        (units(1, sku=5), "/lines/0/sku"),
        (units(1, line_id="5"), "/lines/0/line_id"),
        (units(1, line_id=2**63), "/lines/0/line_id"),
        ({**units(), "all": True}, "/all"),
    ],
)
def test_units_are_what_the_schema_says(
    api: Api, path: str, body: dict[str, Any], where: str
) -> None:
    for step in ("ship", "take-back"):
        answer = api.post(f"{path}/{step}", body)
        assert (answer.status_code, pointers(answer)) == (400, [where])


@pytest.fixture
def arriving(product: Product, warehouse: Warehouse) -> PurchaseOrder:
    """Two mugs on their way to the warehouse."""
    arriving = make_purchase_order(warehouse, {product: 2}, number="PO-7")
    receiving.open_order(arriving)
    return arriving


def test_goods_are_cross_docked(
    api: Api, path: str, arriving: PurchaseOrder, product: Product, warehouse: Warehouse
) -> None:
    body = {"purchase_order": "PO-7", **units(2)}
    answer = api.post(f"{path}/cross-dock", body, Idempotency_Key="x")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["lines"][0]["shipped"] == 2
    assert Receipt.objects.get().mode == Receipt.Mode.CROSS_DOCK
    assert stock_of(product, warehouse) == (10, 4)
    assert "Idempotent-Replayed" not in answer.headers
    Answer.objects.all().delete()
    again = api.post(f"{path}/cross-dock", body, Idempotency_Key="x")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    more = api.post(f"{path}/cross-dock", {"purchase_order": "PO-7", **units(1)})
    assert more.status_code == 409
    assert Receipt.objects.count() == 1


def test_a_purchase_order_out_of_sight_does_not_exist(
    product: Product, warehouse: Warehouse, arriving: PurchaseOrder
) -> None:
    far = make_warehouse(code="far")
    order = make_order(far, {product: 1})
    there = make_api("There", warehouses=[far.pk])
    path = f"/sales-orders/{order.pk}/cross-dock"
    hidden, none = (there.post(path, {"purchase_order": n, **units()}) for n in ("PO-7", "PO-8"))
    assert hidden.status_code == none.status_code == 422
    assert pointers(hidden) == ["/purchase_order"]
    assert hidden.json()["detail"].replace("PO-7", "PO-8") == none.json()["detail"]
    wrong = make_api().post(path, {"purchase_order": "PO-7", **units()})
    assert (wrong.status_code, pointers(wrong)) == (422, ["/lines"])


def test_cross_docking_needs_the_right_to_receive(path: str, arriving: PurchaseOrder) -> None:
    seller = make_api("Seller", [name for name in ALL if name != "purchase-orders:write"])
    answer = seller.post(f"{path}/cross-dock", {"purchase_order": "PO-7", **units(2)})
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    assert Receipt.objects.count() == 0


def test_a_step_out_of_sight_is_not_there(product: Product, warehouse: Warehouse) -> None:
    stock(product, warehouse, 3)
    order = make_order(warehouse, {product: 1})
    blind = make_api("Blind", warehouses=[make_warehouse().pk])
    bodies = {"ship": units(), "take-back": units(), "cancel": {}, "close": {}}
    bodies["cross-dock"] = {"purchase_order": "PO-1", **units()}
    for step, body in bodies.items():
        assert blind.post(f"/sales-orders/{order.pk}/{step}", body).status_code == 404, step
