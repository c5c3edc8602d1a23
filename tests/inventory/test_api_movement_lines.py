"""What one posting by the API may hold: one line or ten thousand, each as its reason demands."""

from __future__ import annotations

from typing import Any

import pytest

from inventory import warehousing
from inventory.models import Movement, Product, StockLevel, Warehouse
from tests.api import Api, make_api
from tests.factories import make_product, make_products, make_warehouse, stock
from tests.inventory.answers import counting_statements, done, problem, results

MOST = 10_000
Line = tuple[str, str, int]


def posting(*lines: Line, reason: str = "receive", **fields: Any) -> dict[str, Any]:
    """lines: SKU, warehouse's code, delta."""
    told = [{"sku": sku, "warehouse": code, "delta": delta} for sku, code, delta in lines]
    return {"reason": reason, "lines": told} | fields


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_lines_are_one_transaction_of_as_many_statements_as_one(
    warehouse: Warehouse,
) -> None:
    api = make_api()
    products = make_products(MOST)
    first, all_of_them = (
        posting(*((each.sku, "main", 3) for each in some)) for some in (products[:1], products)
    )
    done(api.post("/movements", first), 201)
    with counting_statements() as new_levels:
        told = done(api.post("/movements", all_of_them), 201)
    assert len(told["levels"]) == MOST
    with counting_statements() as one:
        done(api.post("/movements", first), 201)
    with counting_statements() as many:
        done(api.post("/movements", all_of_them), 201)
    assert len(many) == len(one) <= 8
    # Levels that are new cost a statement to make them, one to post again, and a savepoint.
    assert len(new_levels) == len(one) + 4
    assert [sql for sql in many if sql.startswith("BEGIN")] == ["BEGIN"]
    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {6, 12}
    assert Movement.objects.filter(key=told["key"]).count() == MOST


def test_one_line_too_many_is_refused(api: Api, product: Product, warehouse: Warehouse) -> None:
    line = ("MUG-1", "main", 1)
    assert problem(api.post("/movements", posting(*[line] * (MOST + 1)))) == (
        400,
        "invalid",
        ["/lines"],
    )
    assert problem(api.post("/movements", posting())) == (400, "invalid", ["/lines"])
    assert not Movement.objects.exists()


def test_a_refused_line_refuses_all(api: Api, warehouse: Warehouse) -> None:
    products = make_products(500)
    lines = [(each.sku, "main", 1) for each in products]
    unknown = api.post("/movements", posting(*lines, ("NO-SUCH", "main", 1)))
    assert problem(unknown) == (422, "unknown_reference", ["/lines/500/sku"])
    wrong_sign = api.post("/movements", posting(*lines, (products[0].sku, "main", -1)))
    assert problem(wrong_sign) == (422, "invalid_lines", ["/lines/500/delta"])
    short = [(sku, code, -delta) for sku, code, delta in lines]
    done(api.post("/movements", posting(*lines[:-1])), 201)
    answer = api.post("/movements", posting(*short, reason="consume"))
    assert problem(answer) == (409, "insufficient_stock", ["/lines"])
    assert products[-1].sku in answer.json()["detail"]
    assert Movement.objects.count() == 499
    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {1}


def test_a_transfer_adds_up(api: Api, product: Product, warehouse: Warehouse) -> None:
    make_warehouse(code="north")
    stock(product, warehouse, 9)
    lost = posting(("MUG-1", "main", -4), ("MUG-1", "north", 3), reason="transfer")
    assert problem(api.post("/movements", lost)) == (422, "invalid_lines", ["/lines/0/delta"])
    moved = posting(("MUG-1", "main", -4), ("mug-1", "north", 4), reason="transfer")
    told = done(api.post("/movements", moved), 201)["levels"]
    assert {level["warehouse"]: level["on_hand"] for level in told} == {"main": 5, "north": 4}


@pytest.mark.parametrize(
    ("reason", "delta"),
    [("receive", -1), ("opening", -1), ("produce", -1), ("consume", 1)]
    + [(reason, 0) for reason in ("receive", "consume", "adjust", "transfer")],
)
def test_units_come_and_go_as_their_reason_says(
    api: Api, product: Product, warehouse: Warehouse, reason: str, delta: int
) -> None:
    body = posting(("MUG-1", "main", delta), reason=reason, note="why")
    assert problem(api.post("/movements", body)) == (422, "invalid_lines", ["/lines/0/delta"])


@pytest.mark.parametrize("reason", ["ship", "commit", "count", "mirror", "RECEIVE", "", None, 1])
def test_what_documents_post_is_not_posted_by_hand(
    api: Api, product: Product, warehouse: Warehouse, reason: Any
) -> None:
    body = posting(("MUG-1", "main", 1), reason=reason)
    assert problem(api.post("/movements", body)) == (400, "invalid", ["/reason"])


def test_an_adjustment_says_why(api: Api, product: Product, warehouse: Warehouse) -> None:
    stock(product, warehouse, 5)
    body = posting(("MUG-1", "main", -2), reason="adjust")
    assert problem(api.post("/movements", body)) == (422, "invalid_lines", ["/note"])
    blank = api.post("/movements", body | {"note": "  "})
    assert problem(blank) == (422, "invalid_lines", ["/note"])
    done(api.post("/movements", body | {"note": "Two fell", "document": "WMS-4711"}), 201)
    [row] = results(api.get("/movements?reason=adjust&document=WMS-4711"))
    assert (row["note"], row["delta"], row["state"]) == ("Two fell", -2, "on_hand")


