"""Receiving by the API: direct, staged, put away."""

from __future__ import annotations

from typing import Any

import pytest

from inventory import receiving
from inventory.models import Product, PurchaseOrder, Receipt, StockLevel, Warehouse
from partners.models import Answer
from tests.api import Api, make_api
from tests.factories import make_product, make_purchase_order, make_warehouse
from tests.inventory.answers import counting_statements, done, problem, results


@pytest.fixture
def order(product: Product, warehouse: Warehouse) -> PurchaseOrder:
    """Ten mugs and five plates, on their way."""
    order = make_purchase_order(warehouse, {make_product(sku="PLATE"): 5, product: 10})
    receiving.open_order(order)
    return order


def goods(mode: str = "direct", /, **units: int) -> dict[str, Any]:
    lines = [{"sku": sku, "quantity": quantity} for sku, quantity in units.items()]
    return {"mode": mode, "lines": lines}


def state(sku: str) -> tuple[int, int, int]:
    level = StockLevel.objects.get(product__sku=sku)
    return level.on_hand, level.incoming, level.staged


MUGS = {"MUG-1": 4}


def test_goods_received_direct_are_in_stock(api: Api, order: PurchaseOrder) -> None:
    answer = api.post(f"/purchase-orders/{order.pk}/receive", goods(**MUGS, plate=5))
    told = done(answer, 201)
    assert told == {
        "id": told["id"],
        "number": f"R-{told['id']}",
        "purchase_order": order.number,
        "purchase_order_id": order.pk,
        "warehouse": "main",
        "mode": "direct",
        "actor": told["actor"],
        "received_at": told["received_at"],
        "lines": told["lines"],
    }
    lines = {line["sku"]: (line["quantity"], line["put_away"]) for line in told["lines"]}
    assert lines == {"MUG-1": (4, 0), "PLATE": (5, 0)}
    assert told["actor"].startswith("Acme Logistics (sck_")
    assert answer.headers["Location"].endswith(f"/api/v1/receipts/{told['id']}")
    assert done(api.get(f"/receipts/{told['id']}")) == told
    assert (state("MUG-1"), state("PLATE")) == ((4, 6, 0), (5, 0, 0))
    seen = done(api.get(f"/purchase-orders/{order.pk}"))
    received = {line["sku"]: line["received"] for line in seen["lines"]}
    assert (received, seen["status"]) == ({"MUG-1": 4, "PLATE": 5}, "open")


def test_the_last_unit_closes_the_order(api: Api, order: PurchaseOrder) -> None:
    done(api.post(f"/purchase-orders/{order.pk}/receive", goods(plate=5, **{"MUG-1": 10})), 201)
    assert done(api.get(f"/purchase-orders/{order.pk}"))["status"] == "closed"
    late = api.post(f"/purchase-orders/{order.pk}/receive", goods(plate=1))
    assert problem(late) == (409, "wrong_state", [])


