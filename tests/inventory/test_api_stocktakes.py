"""Stocktakes by the API."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.models import Movement, Product, StockLevel, Stocktake, Warehouse
from tests.api import Api, make_api
from tests.factories import make_product, make_warehouse, stock
from tests.inventory.answers import counting_statements, done, problem, results


@pytest.fixture
def plate(product: Product, warehouse: Warehouse) -> Product:
    """Of which there are three; of mugs there are five."""
    plate = make_product(sku="PLATE")
    stock(product, warehouse, 5)
    stock(plate, warehouse, 3)
    return plate


@pytest.fixture
def path(api: Api, plate: Product) -> str:
    """The address of a stocktake of mugs."""
    body = {"warehouse": "main", "note": "Shelf 4", "skus": ["mug-1"]}
    return f"/stocktakes/{done(api.post('/stocktakes', body), 201)['id']}"


def counted(**units: int) -> dict[str, Any]:
    return {"lines": [{"sku": sku, "counted": number} for sku, number in units.items()]}


MUGS = {"mug-1": 4}


def test_a_stocktake_is_opened_counted_and_closed(api: Api, path: str) -> None:
    opened = done(api.get(path))
    assert opened == {
        "id": opened["id"],
        "number": f"ST-{opened['id']}",
        "warehouse": "main",
        "status": "open",
        "note": "Shelf 4",
        "opened_by": opened["opened_by"],
        "opened_at": opened["opened_at"],
        "closed_by": "",
        "closed_at": None,
        "lines": [
            {
                "sku": "MUG-1",
                "expected": 5,
                "counted": None,
                "variance": None,
                "needs_recount": False,
                "counted_by": "",
                "counted_at": None,
            }
        ],
    }
    assert opened["opened_by"].startswith("Acme Logistics (sck_")
    [line] = done(api.post(f"{path}/record", counted(**MUGS)))["lines"]
    assert (line["counted"], line["variance"], line["needs_recount"]) == (4, -1, False)
    closed = done(api.post(f"{path}/close", {}))
    assert (closed["status"], StockLevel.objects.get(product__sku="MUG-1").on_hand) == ("closed", 4)
    assert done(api.post(f"{path}/close", {})) == closed  # again: nothing happens
    assert Movement.objects.filter(reason="count").count() == 1


def test_more_products_are_added_and_left_out_at_the_end(api: Api, path: str) -> None:
    told = done(api.post(f"{path}/add", {"skus": ["plate", "MUG-1"]}))
    assert [line["sku"] for line in told["lines"]] == ["MUG-1", "PLATE"]
    done(api.post(f"{path}/record", counted(**MUGS)))
    assert problem(api.post(f"{path}/close", {})) == (409, "not_counted", ["/skip_uncounted"])
    assert done(api.post(f"{path}/close", {"skip_uncounted": True}))["status"] == "closed"
    assert StockLevel.objects.get(product__sku="PLATE").on_hand == 3


def test_what_moved_since_it_was_counted_is_counted_again(api: Api, path: str) -> None:
    done(api.post(f"{path}/record", counted(**MUGS)))
    stock(Product.objects.get(sku="MUG-1"), Warehouse.objects.get(), 2)
    [line] = done(api.get(path))["lines"]
    assert (line["expected"], line["needs_recount"]) == (5, True)
    assert problem(api.post(f"{path}/close", {})) == (409, "recount_required", [])
    [line] = done(api.post(f"{path}/record", counted(**{"MUG-1": 6})))["lines"]
    assert (line["expected"], line["variance"], line["needs_recount"]) == (7, -1, False)
    done(api.post(f"{path}/close", {}))
    stock(Product.objects.get(sku="MUG-1"), Warehouse.objects.get(), 1)
    [line] = done(api.get(path))["lines"]
    assert line["needs_recount"] is False  # what moved after it was closed is no matter of it


def test_a_canceled_stocktake_changes_no_stock(api: Api, path: str) -> None:
    done(api.post(f"{path}/record", counted(**MUGS)))
    assert done(api.post(f"{path}/cancel", {}))["status"] == "canceled"
    assert StockLevel.objects.get(product__sku="MUG-1").on_hand == 5
    for step, body in (
        ("add", {"skus": ["plate"]}),
        ("record", counted(**MUGS)),
        ("close", {}),
    ):
        answer = api.post(f"{path}/{step}", body)
        assert problem(answer) == (409, "wrong_state", [])


@pytest.mark.parametrize(
    ("step", "body", "expected"),
    [
        ("record", counted(plate=1), (422, "unknown_reference", ["/lines/0/sku"])),
        ("record", counted(cup=1), (422, "unknown_reference", ["/lines/0/sku"])),
        ("record", counted(**{"mug-1": 1, "MUG-1": 1}), (422, "repeated", ["/lines/1/sku"])),
        ("record", counted(**{"mug-1": -1}), (400, "invalid", ["/lines/0/counted"])),
        ("record", {"lines": [{"sku": "mug-1"}]}, (400, "invalid", ["/lines/0/counted"])),
        ("record", {"lines": []}, (400, "invalid", ["/lines"])),
        ("add", {"skus": ["plate", "cup"]}, (422, "unknown_reference", ["/skus/1"])),
        ("add", {"skus": ["plate", 5]}, (400, "invalid", ["/skus/1"])),
        ("add", {"skus": "plate"}, (400, "invalid", ["/skus"])),
        ("add", {"skus": []}, (400, "invalid", ["/skus"])),
        ("close", {"skip_uncounted": "yes"}, (400, "invalid", ["/skip_uncounted"])),
        ("close", {"skip": True}, (400, "invalid", ["/skip"])),
        ("cancel", {"why": "?"}, (400, "invalid", ["/why"])),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(
    api: Api, path: str, step: str, body: Any, expected: tuple[int, str, list[str]]
) -> None:
    assert problem(api.post(f"{path}/{step}", body)) == expected
    assert Stocktake.objects.get().lines.get().counted is None


def test_what_can_not_be_counted_opens_nothing(api: Api, box: Product) -> None:
    bundle = api.post("/stocktakes", {"warehouse": "main", "skus": ["CUP", "BOX"]})
    assert problem(bundle) == (422, "invalid_lines", ["/skus/1"])
    nowhere = api.post("/stocktakes", {"warehouse": "nowhere", "skus": ["CUP"]})
    assert problem(nowhere) == (422, "unknown_reference", ["/warehouse"])
    mistyped = api.post("/stocktakes", {"warehouse": "main", "skus": ["CUP"], "notes": ""})
    assert problem(mistyped) == (400, "invalid", ["/notes"])
    assert not Stocktake.objects.exists()


def test_stocktakes_are_found_by_what_partners_ask(api: Api, path: str) -> None:
    make_warehouse(code="north")
    body = {"warehouse": "north", "skus": ["plate"]}
    north = done(api.post("/stocktakes", body), 201)["id"]
    main = int(path.rpartition("/")[2])
    done(api.post(f"{path}/cancel", {}))

    def found(query: str) -> list[int]:
        return [each["id"] for each in results(api.get(f"/stocktakes?{query}"))]

    assert found("limit=5") == [north, main]
    assert found("warehouse=main") == found("status=canceled") == found("sku=MUG-1") == [main]
    assert found("status=open&opened_before=2999-01-01T00:00:00Z") == [north]
    assert found("opened_after=2999-01-01T00:00:00Z") == []


def test_only_stocktakes_at_its_warehouses_exist_for_a_partner(path: str) -> None:
    blind = make_api("Other Logistics", warehouses=[make_warehouse(code="other").pk])
    assert results(blind.get("/stocktakes")) == []
    assert blind.get(path).status_code == 404
    for step, body in (
        ("add", {"skus": ["plate"]}),
        ("record", counted(**MUGS)),
        ("close", {}),
        ("cancel", {}),
    ):
        assert blind.post(f"{path}/{step}", body).status_code == 404
    hidden = blind.post("/stocktakes", {"warehouse": "main", "skus": ["plate"]})
    assert problem(hidden) == (422, "unknown_reference", ["/warehouse"])
    assert Stocktake.objects.get().status == "open"


def test_reading_costs_the_same_however_many(api: Api, path: str) -> None:
    done(api.get(path))
    with counting_statements() as few:
        done(api.get(path)), results(api.get("/stocktakes"))
    skus = [make_product().sku for _ in range(10)]
    done(api.post(f"{path}/add", {"skus": skus}))
    done(api.post("/stocktakes", {"warehouse": "main", "skus": skus}), 201)
    with counting_statements() as many:
        assert len(done(api.get(path))["lines"]) == 11
        assert len(results(api.get("/stocktakes"))) == 2
    assert len(many) == len(few) <= 7
