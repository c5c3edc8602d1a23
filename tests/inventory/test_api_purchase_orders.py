"""Purchase orders by the API, from the draft to the last unit."""

from __future__ import annotations

from typing import Any

import pytest

from inventory import warehousing
from inventory.models import Movement, Product, PurchaseOrder, StockLevel, Warehouse
from tests.api import Api, make_api
from tests.factories import make_product, make_purchase_order, make_warehouse
from tests.inventory.answers import counting_statements, done, problem, results

DRAFT = {
    "number": "ACME-7",
    "supplier": "Mugs & Sons",
    "warehouse": "main",
    "expected_on": "2026-02-14",
    "lines": [{"sku": "mug-1", "ordered": 10}],
}


@pytest.fixture
def path(api: Api, product: Product, warehouse: Warehouse) -> str:
    """The address of a draft for ten mugs."""
    return f"/purchase-orders/{done(api.post('/purchase-orders', DRAFT), 201)['id']}"


def test_a_draft_is_made_with_its_lines(api: Api, product: Product, warehouse: Warehouse) -> None:
    answer = api.post("/purchase-orders", DRAFT)
    told = done(answer, 201)
    lines = [{"sku": "MUG-1", "ordered": 10, "received": 0}]
    assert told == DRAFT | {
        "id": told["id"],
        "status": "draft",
        "created_at": told["created_at"],
        "lines": lines,
    }
    assert answer.headers["Location"].endswith(f"/purchase-orders/{told['id']}")
    again = api.get(f"/purchase-orders/{told['id']}")
    assert (done(again), again.headers["ETag"]) == (told, answer.headers["ETag"])
    assert not Movement.objects.exists()


def test_a_draft_is_changed_and_its_lines_replaced(api: Api, path: str) -> None:
    make_product(sku="PLATE")
    make_warehouse(code="north")
    lines = [{"sku": "PLATE", "ordered": 3}, {"sku": "MUG-1", "ordered": 4}]
    told = done(api.patch(path, {"lines": lines, "warehouse": "north", "expected_on": None}))
    assert told["lines"] == [{**line, "received": 0} for line in lines]
    assert (told["warehouse"], told["expected_on"], told["number"]) == ("north", None, "ACME-7")
    assert done(api.patch(path, {"supplier": ""}))["lines"] == told["lines"]
    assert done(api.patch(path, {"lines": []}))["lines"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"number": 7}, "/number"),
        ({"number": " "}, "/number"),
        ({"supplier": None}, "/supplier"),
        ({"warehouse": 1}, "/warehouse"),
        ({"expected_on": "14.02.2026"}, "/expected_on"),
        ({"status": "open"}, "/status"),
        ({"note": "?"}, "/note"),
        ({"lines": {}}, "/lines"),
        ({"lines": None}, "/lines"),
        ({"lines": [None]}, "/lines/0"),
        ({"lines": [{"sku": "MUG-1"}]}, "/lines/0/ordered"),
        ({"lines": [{"ordered": 1}]}, "/lines/0/sku"),
        ({"lines": [{"sku": "MUG-1", "ordered": 0}]}, "/lines/0/ordered"),
        ({"lines": [{"sku": "MUG-1", "ordered": "1"}]}, "/lines/0/ordered"),
        ({"lines": [{"sku": "MUG-1", "ordered": 2_147_483_648}]}, "/lines/0/ordered"),
        ({"lines": [{"sku": "MUG-1", "ordered": 1, "received": 1}]}, "/lines/0/received"),
        ({"lines": [{"sku": "A", "ordered": 1}] * 1001}, "/lines"),
    ],
)
def test_what_a_draft_can_not_be_is_refused_where_it_stands(
    api: Api, path: str, change: dict[str, Any], pointer: str
) -> None:
    made = api.post("/purchase-orders", DRAFT | {"number": "ACME-8"} | change)
    assert problem(made) == (400, "invalid", [pointer])
    assert problem(api.patch(path, change)) == (400, "invalid", [pointer])
    assert PurchaseOrder.objects.get().lines.get().ordered == 10


def test_what_there_is_not_is_refused_where_it_is_named(api: Api, path: str) -> None:
    lines = [{"sku": sku, "ordered": 1} for sku in ("MUG-1", "CUP", "mug-1")]
    for answer in (
        api.post("/purchase-orders", DRAFT | {"number": "ACME-8", "lines": lines}),
        api.patch(path, {"lines": lines}),
    ):
        assert problem(answer) == (422, "unknown_reference", ["/lines/1/sku"])
    twice = api.patch(path, {"lines": [lines[0], lines[2]]})
    assert problem(twice) == (422, "repeated", ["/lines/1/sku"])
    nowhere = api.post("/purchase-orders", DRAFT | {"number": "ACME-8", "warehouse": "nowhere"})
    assert problem(nowhere) == (422, "unknown_reference", ["/warehouse"])
    taken = api.post("/purchase-orders", DRAFT)
    assert problem(taken) == (409, "number_taken", ["/number"])
    assert PurchaseOrder.objects.get().lines.get().ordered == 10