def test_the_same_key_receives_once(api: Api, order: PurchaseOrder) -> None:
    path = f"/purchase-orders/{order.pk}/receive"
    first = api.post(path, goods(**MUGS), Idempotency_Key="r1")
    again = api.post(path, goods(**MUGS), Idempotency_Key="r1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert (Receipt.objects.count(), state("MUG-1")) == (1, (4, 6, 0))


def test_a_receipt_whose_answer_is_forgotten_is_found_again(api: Api, order: PurchaseOrder) -> None:
    path = f"/purchase-orders/{order.pk}/receive"
    first = api.post(path, goods("staged", **MUGS), Idempotency_Key="r1")
    lines = {"lines": goods(**MUGS)["lines"]}
    shelves = f"/receipts/{first.json()['id']}/put-away"
    away = api.post(shelves, lines, Idempotency_Key="p1")
    for fresh in (first, away):
        assert "Idempotent-Replayed" not in fresh.headers
    Answer.objects.all().delete()
    again = api.post(path, goods("staged", **MUGS), Idempotency_Key="r1")
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    away_again = api.post(shelves, lines, Idempotency_Key="p1")
    assert (away_again.status_code, away_again.json()) == (200, away.json())
    for repeat in (again, away_again):
        assert repeat.headers["Idempotent-Replayed"] == "true"
    assert (Receipt.objects.count(), state("MUG-1")) == (1, (4, 6, 0))
    Answer.objects.all().delete()
    other = api.post(path, goods("staged", plate=1), Idempotency_Key="r1")
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


def test_staged_goods_are_put_away_in_parts(api: Api, order: PurchaseOrder) -> None:
    body = goods("staged", **MUGS)
    receipt = done(api.post(f"/purchase-orders/{order.pk}/receive", body), 201)
    assert state("MUG-1") == (0, 6, 4)
    path = f"/receipts/{receipt['id']}"
    part = {"lines": [{"sku": "mug-1", "quantity": 3}]}
    told = done(api.post(f"{path}/put-away", part))
    assert told["lines"] == [{"sku": "MUG-1", "quantity": 4, "put_away": 3}]
    assert state("MUG-1") == (3, 6, 1)
    more = api.post(f"{path}/put-away", part)
    assert problem(more) == (409, "over_received", ["/lines/0/quantity"])
    other = {"lines": [{"sku": "mug-1", "quantity": 1}, {"sku": "plate", "quantity": 1}]}
    absent = api.post(f"{path}/put-away", other)
    assert problem(absent) == (422, "invalid_lines", ["/lines/1/sku"])
    assert state("MUG-1") == (3, 6, 1)


def test_what_went_to_stock_is_not_put_away(api: Api, order: PurchaseOrder) -> None:
    receipt = done(api.post(f"/purchase-orders/{order.pk}/receive", goods(**MUGS)), 201)
    answer = api.post(f"/receipts/{receipt['id']}/put-away", {"lines": goods(**MUGS)["lines"]})
    assert problem(answer) == (409, "wrong_state", [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (goods(plate=5, **{"MUG-1": 11}), (409, "over_received", ["/lines/1/quantity"])),
        (goods(plate=5, cup=1), (422, "invalid_lines", ["/lines/1/sku"])),
        (goods(plate=5, saucer=1), (422, "unknown_reference", ["/lines/1/sku"])),
        (goods(plate=1, PLATE=1), (422, "repeated", ["/lines/1/sku"])),
        (goods(plate=0), (400, "invalid", ["/lines/0/quantity"])),
        (goods("cross_dock", plate=1), (400, "invalid", ["/mode"])),
        (goods(), (400, "invalid", ["/lines"])),
        ({"mode": "direct"}, (400, "invalid", ["/lines"])),
        (goods(plate=1) | {"at": "now"}, (400, "invalid", ["/at"])),
        ([], (400, "invalid", [""])),
    ],
)
def test_what_can_not_be_received_is_refused_where_it_stands(
    api: Api, order: PurchaseOrder, body: Any, expected: tuple[int, str, list[str]]
) -> None:
    make_product(sku="CUP")
    assert problem(api.post(f"/purchase-orders/{order.pk}/receive", body)) == expected
    assert not Receipt.objects.exists()
    assert (state("MUG-1"), state("PLATE")) == ((0, 10, 0), (0, 5, 0))


def test_receipts_are_found_by_what_partners_ask(api: Api, order: PurchaseOrder) -> None:
    path = f"/purchase-orders/{order.pk}/receive"
    direct = done(api.post(path, goods(**MUGS)), 201)["id"]
    staged = done(api.post(path, goods("staged", plate=2)), 201)["id"]

    def found(query: str) -> list[int]:
        return [each["id"] for each in results(api.get(f"/receipts?{query}"))]

    assert found("limit=5") == [staged, direct]
    assert found(f"purchase_order={order.number}&warehouse=main") == [staged, direct]
    assert found(f"purchase_order_id={order.pk}&mode=staged") == found("sku=plate") == [staged]
    assert found("purchase_order=PO-none") == found("warehouse=nowhere") == []
    assert found("received_before=2999-01-01T00:00:00Z") == [staged, direct]
    assert found("received_after=2999-01-01T00:00:00Z") == []


def test_only_receipts_at_its_warehouses_exist_for_a_partner(
    api: Api, order: PurchaseOrder
) -> None:
    body = goods("staged", **MUGS)
    receipt = done(api.post(f"/purchase-orders/{order.pk}/receive", body), 201)["id"]
    blind = make_api("Other Logistics", warehouses=[make_warehouse().pk])
    assert results(blind.get("/receipts")) == []
    assert blind.get(f"/receipts/{receipt}").status_code == 404
    hidden = blind.post(f"/receipts/{receipt}/put-away", {"lines": body["lines"]})
    assert hidden.status_code == 404
    assert state("MUG-1") == (0, 6, 4)


def test_a_page_of_receipts_costs_the_same_however_many(api: Api, order: PurchaseOrder) -> None:
    path = f"/purchase-orders/{order.pk}/receive"
    done(api.post(path, goods(plate=1)), 201)
    with counting_statements() as few:
        results(api.get("/receipts"))
    for _ in range(4):
        done(api.post(path, goods(plate=1)), 201)
    with counting_statements() as many:
        assert len(results(api.get("/receipts"))) == 5
    assert len(many) == len(few) <= 3  # the key, the receipts, and whose keys made them
