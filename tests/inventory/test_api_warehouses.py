"""Warehouses by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Product, StockLevel, Warehouse
from inventory.signals import stock_changed
from tests.api import Api, make_api
from tests.factories import make_warehouse, stock
from tests.inventory.answers import counting_statements, done, problem, results


def test_a_warehouse_is_made_and_told(api: Api) -> None:
    answer = api.post("/warehouses", {"code": "north", "name": "North hall"})
    told = done(answer, 201)
    assert told == {
        "id": Warehouse.objects.get().pk,
        "code": "north",
        "name": "North hall",
        "is_active": True,
        "can_go_negative": False,
        "is_mirror": False,
    }
    assert answer.headers["Location"].endswith(f"/api/v1/warehouses/{told['id']}")
    assert done(api.get(f"/warehouses/{told['id']}")) == told


def test_a_code_is_given_once_and_stays(api: Api, warehouse: Warehouse) -> None:
    taken = api.post("/warehouses", {"code": "main", "name": "Another"})
    assert problem(taken) == (409, "code_taken", ["/code"])
    changed = api.patch(f"/warehouses/{warehouse.pk}", {"code": "other"})
    assert problem(changed) == (400, "invalid", ["/code"])
    warehouse.refresh_from_db()
    assert warehouse.code == "main"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "two words"),
        ("code", ""),
        ("code", 7),
        ("code", "x" * 33),
        ("name", None),
        ("name", "nul\0"),
        ("is_active", "true"),
        ("can_go_negative", 1),
        ("is_mirror", True),
        ("colour", "red"),
    ],
)
def test_what_a_new_warehouse_can_not_be_is_refused_where_it_stands(
    api: Api, field: str, value: Any
) -> None:
    answer = api.post("/warehouses", {"code": "north", "name": "North", field: value})
    assert problem(answer) == (400, "invalid", [f"/{field}"])
    assert not Warehouse.objects.exists()


def test_channels_hear_of_a_warehouse_that_is_switched_off(
    api: Api, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)
    heard = []

    def listen(levels: Any, **_: Any) -> None:
        heard.append((list(levels), Warehouse.objects.get().is_active))

    stock_changed.connect(listen)
    try:
        done(api.patch(f"/warehouses/{warehouse.pk}", {"name": "Main hall"}))
        assert heard == []
        done(api.patch(f"/warehouses/{warehouse.pk}", {"is_active": False}))
    finally:
        stock_changed.disconnect(listen)
    place = [(product.pk, warehouse.pk)]
    # Once to the places that it fed until then, once to those that it feeds from then on.
    assert heard == [(place, True), (place, False)]
    assert results(api.get("/warehouses?is_active=true")) == []


def test_the_levels_follow_the_switch_for_negative_stock(
    api: Api, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 1)
    path = f"/warehouses/{warehouse.pk}"
    assert done(api.patch(path, {"can_go_negative": True}))["can_go_negative"] is True
    assert StockLevel.objects.get().can_go_negative
    line = {"sku": "MUG-1", "warehouse": "main", "delta": -3}
    done(api.post("/movements", {"reason": "consume", "lines": [line]}), 201)
    refused = api.patch(path, {"can_go_negative": False, "name": "Strict"})
    assert problem(refused) == (409, "below_zero", ["/can_go_negative"])
    warehouse.refresh_from_db()
    assert (warehouse.name, warehouse.can_go_negative) == ("Main", True)


def test_only_its_own_warehouses_exist_for_a_partner(warehouse: Warehouse) -> None:
    other = make_warehouse(code="other")
    api = make_api(warehouses=[warehouse.pk])
    assert [each["code"] for each in results(api.get("/warehouses"))] == ["main"]
    assert results(api.get("/warehouses?code=other")) == []
    assert api.get(f"/warehouses/{other.pk}").status_code == 404
    hidden = api.patch(f"/warehouses/{other.pk}", {"name": "Mine"}, If_Match="*")
    assert hidden.status_code == 404


def test_the_levels_are_not_locked_for_a_warehouse_out_of_sight(warehouse: Warehouse) -> None:
    path = f"/warehouses/{warehouse.pk}"
    with CaptureQueriesContext(connection) as queries:
        hidden = make_api(warehouses=[]).patch(path, {"can_go_negative": True})
    assert hidden.status_code == 404
    assert not [each for each in queries if "LOCK TABLE" in each["sql"]]


def test_who_would_not_see_a_new_warehouse_makes_none(warehouse: Warehouse) -> None:
    api = make_api(warehouses=[warehouse.pk])
    # Whether the code is taken by one that it does not see is not told either.
    make_warehouse(code="taken")
    for code in ("new", "taken"):
        answer = api.post("/warehouses", {"code": code, "name": "New"})
        assert problem(answer) == (403, "chosen_warehouses", [])


def test_of_two_who_change_the_same_state_the_second_is_refused(
    api: Api, warehouse: Warehouse
) -> None:
    path = f"/warehouses/{warehouse.pk}"
    tag = api.get(path).headers["ETag"]
    done(api.patch(path, {"name": "First"}, If_Match=tag))
    second = api.patch(path, {"name": "Second"}, If_Match=tag)
    assert (second.status_code, second.json()["code"]) == (412, "precondition_failed")
    warehouse.refresh_from_db()
    assert warehouse.name == "First"


def test_a_page_of_warehouses_costs_the_same_however_many(api: Api, warehouse: Warehouse) -> None:
    results(api.get("/warehouses"))  # from here on the key's use is noted for this minute
    with counting_statements() as few:
        results(api.get("/warehouses"))
    for _ in range(20):
        make_warehouse()
    with counting_statements() as many:
        assert len(results(api.get("/warehouses"))) == 21
    assert len(many) == len(few) <= 2
