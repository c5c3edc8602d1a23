"""Orders that came from channels are found by the numbers that people see there and here."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from channels.models import ChannelOrder
from desk import narrowing
from orders.admin import numbered
from orders.models import SalesOrder
from tests.factories import make_product
from tests.orders.factories import make_order
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

ORDERS = "admin:orders_salesorder_changelist"
AMAZON = "302-7425798-0000001"


def came(world: World, number: str) -> SalesOrder:
    """An order of the channel, as its number is made when it is taken in."""
    name = world.channel.name
    order = make_order(
        world.warehouse, {world.products[0]: 1}, number=f"{name} {number}", source=name
    )
    ChannelOrder.objects.create(
        channel=world.channel,
        external_id=f"X-{number}",
        number=number,
        order=order,
        updated_at=order.placed_at,
    )
    return order


@pytest.fixture
def orders(world: World) -> dict[str, SalesOrder]:
    every = {number: came(world, number) for number in ("#1002", "#10021", AMAZON)}
    by_hand = make_order(world.warehouse, {world.products[0]: 1}, number="PHONE-1")
    SalesOrder.objects.filter(pk=by_hand.pk).update(customer="Anna Maria Berg")
    return {**every, "PHONE-1": by_hand}


def listed(client: Client, typed: str) -> set[str]:
    """The numbers of the orders that the list shows for what was typed."""
    page = client.get(reverse(ORDERS), {"q": typed})
    return {order.number for order in page.context["cl"].result_list}


@pytest.mark.parametrize("read", [10_000, 1], ids=["few", "many"])
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("#1002", {"#1002"}),
        ("1002", {"#1002"}),
        (" # 1002 ", {"#1002"}),
        ("corner shop #1002", {"#1002", "#10021"}),
        ("Corner shop", {"#1002", "#10021", AMAZON}),
        (AMAZON, {AMAZON}),
        (f"#{AMAZON}", {AMAZON}),
        ("phone", {"PHONE-1"}),
        ("anna maria b", {"PHONE-1"}),
        ("1003", set()),
    ],
)
def test_the_list_finds_an_order_by_the_number_that_people_see(
    admin_client: Client,
    orders: dict[str, SalesOrder],
    typed: str,
    expected: set[str],
    read: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(narrowing, "READ", read)
    assert listed(admin_client, typed) == {orders[number].number for number in expected}


def test_a_sku_that_is_an_orders_number_too_finds_both(
    admin_client: Client, orders: dict[str, SalesOrder], world: World
) -> None:
    other = make_order(world.warehouse, {make_product(sku="1002"): 1}, number="SO-9")
    assert listed(admin_client, "1002") == {orders["#1002"].number, other.number}


def test_work_finds_it_too_and_asks_which_where_two_channels_gave_one_number(
    orders: dict[str, SalesOrder], world: World
) -> None:
    client, work = Client(), reverse("work")
    client.force_login(person("wanda", group="Warehouse manager"))
    for typed in ("#1002", "1002", "corner shop #1002"):
        found = client.get(work, {"code": typed})
        assert found["Location"] == reverse("admin:orders_work_pick", args=[orders["#1002"].pk])
        queue = client.get(reverse("admin:orders_work_ship"), {"q": typed})
        assert queue["Location"] == found["Location"]
    make_order(world.warehouse, {world.products[0]: 1}, number="1002")
    assert [each.name for each in client.get(work, {"code": "#1002"}).context["choices"]] == [
        "1002",
        orders["#1002"].number,
    ]
    queue = client.get(reverse("admin:orders_work_ship"), {"q": "1002"})
    assert len(queue.context["waiting"]) == 2
    assert "Several orders have the number “1002”." in queue.text
    assert "No order and no product has the code 4711:" in client.get(work, {"code": "4711"}).text


def test_a_whole_number_is_one_statement(
    orders: dict[str, SalesOrder], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert numbered.whole("1002") == [orders["#1002"].pk]
    with django_assert_num_queries(0):
        assert numbered.whole(" # ") == []
