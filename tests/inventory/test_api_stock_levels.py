"""Stock levels by the API."""

from __future__ import annotations

import pytest
from django.db import connection

from inventory import ledger
from inventory.models import Product, Reason, State, StockLevel, Warehouse
from tests.api import Api, make_api
from tests.factories import make_product, make_products, make_warehouse, stock
from tests.inventory.answers import counting_statements, done, results


def promise(product: Product, warehouse: Warehouse, units: int) -> None:
    ledger.commit(warehouse.pk, [(product.pk, units)], ledger.Cause())


def told(api: Api, query: str) -> list[tuple[str, str]]:
    return [(row["sku"], row["warehouse"]) for row in results(api.get(f"/stock-levels?{query}"))]


def test_a_level_tells_all_its_numbers(api: Api, product: Product, warehouse: Warehouse) -> None:
    stock(product, warehouse, 5)
    promise(product, warehouse, 7)
    ledger.expect(warehouse.pk, [(product.pk, 9)], ledger.Cause())
    ledger.stage(warehouse.pk, [(product.pk, 2)], ledger.Cause())
    level = StockLevel.objects.get()
    expected = {
        "id": level.pk,
        "sku": "MUG-1",
        "product_id": product.pk,
        "warehouse": "main",
        "warehouse_id": warehouse.pk,
        "on_hand": 5,
        "committed": 7,
        "available": -2,
        "backordered": 2,
        "incoming": 7,
        "staged": 2,
        "is_known": True,
    }
    assert results(api.get("/stock-levels")) == [expected]
    assert done(api.get(f"/stock-levels/{level.pk}")) == expected


def test_a_level_that_was_never_counted_says_so(
    api: Api, product: Product, warehouse: Warehouse
) -> None:
    promise(product, warehouse, 1)
    [level] = results(api.get("/stock-levels"))
    assert (level["on_hand"], level["available"], level["is_known"]) == (0, -1, False)


def test_levels_are_found_by_what_partners_ask(
    api: Api, product: Product, warehouse: Warehouse
) -> None:
    plate, north = make_product(sku="Plate"), make_warehouse(code="north")
    stock(product, warehouse, 5)
    stock(product, north, 50)
    stock(plate, warehouse, 500)
    promise(plate, north, 1)
    assert told(api, "sku=mug-1") == [("MUG-1", "main"), ("MUG-1", "north")]
    assert told(api, "warehouse=north") == [("MUG-1", "north"), ("Plate", "north")]
    assert told(api, "sku=PLATE&warehouse=main") == [("Plate", "main")]
    assert told(api, "available_below=50") == [("MUG-1", "main"), ("Plate", "north")]
    assert told(api, "available_below=50&is_known=true") == [("MUG-1", "main")]
    assert told(api, "is_known=false") == [("Plate", "north")]
    assert told(api, "sku=nothing") == told(api, "warehouse=nowhere") == []


@pytest.mark.parametrize(
    "query",
    [
        "is_known=perhaps",
        "available_below=few",
        "available_below=9999999999",
        "available_below=1.5",
    ],
)
def test_a_filter_that_means_nothing_is_refused_by_name(api: Api, query: str) -> None:
    answer = api.get(f"/stock-levels?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_levels_are_changed_by_movements_alone(
    api: Api, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)
    path = f"/stock-levels/{StockLevel.objects.get().pk}"
    assert api.patch(path, {"on_hand": 6}).status_code == 405
    assert api.post("/stock-levels", {}).status_code == 405


def test_only_levels_of_its_warehouses_exist_for_a_partner(
    product: Product, warehouse: Warehouse
) -> None:
    other = make_warehouse(code="other")
    stock(product, warehouse, 5)
    stock(product, other, 6)
    api = make_api(warehouses=[warehouse.pk])
    assert told(api, "sku=MUG-1") == [("MUG-1", "main")]
    assert told(api, "warehouse=other") == []
    hidden = StockLevel.objects.get(warehouse=other)
    assert api.get(f"/stock-levels/{hidden.pk}").status_code == 404


def test_pages_reach_every_level_once_and_each_costs_the_same(
    api: Api, warehouse: Warehouse
) -> None:
    places = [warehouse, make_warehouse(), make_warehouse()]
    products = make_products(7)
    lines = [
        ledger.Line(product.pk, place.pk, State.ON_HAND, 1)
        for product in products
        for place in places
    ]
    ledger.move(lines, Reason.RECEIVE, ledger.Cause())
    assert len(results(api.get("/stock-levels?limit=1"))) == 1
    seen, costs, path = [], set(), "/stock-levels?limit=4"
    while path:
        with counting_statements() as statements:
            page = done(api.get(path))
        costs.add(len(statements))
        seen += [(row["product_id"], row["warehouse_id"]) for row in page["results"]]
        path = (page["next"] or "").partition("/api/v1")[2]
    assert seen == sorted((line.product_id, line.warehouse_id) for line in lines)
    assert costs == {2}


def test_a_page_is_read_from_an_index(product: Product, warehouse: Warehouse) -> None:
    """As it is with millions of rows, of which the planner would not read all."""
    api = make_api(warehouses=[warehouse.pk])
    for query in ("", "warehouse=main", "sku=MUG-1", "is_known=true"):
        results(api.get("/stock-levels?limit=2"))
        with counting_statements() as statements:
            results(api.get(f"/stock-levels?{query}"))
        [read] = [sql for sql in statements if "inventory_stocklevel" in sql]
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {read}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "on inventory_stocklevel" in plan
        assert "Seq Scan on inventory_stocklevel" not in plan, f"{query}:\n{plan}"
