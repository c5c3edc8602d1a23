"""A stocktake on the floor: started, counted by scanner, reviewed and closed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from inventory import counting, ledger
from inventory.models import Product, StockLevel, Stocktake, Warehouse
from tests.factories import make_product, make_products, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def stocktake(product: Product, warehouse: Warehouse) -> Stocktake:
    stock(product, warehouse, 10)
    return counting.open(warehouse, [product.pk])


def page(stocktake: Stocktake, name: str = "count_scanned") -> str:
    return reverse(f"admin:inventory_stocktake_{name}", args=[stocktake.pk])


def send(client: Client, stocktake: Stocktake, units: dict[Any, Any], **was: str) -> Any:
    packed = json.dumps({str(line): str(number) for line, number in units.items()})
    answers = {"key": "k", "lines": packed, "was": json.dumps(was)}
    return client.post(page(stocktake), answers)


def start(client: Client, place: Warehouse, **more: object) -> Any:
    answers = {"key": "start-1", "warehouse": place.pk, "scope": "stocked"} | more
    return client.post(reverse("work-stocktake"), answers)


def test_a_stocktake_is_started_once(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 10)
    make_product(sku="ELSEWHERE")

    first = start(admin_client, warehouse, note="aisle 4", is_blind="on")
    again = start(admin_client, warehouse, note="aisle 4", is_blind="on")

    opened = Stocktake.objects.get()
    assert first.url == again.url == f"{page(opened)}?blind=1"
    assert (opened.note, opened.opened_by) == ("aisle 4", "admin")
    assert [line.product for line in opened.lines.all()] == [product]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"scope": "search", "text": "blue"}, 1),
        ({"scope": "blank"}, 0),
        ({"scope": "search", "text": "nothing"}, None),
        ({"scope": "search", "text": ""}, None),
        ({"scope": "all"}, None),
        ({"warehouse": 999}, None),
    ],
)
def test_the_products_are_chosen_by_search_or_not_at_all(
    admin_client: Client,
    product: Product,
    warehouse: Warehouse,
    more: dict[str, object],
    expected: int | None,
) -> None:
    for each in (product, make_product(name="Red cup")):
        stock(each, warehouse, 1)

    response = start(admin_client, warehouse, **more)

    if expected is None:
        assert 'role="alert"' in response.text
        assert not Stocktake.objects.exists()
    else:
        assert Stocktake.objects.get().lines.count() == expected


def test_a_count_is_reviewed_and_closed(
    admin_client: Client, stocktake: Stocktake, product: Product
) -> None:
    response = send(admin_client, stocktake, {product.pk: 7}, **{str(product.pk): "-"})
    review = admin_client.get(response.url)
    assert 'data-scan-sent="k"' in review.text
    assert review.context["sums"] == {
        "all": 1,
        "different": 1,
        "uncounted": 0,
        "over": 0,
        "missing": 3,
        "recount": 0,
    }

    for _ in range(2):
        admin_client.post(page(stocktake, "review_counts"))

    assert StockLevel.objects.get().on_hand == 7
    assert "Closed by admin" in admin_client.get(page(stocktake, "review_counts")).text
    assert "not open any more" in admin_client.get(page(stocktake)).text


def test_a_blind_count_tells_nothing_of_what_is_expected(
    admin_client: Client, stocktake: Stocktake
) -> None:
    response = admin_client.get(page(stocktake), {"blind": "1"})

    assert response.context["sheet"].lines[0].expected is None
    assert 'data-is="expected"' not in response.text
    asked = reverse("admin:inventory_stocktake_counting_code", args=[stocktake.pk])
    line = admin_client.get(asked, {"code": "MUG-1", "blind": "1"}).json()["line"]
    assert line[4] is None


def test_a_product_that_is_not_on_it_may_be_counted_all_the_same(
    admin_client: Client, stocktake: Stocktake
) -> None:
    cup = make_product(sku="CUP")
    asked = reverse("admin:inventory_stocktake_counting_code", args=[stocktake.pk])
    line = admin_client.get(asked, {"code": "cup"}).json()["line"]
    assert (line[0], line[4], line[8]) == (str(cup.pk), 0, "new on this stocktake")

    send(admin_client, stocktake, {cup.pk: 2}, **{str(cup.pk): "-"})

    assert stocktake.lines.get(product=cup).counted == 2


def test_a_bundle_is_not_counted(admin_client: Client, stocktake: Stocktake, box: Product) -> None:
    asked = reverse("admin:inventory_stocktake_counting_code", args=[stocktake.pk])
    assert "is a bundle" in admin_client.get(asked, {"code": "BOX"}).json()["refused"]

    response = send(admin_client, stocktake, {box.pk: 2})

    assert "is a bundle" in response.context["sheet"].error
    assert [line.now for line in response.context["sheet"].lines] == ["2", ""]


def test_two_who_count_the_same_line_are_told(
    admin_client: Client, stocktake: Stocktake, product: Product
) -> None:
    counting.record(stocktake, {product.pk: 3}, "ben")

    response = send(admin_client, stocktake, {product.pk: 6}, **{str(product.pk): "-"})

    assert "ben wrote down 3 meanwhile, you have 6" in response.context["sheet"].error
    line = response.context["sheet"].lines[0]
    assert (line.now, line.was) == ("6", "3")
    send(admin_client, stocktake, {product.pk: 6}, **{str(product.pk): "3"})
    assert stocktake.lines.get().counted == 6


def test_what_moved_is_told_and_counted_anew(
    admin_client: Client, stocktake: Stocktake, product: Product, warehouse: Warehouse
) -> None:
    counting.record(stocktake, {product.pk: 10}, "ana")
    ledger.adjust(warehouse.pk, [(product.pk, -2)], ledger.Cause(note="broken"))

    review = admin_client.get(page(stocktake, "review_counts"), {"only": "recount"})
    assert "Moved by -2 after counting" in review.text
    refused = admin_client.post(page(stocktake, "review_counts"))
    assert "Stock moved after counting: MUG-1" in refused.text
    shown = admin_client.get(page(stocktake), {"only": "recount"}).context["sheet"].lines
    assert [(line.start, line.was) for line in shown] == [("", "10")]

    send(admin_client, stocktake, {product.pk: 10}, **{str(product.pk): "10"})
    admin_client.post(page(stocktake, "review_counts"))

    assert StockLevel.objects.get().on_hand == 10


def test_lines_without_a_count_are_left_when_a_person_says_so(
    admin_client: Client, stocktake: Stocktake, product: Product
) -> None:
    counting.add(stocktake, [make_product(sku="CUP").pk])
    send(admin_client, stocktake, {product.pk: 9})

    assert "Not counted: CUP" in admin_client.post(page(stocktake, "review_counts")).text
    admin_client.post(page(stocktake, "review_counts"), {"skip_uncounted": "on"})

    assert StockLevel.objects.get(product=product).on_hand == 9


@pytest.mark.parametrize("number", ["-1", "1e3", "10000000000", "x"])
def test_what_is_no_count_is_refused(
    admin_client: Client, stocktake: Stocktake, product: Product, number: str
) -> None:
    response = send(admin_client, stocktake, {product.pk: number})

    assert response.context["sheet"].lines[0].now == number
    assert "is no number of units" in response.text


def test_a_page_without_scripts_leaves_untouched_lines_alone(
    admin_client: Client, stocktake: Stocktake, product: Product
) -> None:
    cup = make_product(sku="CUP")
    counting.add(stocktake, [cup.pk])
    counting.record(stocktake, {cup.pk: 0}, "ben")

    fields = {f"line_{cup.pk}": "0", f"was_{cup.pk}": "0", f"line_{product.pk}": "10"}
    admin_client.post(page(stocktake), {"key": "k", f"was_{product.pk}": "-"} | fields)

    assert dict(stocktake.lines.values_list("product__sku", "counted_by")) == {
        "CUP": "ben",
        "MUG-1": "admin",
    }


def test_thousands_of_lines_stay_quick(
    admin_client: Client,
    warehouse: Warehouse,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    products = make_products(1500)
    stocktake = counting.open(warehouse, [product.pk for product in products])

    for address in (page(stocktake), f"{page(stocktake)}?page=3", page(stocktake, "review_counts")):
        with django_assert_max_num_queries(12):
            response = admin_client.get(address)
        assert response.status_code == 200
    shown = admin_client.get(page(stocktake))
    assert shown.text.count("<tr data-line=") == 100
    assert len(shown.context["sheet"].known) == 1400
    with django_assert_max_num_queries(24):
        response = send(admin_client, stocktake, {product.pk: 1 for product in products})
    assert response.status_code == 302
    assert stocktake.lines.filter(counted=1).count() == 1500
