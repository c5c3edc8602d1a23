"""Chosen orders are changed after a page has said what that frees, whom it tells, what it skips."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from desk import history
from inventory.ledger import Cause
from inventory.models import Movement, Product, Warehouse
from orders import changing, intake
from orders.admin import bulk as page
from orders.changing import Change, Skip
from orders.models import SalesOrder
from tests.factories import make_products, stock
from tests.orders.factories import make_order, stock_of
from tests.orders.test_admin import ORDERS, bulk, confirm, told, user_with

pytestmark = pytest.mark.django_db

CHOSEN = "admin:orders_salesorder_chosen"
MostQueries = Callable[[int], AbstractContextManager[object]]


def test_the_preview_says_what_would_be_freed_and_what_is_skipped(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    other = make_order(warehouse, {product: 3})
    gone = make_order(warehouse, {product: 1}, number="SO-GONE")
    intake.archive([gone.pk])
    asked = bulk(admin_client, "archive", [order.pk, other.pk, gone.pk])

    assert (asked.context["number"], asked.context["units"]) == (2, 7)
    assert [tuple(each) for each in asked.context["products"]] == [
        ("MUG-1", "Blue mug", "Main", 7, 2)
    ]
    assert asked.context["skipped"] == [("like that already", 1, "SO-GONE")]
    assert stock_of(product, warehouse) == (10, 7)


def test_what_changed_meanwhile_is_skipped_and_told(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    other = make_order(warehouse, {product: 3}, number="SO-2")
    asked = bulk(admin_client, "dispatch_elsewhere", [order.pk, other.pk])
    intake.dispatch([other.pk])
    done = confirm(admin_client, asked)

    assert (done.context["result"].number, done.context["units"]) == (1, 4)
    assert done.context["skipped"] == [("like that already", 1, "SO-2")]
    movements = Movement.objects.count()
    again = confirm(admin_client, asked).context["result"]
    assert (again.number, len(again.skipped), Movement.objects.count()) == (0, 2, movements)
    assert stock_of(product, warehouse) == (10, 0)


def test_of_more_than_a_list_shows_it_is_said_how_many_are_changed(
    admin_client: Client, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "READ", 3)
    for product in make_products(5):
        make_order(warehouse, {product: 2})
    every = {"action": "archive", "select_across": "1", "_selected_action": [1]}
    asked = admin_client.post(reverse(ORDERS), every)

    assert "You chose more than 3 orders" in asked.text
    assert (asked.context["number"], asked.context["units"]) == (3, 6)
    confirm(admin_client, asked)
    assert SalesOrder.objects.exclude(archived_at=None).count() == 3


def test_a_refused_piece_costs_no_other(
    monkeypatch: pytest.MonkeyPatch, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    monkeypatch.setattr(changing, "PIECE", 1)
    other, third = (make_order(warehouse, {product: units}) for units in (2, 1))
    # The key of the second piece did something else before.
    intake.dispatch([third.pk], Cause(key="k:1"))
    result = changing.apply([order.pk, other.pk, 10**9], Change.ARCHIVE, Cause(key="k"))

    assert (result.number, result.units) == (1, 4)
    assert [each.why for each in result.skipped] == [Skip.AGAIN, Skip.GONE]


def test_what_is_foreseen_is_what_happens(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    other = make_order(warehouse, {product: 3})
    ids = [order.pk, other.pk]
    intake.dispatch([other.pk])
    for change in [Change.CANCEL, Change.ARCHIVE, Change.UNARCHIVE, Change.DISPATCH, Change.CLOSE]:
        foreseen = changing.foresee(ids, change)
        done = changing.apply(ids, change, Cause(key=f"try-{change}"))
        assert (done.number, done.units) == (len(foreseen.ids), sum(foreseen.freed.values()))
        assert done.skipped == foreseen.skipped


def test_the_preview_costs_little_more_for_a_piece_than_for_one(
    admin_client: Client, warehouse: Warehouse, django_assert_max_num_queries: MostQueries
) -> None:
    products = make_products(30)
    ids = []
    for product in products:
        stock(product, warehouse, 5)
        ids.append(make_order(warehouse, {product: 2}).pk)
    with django_assert_max_num_queries(26):
        asked = bulk(admin_client, "archive", ids)
    assert (asked.context["number"], asked.context["others"]) == (30, 10)
    assert "and 10 more" in asked.text


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"ids": "x,,-1", "key": "k", "change": "archive"},
        {"ids": "1" * 40, "key": "\x00", "change": "archive"},
        {"ids": "1", "change": "archive"},
        {"ids": "1", "key": "k", "change": "explode"},
    ],
)
def test_bad_input_changes_nothing(
    admin_client: Client, order: SalesOrder, form: dict[str, str]
) -> None:
    response = admin_client.post(reverse(CHOSEN), form)
    assert told(response) == ["Nothing was chosen: choose the orders again."]
    assert not SalesOrder.objects.exclude(archived_at=None).exists()


def test_who_may_not_change_orders_may_not_confirm(client: Client, order: SalesOrder) -> None:
    user_with(client, "view_salesorder")
    form = {"ids": str(order.pk), "key": "k", "change": "archive"}
    assert client.get(reverse(CHOSEN)).status_code == 403
    assert client.post(reverse(CHOSEN), form).status_code == 403
    assert not SalesOrder.objects.exclude(archived_at=None).exists()


STEPS = [("close", "Closed"), ("cancel", "Canceled"), ("dispatch_elsewhere", "Marked as")]
STEPS += [("archive", "Archived"), ("unarchive", "Brought back")]


@pytest.mark.parametrize(("name", "said"), STEPS)
def test_the_history_of_an_order_tells_once_who_changed_it_with_others(
    admin_client: Client, order: SalesOrder, name: str, said: str
) -> None:
    if name == "unarchive":
        intake.archive([order.pk])
    asked = bulk(admin_client, name, [order.pk])
    for _ in range(2):
        confirm(admin_client, asked)
    [entry] = LogEntry.objects.filter(object_id=str(order.pk))
    assert history.told(entry).startswith(said)
    assert entry.user.get_username() == "admin"


def test_so_does_that_of_canceled_orders_that_are_archived_by_the_banner(
    admin_client: Client, order: SalesOrder
) -> None:
    intake.cancel(order.pk)
    form = {"ids": str(order.pk), "key": "k"}
    admin_client.post(reverse("admin:orders_salesorder_clear"), form)
    [entry] = LogEntry.objects.filter(object_id=str(order.pk))
    assert history.told(entry) == "Archived: it holds nothing."


def test_the_history_of_many_costs_no_more_than_of_two(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    def cost(number: int) -> int:
        orders = [make_order(warehouse, {product: 1}).pk for _ in range(number)]
        asked = bulk(admin_client, "close", orders)
        with CaptureQueriesContext(connection) as made:
            confirm(admin_client, asked)
        assert LogEntry.objects.filter(object_id__in=orders).count() == number
        return len(made)

    cost(2)  # warm
    assert cost(12) == cost(2)