def test_an_open_order_is_incoming_and_its_lines_are_fixed(api: Api, path: str) -> None:
    assert done(api.post(f"{path}/open", {}))["status"] == "open"
    assert StockLevel.objects.get().incoming == 10
    assert done(api.post(f"{path}/open", {}))["status"] == "open"  # again: nothing happens
    assert StockLevel.objects.get().incoming == 10
    for name in ("number", "warehouse", "lines"):
        fixed = api.patch(path, {name: DRAFT[name]})
        assert problem(fixed) == (409, "wrong_state", [f"/{name}"])
    assert done(api.patch(path, {"expected_on": "2026-03-01"}))["expected_on"] == "2026-03-01"
    assert problem(api.delete(path)) == (409, "wrong_state", [])
    closed = done(api.post(f"{path}/close-short", {}))
    assert (closed["status"], StockLevel.objects.get().incoming) == ("closed", 0)
    assert problem(api.post(f"{path}/open", {})) == (409, "wrong_state", [])


def test_a_draft_is_opened_with_lines_and_closed_never(api: Api, path: str) -> None:
    assert problem(api.post(f"{path}/close-short", {})) == (409, "wrong_state", [])
    done(api.patch(path, {"lines": []}))
    assert problem(api.post(f"{path}/open", {})) == (422, "invalid_lines", [])
    assert problem(api.post(f"{path}/open", {"now": True})) == (400, "invalid", ["/now"])
    assert PurchaseOrder.objects.get().status == "draft"


def test_nothing_comes_to_a_mirror(api: Api, path: str) -> None:
    warehousing.become_mirror(Warehouse.objects.get())
    assert problem(api.post(f"{path}/open", {})) == (409, "mirrored", [])
    assert PurchaseOrder.objects.get().status == "draft"


def test_a_draft_is_deleted_as_it_was_seen(api: Api, path: str) -> None:
    assert api.delete(path, If_Match='"another"').status_code == 412
    assert api.call("DELETE", path).status_code == 428
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert not PurchaseOrder.objects.exists()


def test_orders_are_found_by_what_partners_ask(api: Api, path: str) -> None:
    plate, north = make_product(sku="PLATE"), make_warehouse(code="north")
    make_purchase_order(north, {plate: 1}, number="ACME-8", supplier="Potter", status="open")

    def found(query: str) -> list[str]:
        return [each["number"] for each in results(api.get(f"/purchase-orders?{query}"))]

    assert found("limit=9") == ["ACME-8", "ACME-7"]
    assert found("number=ACME-7") == found("warehouse=main") == found("status=draft") == ["ACME-7"]
    assert found("sku=plate") == found("supplier=Potter") == found("status=open") == ["ACME-8"]
    assert found("expected_after=2026-02-13&expected_before=2026-02-15") == ["ACME-7"]
    assert found("expected_before=2026-02-14") == []
    assert found("created_after=2999-01-01T00:00:00Z") == []
    assert found("created_before=2999-01-01T00:00:00Z") == ["ACME-8", "ACME-7"]
    wrong = api.get("/purchase-orders?expected_after=02/13/2026")
    assert wrong.json()["errors"][0]["parameter"] == "expected_after"


def test_only_orders_of_its_warehouses_exist_for_a_partner(path: str) -> None:
    other = make_warehouse(code="other")
    api = make_api("Other Logistics", warehouses=[other.pk])
    assert results(api.get("/purchase-orders")) == []
    assert results(api.get("/purchase-orders?number=ACME-7")) == []
    line = {"sku": "MUG-1", "quantity": 1}
    for answer in (
        api.get(path),
        api.patch(path, {"supplier": "Me"}, If_Match="*"),
        api.delete(path, If_Match="*"),
        api.post(f"{path}/open", {}),
        api.post(f"{path}/close-short", {}),
        api.post(f"{path}/receive", {"mode": "direct", "lines": [line]}),
    ):
        assert problem(answer) == (404, "not_found", [])
    hidden = api.post("/purchase-orders", DRAFT | {"number": "ACME-8"})
    absent = api.post("/purchase-orders", DRAFT | {"number": "ACME-8", "warehouse": "nowhere"})
    assert problem(hidden) == problem(absent) == (422, "unknown_reference", ["/warehouse"])
    own = make_purchase_order(other, {})
    moved = api.patch(f"/purchase-orders/{own.pk}", {"warehouse": "main"})
    assert problem(moved) == (422, "unknown_reference", ["/warehouse"])


def test_a_page_of_orders_costs_the_same_however_many(api: Api, path: str) -> None:
    results(api.get("/purchase-orders"))
    with counting_statements() as few:
        results(api.get("/purchase-orders"))
    warehouse, product = Warehouse.objects.get(), Product.objects.get()
    for _ in range(15):
        make_purchase_order(warehouse, {product: 1})
    with counting_statements() as many:
        assert len(results(api.get("/purchase-orders"))) == 16
    assert len(many) == len(few) <= 2
    with counting_statements() as one:
        done(api.get(path))
    assert len(one) <= 4