def test_a_bundle_is_moved_by_its_components(api: Api, box: Product) -> None:
    before = Movement.objects.count()
    answer = api.post("/movements", posting(("CUP", "main", 1), ("BOX", "main", 1)))
    assert problem(answer) == (422, "invalid_lines", ["/lines/1/sku"])
    assert "CUP, JUG" in answer.json()["detail"]
    assert Movement.objects.count() == before


def test_only_its_source_moves_stock_of_a_mirror(
    api: Api, product: Product, warehouse: Warehouse
) -> None:
    mirror = make_warehouse(code="shop")
    warehousing.become_mirror(mirror)
    lines = [("MUG-1", "main", 1), ("MUG-1", "shop", 1)]
    answer = api.post("/movements", posting(*lines))
    assert problem(answer) == (409, "mirrored", ["/lines"])
    assert not Movement.objects.exists()


def test_a_movement_tells_when_it_happened_and_when_it_was_told(
    api: Api, product: Product, warehouse: Warehouse
) -> None:
    line = ("MUG-1", "main", 1)
    done(api.post("/movements", posting(line, occurred_at="2026-01-31T10:00:00+01:00")), 201)
    [row] = results(api.get("/movements"))
    assert row["occurred_at"] == "2026-01-31T09:00:00Z"
    assert row["recorded_at"] > row["occurred_at"]
    assert results(api.get("/movements?recorded_before=2026-01-31T09:00:01Z")) == []
    done(api.post("/movements", posting(line, occurred_at=None)), 201)
    for wrong in ("2026-01-31T09:00:00", "yesterday", 1769850000, "2026-13-01T00:00:00Z"):
        answer = api.post("/movements", posting(line, occurred_at=wrong))
        assert problem(answer) == (400, "invalid", ["/occurred_at"])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"note": "x" * 256}, "/note"),
        ({"document": "x" * 81}, "/document"),
        ({"note": None}, "/note"),
        ({"document": 4711}, "/document"),
        ({"key": "mine"}, "/key"),
        ({"lines": {}}, "/lines"),
        ({"lines": ["MUG-1"]}, "/lines/0"),
        ({"lines": [{"sku": "MUG-1", "warehouse": "main"}]}, "/lines/0/delta"),
        ({"lines": [{"sku": "M", "warehouse": "main", "delta": True}]}, "/lines/0/delta"),
        ({"lines": [{"sku": "M", "warehouse": "main", "delta": 1.5}]}, "/lines/0/delta"),
        ({"lines": [{"sku": "M", "warehouse": "main", "delta": 2**31}]}, "/lines/0/delta"),
        ({"lines": [{"sku": "", "warehouse": "main", "delta": 1}]}, "/lines/0/sku"),
        ({"lines": [{"sku": "M\0", "warehouse": "main", "delta": 1}]}, "/lines/0/sku"),
        ({"lines": [{"sku": "M", "warehouse": 1, "delta": 1}]}, "/lines/0/warehouse"),
        ({"lines": [{"sku": "M", "warehouse": "m", "delta": 1, "bin": "A"}]}, "/lines/0/bin"),
    ],
)
def test_what_a_posting_can_not_be_is_refused_where_it_stands(
    api: Api, product: Product, warehouse: Warehouse, change: dict[str, Any], pointer: str
) -> None:
    answer = api.post("/movements", posting(("MUG-1", "main", 1)) | change)
    assert problem(answer) == (400, "invalid", [pointer])


def test_the_ledger_is_read_and_never_changed(
    api: Api, product: Product, warehouse: Warehouse
) -> None:
    told = done(api.post("/movements", posting(("MUG-1", "main", 1))), 201)
    [row] = results(api.get(f"/movements?key={told['key']}"))
    path = f"/movements/{row['id']}"
    assert done(api.get(path)) == row
    assert api.patch(path, {"delta": 2}).status_code == 405
    assert api.delete(path).status_code == 405


def test_movements_are_found_by_what_partners_ask(
    api: Api, product: Product, warehouse: Warehouse
) -> None:
    make_product(sku="PLATE"), make_warehouse(code="north")
    done(api.post("/movements", posting(("MUG-1", "main", 1), ("PLATE", "north", 2))), 201)

    def found(query: str) -> list[int]:
        return [each["delta"] for each in results(api.get(f"/movements?{query}"))]

    assert found("limit=5") == [2, 1]  # the newest first
    assert found("sku=mug-1") == found("warehouse=main") == [1]
    assert found("state=on_hand&reason=receive") == [2, 1]
    assert found("state=committed") == found("sku=nothing") == []
    hidden = make_api("Northern Logistics", warehouses=[Warehouse.objects.get(code="north").pk])
    assert [each["delta"] for each in results(hidden.get("/movements"))] == [2]
    [other] = results(api.get("/movements?warehouse=main"))
    assert hidden.get(f"/movements/{other['id']}").status_code == 404
