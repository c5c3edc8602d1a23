"""Movements by the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Movement, Product, StockLevel, Warehouse
from partners.models import Answer
from tests.api import Api, make_api


def received(product: Product, warehouse: Warehouse, delta: int = 5) -> dict[str, object]:
    line = {"sku": product.sku, "warehouse": warehouse.code, "delta": delta}
    return {"reason": "receive", "lines": [line]}


def test_a_movement_is_posted_and_told(api: Api, product: Product, warehouse: Warehouse) -> None:
    answer = api.post("/movements", received(product, warehouse))
    assert answer.status_code == 201, answer.json()
    assert answer.json()["levels"] == [
        {
            "sku": "MUG-1",
            "warehouse": "main",
            "on_hand": 5,
            "committed": 0,
            "available": 5,
            "incoming": 0,
            "staged": 0,
        }
    ]
    told = api.get("/movements").json()["results"]
    assert [(row["sku"], row["delta"], row["reason"]) for row in told] == [("MUG-1", 5, "receive")]
    assert told[0]["actor"].startswith("Acme Logistics (sck_")


def test_the_same_key_posts_once(api: Api, product: Product, warehouse: Warehouse) -> None:
    first = api.post("/movements", received(product, warehouse), Idempotency_Key="k1")
    again = api.post("/movements", received(product, warehouse), Idempotency_Key="k1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert StockLevel.objects.get().on_hand == 5
    other = api.post("/movements", received(product, warehouse, 6), Idempotency_Key="k1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    Answer.objects.all().delete()
    late = api.post("/movements", received(product, warehouse), Idempotency_Key="k1")
    assert (late.status_code, late.json()["is_repeat"], late.json()["levels"]) == (201, True, [])
    assert late.headers["Idempotent-Replayed"] == "true"
    assert StockLevel.objects.get().on_hand == 5


def test_each_wrong_line_is_named(api: Api, product: Product, warehouse: Warehouse) -> None:
    body = received(product, warehouse)
    good = {"sku": "mug-1", "warehouse": "main", "delta": 1}
    body["lines"] = [good, {"sku": "mug-1", "warehouse": "main", "delta": "2"}, {"sku": 1}]
    answer = api.post("/movements", body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/lines/1/delta",
        "/lines/2/sku",
        "/lines/2/warehouse",
        "/lines/2/delta",
    ]
    assert Movement.objects.count() == 0


def test_a_warehouse_out_of_sight_does_not_exist(product: Product, warehouse: Warehouse) -> None:
    blind = make_api(warehouses=[])
    answer = blind.post("/movements", received(product, warehouse))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/lines/0/warehouse"
    assert blind.get("/movements").json()["results"] == []


@pytest.mark.django_db(transaction=True)
def test_a_movement_costs_eight_statements(product: Product, warehouse: Warehouse) -> None:
    api = make_api()
    api.post("/movements", received(product, warehouse))
    with CaptureQueriesContext(connection) as queries:
        assert api.post("/movements", received(product, warehouse)).status_code == 201
    for query in queries:
        print(query["sql"][:90].replace("\n", " "))
    assert len(queries) <= 8


def test_who_and_what_else_moved_stock_is_not_told_to_those_who_do_not_see_everything(
    product: Product, warehouse: Warehouse
) -> None:
    """Numbers of orders, and who works here, would tell of what is out of sight."""
    cause = Cause(document="SO-7", actor="maria", note="for SO-7", key="order 7")
    ledger.receive(warehouse.pk, [(product.pk, 9)], cause)
    narrow, wide = make_api("Narrow", warehouses=[warehouse.pk]), make_api("Wide")
    narrow.post("/movements", received(product, warehouse) | {"document": "WMS-1"})
    own, others = narrow.get("/movements").json()["results"]
    assert (own["document"], own["actor"]) == ("WMS-1", f"Narrow ({narrow.key.prefix})")
    assert [others[name] for name in ("document", "actor", "note", "key")] == [""] * 4
    assert narrow.get("/movements?document=SO-7").json()["results"] == []
    assert len(narrow.get("/movements?document=WMS-1").json()["results"]) == 1
    own, others = wide.get("/movements").json()["results"]
    assert (others["document"], others["actor"], own["actor"]) == ("SO-7", "", "")
