"""Canceled orders that still count are archived together: seen first, then done, then told."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from inventory.ledger import Cause
from inventory.models import Movement, Product, Warehouse
from orders import clearing, intake
from orders.models import SalesOrder
from tests.factories import make_products
from tests.orders.factories import make_order, stock_of
from tests.orders.test_admin import user_with

pytestmark = pytest.mark.django_db

CLEAR = "admin:orders_salesorder_clear"
MostQueries = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
def canceled(order: SalesOrder, product: Product, warehouse: Warehouse) -> list[SalesOrder]:
    """Three canceled orders that count 4, 2 and 1; a fourth is open."""
    orders = [order, *(make_order(warehouse, {product: units}) for units in (2, 1))]
    for each in orders:
        intake.cancel(each.pk)
    make_order(warehouse, {product: 3}, number="SO-OPEN")
    return orders


def test_the_preview_says_what_would_be_freed_and_changes_nothing(
    admin_client: Client, canceled: list[SalesOrder], product: Product, warehouse: Warehouse
) -> None:
    page = admin_client.get(reverse(CLEAR))
    assert (page.context["number"], page.context["freed"]) == (3, 7)
    assert [tuple(each) for each in page.context["products"]] == [
        ("MUG-1", "Blue mug", "Main", 7, 3)
    ]
    assert "Archive 3 orders" in page.text
    assert stock_of(product, warehouse) == (10, 10)


def test_what_was_seen_is_archived_and_told_and_doing_it_twice_does_it_once(
    admin_client: Client, canceled: list[SalesOrder], product: Product, warehouse: Warehouse
) -> None:
    page = admin_client.get(reverse(CLEAR))
    form = {"ids": page.context["ids"], "key": page.context["key"]}
    intake.restore([canceled[2].pk])
    intake.archive([canceled[1].pk])

    result = admin_client.post(reverse(CLEAR), form).context
    assert (result["result"].archived, result["result"].units) == (1, 4)
    assert {why for why, _number, _which in result["skipped"]} == {
        "archived already",
        "not canceled any more: the order is wanted again",
    }
    assert stock_of(product, warehouse) == (10, 4)
    movements = Movement.objects.count()
    again = admin_client.post(reverse(CLEAR), form).context
    assert (again["result"].archived, len(again["result"].skipped)) == (0, 3)
    assert Movement.objects.count() == movements


def test_many_are_archived_in_pieces_and_a_refused_piece_costs_no_other(
    monkeypatch: pytest.MonkeyPatch, canceled: list[SalesOrder], order: SalesOrder
) -> None:
    monkeypatch.setattr(clearing, "PIECE", 1)
    # The key of the second piece did something else before.
    intake.dispatch([SalesOrder.objects.get(number="SO-OPEN").pk], Cause(key="k:1"))
    result = clearing.clear([each.pk for each in canceled] + [10**9], Cause(key="k"))
    assert (result.archived, result.units) == (2, 5)
    assert [why for _number, why, _words in result.skipped] == ["refused", "gone"]


@pytest.mark.parametrize(
    "form", [{}, {"ids": "x,,-1", "key": "k"}, {"ids": "1" * 40, "key": "\x00"}, {"ids": "1"}]
)
def test_bad_input_archives_nothing(
    admin_client: Client, canceled: list[SalesOrder], form: dict[str, str]
) -> None:
    assert admin_client.post(reverse(CLEAR), form).status_code == 302
    assert not SalesOrder.objects.exclude(archived_at=None).exists()


def test_who_may_not_change_orders_may_not_archive_them(
    client: Client, canceled: list[SalesOrder]
) -> None:
    user = user_with(client, "view_salesorder")
    assert reverse(CLEAR) not in client.get(reverse("admin:orders_salesorder_changelist")).text
    form = {"ids": str(canceled[0].pk), "key": "k"}
    assert client.get(reverse(CLEAR)).status_code == 403
    assert client.post(reverse(CLEAR), form).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="change_salesorder"))
    assert client.post(reverse(CLEAR), form).status_code == 200


def test_the_preview_costs_the_same_for_one_order_and_many(
    admin_client: Client, warehouse: Warehouse, django_assert_max_num_queries: MostQueries
) -> None:
    for product in make_products(30):
        intake.cancel(make_order(warehouse, {product: 2}).pk)
    with django_assert_max_num_queries(25):
        page = admin_client.get(reverse(CLEAR))
    assert (page.context["number"], len(page.context["products"])) == (30, 20)
