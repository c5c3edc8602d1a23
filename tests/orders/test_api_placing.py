"""Orders placed by the thousand, and two clients at once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Product, StockLevel, Warehouse
from orders import intake
from orders.models import SalesOrder
from tests.api import Api, make_api
from tests.factories import make_products, stock
from tests.orders.factories import make_draft, make_order, stock_of
from tests.partners.racing import racing


def draft(
    number: str = "SO-1", units: int = 3, sku: str = "mug-1", warehouse: str = "main"
) -> dict[str, Any]:
    return {"number": number, "lines": [{"sku": sku, "warehouse": warehouse, "ordered": units}]}


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


@pytest.mark.django_db(transaction=True)
def test_of_an_edit_and_a_shipment_at_once_one_comes_second(order: SalesOrder) -> None:
    api, path = make_api(), f"/sales-orders/{order.pk}"
    line = order.lines.get()
    with racing() as race:
        for units in range(2):
            tag = api.get(path).headers["ETag"]
            edit = {"lines": [{"id": line.pk, "ordered": 3 - units}]}
            shipment = {"lines": [{"line_id": line.pk, "quantity": 1}]}
            edited, shipped = race(
                partial(api.patch, path, edit, If_Match=tag),
                partial(api.post, f"{path}/ship", shipment),
            )
            assert shipped.status_code == 200, shipped.json()
            assert edited.status_code in {200, 412}, edited.json()
    line.refresh_from_db()
    assert line.shipped == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_for_the_last_unit_one_ships(product: Product, warehouse: Warehouse) -> None:
    api = make_api()
    stock(product, warehouse, 1)
    orders = [make_order(warehouse, {product: 1}) for _ in range(2)]
    body = {"lines": [{"sku": "MUG-1", "quantity": 1}]}
    with racing() as race:
        one, two = race(
            *(partial(api.post, f"/sales-orders/{order.pk}/ship", body) for order in orders)
        )
    won, lost = sorted((one, two), key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    assert lost.json()["code"] == "insufficient_stock"
    assert stock_of(product, warehouse) == (0, 2)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_place_one_number_both_get_one_order(
    product: Product, warehouse: Warehouse
) -> None:
    api = make_api()
    with racing() as race:
        for number in ("SO-1", "SO-2", "SO-3"):
            body = {"orders": [draft(f"{number}-b"), draft(f"{number}-a"), draft(number)]}
            turned = {"orders": [*reversed(body["orders"])]}
            answers = race(
                partial(api.post, "/sales-orders/place-many", body),
                partial(api.post, "/sales-orders/place-many", turned),
            )
            assert [answer.status_code for answer in answers] == [201, 201]
            new = [each["is_new"] for answer in answers for each in answer.json()["orders"]]
            assert sorted(new) == [False] * 3 + [True] * 3
            single = race(
                partial(api.post, "/sales-orders", draft(f"{number}-c")),
                partial(api.post, "/sales-orders", draft(f"{number}-c")),
            )
            assert sorted(answer.status_code for answer in single) == [200, 201]
    assert SalesOrder.objects.count() == 12
    assert StockLevel.objects.get().committed == 36


def test_a_thousand_orders_cost_as_much_as_ten(
    api: Api, product: Product, warehouse: Warehouse
) -> None:
    products = make_products(5)
    lines = [{"sku": each.sku, "warehouse": "main", "ordered": 1} for each in products]
    intake.place(make_draft(warehouse, dict.fromkeys(products, 1)))  # its levels are there
    api.get("/sales-orders")  # the first call of a key notes its use
    counts = []
    for number in (10, 1000):
        orders = [{"number": f"{number}-{n}", "lines": lines} for n in range(number)]
        with CaptureQueriesContext(connection) as queries:
            answer = api.post("/sales-orders/place-many", {"orders": orders})
        assert answer.status_code == 201, answer.json()
        assert [each["number"] for each in answer.json()["orders"]] == [
            order["number"] for order in orders
        ]
        assert all(each["is_new"] for each in answer.json()["orders"])
        counts.append(len(queries))
    assert counts[0] == counts[1] < 30
    again = api.post("/sales-orders/place-many", {"orders": orders[:20]})
    assert not any(each["is_new"] for each in again.json()["orders"])
    assert SalesOrder.objects.count() == 1011
    assert set(StockLevel.objects.values_list("committed", flat=True)) == {1011}


def test_many_drafts_are_placed_whole_or_not_at_all(
    api: Api, product: Product, warehouse: Warehouse
) -> None:
    twice = api.post("/sales-orders/place-many", {"orders": [draft(), draft("SO-2"), draft()]})
    assert (twice.status_code, pointers(twice)) == (422, ["/orders/2/number"])
    wrong = api.post("/sales-orders/place-many", {"orders": [draft(), draft("SO-2", sku="NONE")]})
    assert (wrong.status_code, pointers(wrong)) == (422, ["/orders/1/lines/0/sku"])
    bad = api.post("/sales-orders/place-many", {"orders": [draft(), draft("SO-2", units=0)]})
    assert (bad.status_code, pointers(bad)) == (400, ["/orders/1/lines/0/ordered"])
    none = api.post("/sales-orders/place-many", {"orders": []})
    assert (none.status_code, pointers(none)) == (400, ["/orders"])
    lines = draft()["lines"] * 1000
    large = {"orders": [{"number": f"SO-{n}", "lines": lines} for n in range(11)]}
    assert api.post("/sales-orders/place-many", large).status_code == 400
    assert SalesOrder.objects.count() == 0
