"""Lists that hold more than anybody reads: what they say of it, and what “all” means."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from desk import paging
from desk.paging import BoundedPaginator, FoundFirst
from inventory.models import Product, StockLevel, Warehouse
from tests.factories import make_products, make_warehouse, stock

LIST = "/admin/inventory/product/"


@pytest.fixture
def short_of_breath(monkeypatch: pytest.MonkeyPatch) -> None:
    """People read no further than 60 rows."""
    monkeypatch.setattr(paging, "READ", 60)


def test_a_list_is_counted_no_further_than_it_is_read(
    db: None, short_of_breath: None, django_assert_num_queries: object
) -> None:
    make_products(61)
    pages = BoundedPaginator(Product.objects.order_by("sku"), 50)

    assert (pages.count, pages.is_bounded, pages.told) == (60, True, "60+")
    assert pages.num_pages == 2


def test_a_list_that_is_read_whole_says_its_number(db: None, short_of_breath: None) -> None:
    make_products(60)
    pages = BoundedPaginator(Product.objects.order_by("sku"), 50)

    assert (pages.count, pages.is_bounded, pages.told) == (60, False, "60")


def test_thousands_are_grouped(db: None) -> None:
    pages = BoundedPaginator(Product.objects.none(), 50)
    pages.__dict__["_counted"] = 12_345

    assert (pages.count, pages.told) == (10_000, "10,000+")


def test_a_long_list_says_that_there_is_more_and_how_to_find_it(
    admin_client: Client, short_of_breath: None
) -> None:
    make_products(70)

    page = admin_client.get(LIST).content.decode()

    assert "60+" in page
    assert "find others by a search or a filter" in page


def test_a_short_list_does_not(admin_client: Client, short_of_breath: None) -> None:
    make_products(55)

    page = admin_client.get(LIST).content.decode()

    assert "60+" not in page
    assert "find others by a search or a filter" not in page


def test_a_page_is_found_in_its_own_table_and_joined_when_it_is_found(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "READ", 6)
    for number, product in enumerate(make_products(8)):
        stock(product, warehouse, 1 + number % 3)
    levels = StockLevel.objects.select_related("product").order_by("-on_hand", "pk")
    pages = FoundFirst(levels, 4)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        shown = [list(pages.page(number)) for number in (1, 2)]

    assert [len(page) for page in shown] == [4, 2]
    assert [*shown[0], *shown[1]] == list(levels[:6])
    assert [" JOIN " in each["sql"] for each in asked] == [False, False, True, False, True]


@pytest.mark.parametrize(
    "column",
    ["warehouse", "on_hand", "committed", "available", "incoming", "staged", "show_known"],
)
def test_stock_levels_are_sorted_by_any_column(
    admin_client: Client, warehouse: Warehouse, column: str
) -> None:
    for number, product in enumerate(make_products(30)):
        stock(product, warehouse if number % 2 else make_warehouse(), 1 + number % 7)
    address = "/admin/inventory/stocklevel/"
    number = admin_client.get(address).context["cl"].list_display.index(column)

    def pages(order: str) -> list[Any]:
        each = [admin_client.get(address, {"o": order, "p": page}) for page in (1, 2)]
        levels = [level for page in each for level in page.context["cl"].result_list]
        assert len({level.pk for level in levels}) == 30
        return [getattr(level, column.replace("show", "is")) for level in levels]

    down, up = pages(f"-{number}"), pages(str(number))

    assert up == down[::-1] if column == "warehouse" else up == sorted(up) == down[::-1]


def test_all_means_all_that_the_filters_leave_and_the_page_says_so(
    admin_client: Client, short_of_breath: None
) -> None:
    products = make_products(70)
    Product.objects.filter(pk=products[0].pk).update(is_active=False)

    unfiltered = admin_client.get(LIST).content.decode()
    filtered = admin_client.get(f"{LIST}?is_active__exact=1").content.decode()

    assert "Select all 60+ products: nothing is filtered" in unfiltered
    assert "Select all 60+ products that the search and the filters leave" in filtered

    chosen = {"action": "exclude_from_sync", "select_across": "1", "_selected_action": ["1"]}
    admin_client.post(f"{LIST}?is_active__exact=1", chosen)

    assert Product.objects.filter(is_excluded=True).count() == 69
    products[0].refresh_from_db()
    assert not products[0].is_excluded
