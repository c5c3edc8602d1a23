"""Sales orders by the API: placed, found, edited."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from orders import commitments, fulfilment, intake
from orders.models import SalesOrder
from tests.api import Api, make_api
from tests.factories import make_product, make_products, make_warehouse
from tests.orders.factories import make_draft, make_order, stock_of, whole


def draft(
    number: str = "SO-1", units: int = 3, sku: str = "mug-1", warehouse: str = "main"
) -> dict[str, Any]:
    return {"number": number, "lines": [{"sku": sku, "warehouse": warehouse, "ordered": units}]}


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


def _numbers(api: Api) -> list[str]:
    return [row["number"] for row in api.get("/sales-orders").json()["results"]]


def test_an_order_is_placed_and_told(api: Api, product: Product, warehouse: Warehouse) -> None:
    answer = api.post("/sales-orders", {**draft(), "placed_at": "2026-01-31T10:00:00+01:00"})
    told = answer.json()
    assert answer.status_code == 201, told
    assert answer.headers["Location"].endswith(f"/api/v1/sales-orders/{told['id']}")
    assert told["source"] == "Acme Logistics"
    assert told["placed_at"] == "2026-01-31T09:00:00Z"
    line = {"sku": "MUG-1", "warehouse": "main", "ordered": 3, "shipped": 0, "notified": 0}
    assert told["lines"] == [{"id": told["lines"][0]["id"], **line, "returned": 0, "held": 3}]
    assert stock_of(product, warehouse) == (0, 3)
    assert api.get(f"/sales-orders/{told['id']}").headers["ETag"] == answer.headers["ETag"]


def test_a_number_is_an_identity(api: Api, product: Product, warehouse: Warehouse) -> None:
    first = api.post("/sales-orders", draft())
    again = api.post("/sales-orders", draft())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    more = api.post("/sales-orders", draft(units=9))
    assert (more.status_code, more.json()["code"]) == (409, "order_conflict")
    assert api.get(f"/sales-orders/{first.json()['id']}").json() == first.json()
    make_product(sku="JUG-1")
    other = api.post("/sales-orders", draft(sku="JUG-1"))
    assert (other.status_code, other.json()["code"]) == (409, "order_conflict")
    assert pointers(other) == ["/number"]


def test_a_number_out_of_sight_tells_nothing(product: Product, warehouse: Warehouse) -> None:
    far = make_warehouse(code="far")
    hidden = make_order(warehouse, {product: 1}, number="SO-1")
    intake.edit(hidden.pk, {}, make_draft(far, {product: 1}).lines)
    make_order(far, {product: 1}, number="SO-2")
    near = make_api("Near", warehouses=[warehouse.pk])
    # The one shares all the draft's lines, the other none: both are refused in the same words.
    one, two = (near.post("/sales-orders", draft(number)) for number in ("SO-1", "SO-2"))
    assert one.status_code == two.status_code == 409
    assert one.json()["detail"].replace("SO-1", "SO-2") == two.json()["detail"]
    for number in ("SO-1", "SO-2"):
        many = near.post("/sales-orders/place-many", {"orders": [draft("SO-3"), draft(number)]})
        assert many.status_code == 409
        assert many.json()["detail"] == one.json()["detail"].replace("SO-1", number)
        assert pointers(many) == ["/orders/1/number"]
    assert set(SalesOrder.objects.values_list("number", flat=True)) == {"SO-1", "SO-2"}


def test_names_without_a_meaning_are_pointed_at(product: Product, warehouse: Warehouse) -> None:
    make_warehouse(code="far")
    near = make_api("Near", warehouses=[warehouse.pk])
    body = draft(sku="NONE")
    body["lines"] += draft(warehouse="far")["lines"] + draft(warehouse="nowhere")["lines"]
    answer = near.post("/sales-orders", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference")
    assert pointers(answer) == ["/lines/0/sku", "/lines/1/warehouse", "/lines/2/warehouse"]
    details = [error["detail"] for error in answer.json()["errors"]]
    assert details[1:] == ["There is no warehouse far.", "There is no warehouse nowhere."]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"nummer": "x"}, "/nummer"),
        ({"status": "open"}, "/status"),
        ({"number": 5}, "/number"),
        ({"number": " "}, "/number"),
        ({"number": "x" * 61}, "/number"),
        ({"number": "a\0b"}, "/number"),
        ({"customer": None}, "/customer"),
        ({"placed_at": "2026-01-31T10:00:00"}, "/placed_at"),
        ({"lines": []}, "/lines"),
        ({"lines": {}}, "/lines"),
        ({"lines": [{"sku": "a", "warehouse": "b", "ordered": 0}]}, "/lines/0/ordered"),
        ({"lines": [{"sku": "a", "warehouse": "b", "ordered": "1"}]}, "/lines/0/ordered"),
        ({"lines": [{"sku": "a", "warehouse": "b", "ordered": 2**31}]}, "/lines/0/ordered"),
        ({"lines": [{"sku": "a", "warehouse": "b", "ordered": 1, "x": 1}]}, "/lines/0/x"),
    ],
)
def test_a_draft_takes_what_it_says_alone(api: Api, change: dict[str, Any], where: str) -> None:
    answer = api.post("/sales-orders", {**draft(), **change})
    assert answer.status_code == 400, answer.json()
    assert where in pointers(answer)


def test_orders_are_found(api: Api, product: Product, warehouse: Warehouse) -> None:
    jug, far = make_product(sku="JUG-1"), make_warehouse(code="far")
    mugs = make_order(warehouse, {product: 1}, number="SO-1", source="shop")
    jugs = make_order(far, {jug: 2, product: 1}, number="SO-2")
    gone = make_order(far, {jug: 1}, number="SO-3")
    SalesOrder.objects.filter(pk=mugs.pk).update(placed_at="2026-01-01T00:00:00Z", is_unpaid=True)
    intake.archive([gone.pk])
    intake.close([jugs.pk])
    found = {
        "number=SO-2": ["SO-2"],
        "status=closed": ["SO-2"],
        "source=shop": ["SO-1"],
        "sku=mug-1": ["SO-2", "SO-1"],
        "sku=none": [],
        "warehouse=far": ["SO-3", "SO-2"],
        "warehouse=nowhere": [],
        "sku=MUG-1&warehouse=far": ["SO-2"],
        "is_archived=true": ["SO-3"],
        "is_archived=false": ["SO-2", "SO-1"],
        "is_unpaid=true": ["SO-1"],
        "holds=true": ["SO-2", "SO-1"],
        "holds=false": ["SO-3"],
        "placed_after=2026-02-01T00:00:00Z": ["SO-3", "SO-2"],
        "placed_before=2026-02-01T00:00:00Z": ["SO-1"],
    }
    for query, numbers in found.items():
        rows = api.get(f"/sales-orders?{query}&fields=number").json()["results"]
        assert rows == [{"number": number} for number in numbers], query
    for query in ("holds=yes", "status=lost", "stat=open", "placed_after=2026-02-01"):
        assert api.get(f"/sales-orders?{query}").status_code == 400, query


def test_an_order_is_seen_whole_or_not_at_all(product: Product, warehouse: Warehouse) -> None:
    far = make_warehouse(code="far")
    own = make_order(warehouse, {product: 1}, number="SO-1")
    both = make_order(warehouse, {product: 1}, number="SO-2")
    intake.edit(both.pk, {}, make_draft(far, {product: 1}).lines)
    bare = SalesOrder.objects.create(number="SO-3", placed_at=own.placed_at)
    near, wide = (
        make_api("Near", warehouses=[warehouse.pk]),
        make_api("Wide", warehouses=[far.pk, warehouse.pk]),
    )
    assert _numbers(near) == ["SO-1"]
    assert _numbers(wide) == ["SO-2", "SO-1"]
    assert _numbers(make_api("Blind", warehouses=[])) == []
    assert _numbers(make_api("All")) == ["SO-3", "SO-2", "SO-1"]
    for order in (both, bare):
        assert near.get(f"/sales-orders/{order.pk}").status_code == 404
        assert near.patch(f"/sales-orders/{order.pk}", {}).status_code == 404
        assert near.post(f"/sales-orders/{order.pk}/archive", {}).status_code == 404


def test_an_edit_is_what_the_ledger_holds(
    api: Api, order: SalesOrder, warehouse: Warehouse
) -> None:
    jug = make_product(sku="JUG-1")
    line = order.lines.get()
    body = {"customer": "Jane", "lines": [{"id": line.pk, "ordered": 6}]}
    body["additions"] = draft(sku="jug-1")["lines"]
    answer = api.patch(f"/sales-orders/{order.pk}", body)
    told = answer.json()
    assert answer.status_code == 200, told
    assert told["customer"] == "Jane"
    assert [(each["sku"], each["held"]) for each in told["lines"]] == [("MUG-1", 6), ("JUG-1", 3)]
    assert stock_of(line.product, warehouse) == (10, 6)
    assert stock_of(jug, warehouse) == (0, 3)


def test_what_an_edit_may_not_do_is_pointed_at(api: Api, order: SalesOrder) -> None:
    line = order.lines.get()
    api.post(f"/sales-orders/{order.pk}/ship", {"lines": [{"sku": "MUG-1", "quantity": 2}]})
    path = f"/sales-orders/{order.pk}"
    low = api.patch(path, {"customer": "J", "lines": [{"id": line.pk, "ordered": 1}]})
    assert (low.status_code, low.json()["code"]) == (422, "invalid_order")
    assert pointers(low) == ["/lines/0/ordered"]
    strange = api.patch(path, {"lines": [{"id": line.pk + 1, "ordered": 1}]})
    assert (strange.status_code, strange.json()["code"]) == (422, "unknown_line")
    assert pointers(strange) == ["/lines/0/id"]
    twice = api.patch(path, {"lines": [{"id": line.pk, "ordered": 5}] * 2})
    assert (twice.status_code, pointers(twice)) == (422, ["/lines/1/id"])
    half = api.patch(path, {"lines": [{"id": line.pk}], "number": "x"})
    assert half.status_code == 400
    nowhere = api.patch(path, {"additions": draft(warehouse="nowhere")["lines"]})
    assert (nowhere.status_code, pointers(nowhere)) == (422, ["/additions/0/warehouse"])
    intake.archive([order.pk])
    late = api.patch(path, {"lines": [{"id": line.pk, "ordered": 5}]})
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
    assert SalesOrder.objects.get().customer == ""


def test_an_edit_of_what_was_shipped_meanwhile_is_refused(api: Api, order: SalesOrder) -> None:
    path = f"/sales-orders/{order.pk}"
    tag = api.get(path).headers["ETag"]
    api.post(f"{path}/ship", {"lines": [{"sku": "MUG-1", "quantity": 2}]})
    body = {"lines": [{"id": order.lines.get().pk, "ordered": 2}]}
    assert api.patch(path, body, If_Match=tag).status_code == 412
    assert order.lines.get().ordered == 4


def test_a_page_costs_the_same_however_many_orders(warehouse: Warehouse) -> None:
    products = make_products(5)
    near = make_api("Near", warehouses=[warehouse.pk])
    drafts = [make_draft(warehouse, dict.fromkeys(products, 1)) for _ in range(100)]
    intake.place_all(drafts[:1], Cause())
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            rows = near.get("/sales-orders?limit=100").json()["results"]
        counts.append(len(queries))
        intake.place_all(drafts[1:], Cause())
    assert len(rows) == 100
    assert all(len(row["lines"]) == 5 for row in rows)
    assert counts[0] == counts[1] + 1  # the first call of a key notes its use
    assert counts[1] == 3


def test_held_is_what_the_ledger_was_told(api: Api, order: SalesOrder) -> None:
    fulfilment.ship(order.pk, {order.lines.get().pk: 1}, Cause())
    path = f"/sales-orders/{order.pk}"
    body = {"order": "SO-1", "lines": [{"sku": "MUG-1", "quantity": 1}], "is_sent": True}
    assert api.post("/asns", body).status_code == 201
    for step in ("close", "cancel", "archive", "unarchive", "dispatch"):
        told = api.post(f"{path}/{step}", {}).json()
        held = sum(commitments.held([order.pk]).values())
        assert [line["held"] for line in told["lines"]] == [held], step
    assert whole(order)
