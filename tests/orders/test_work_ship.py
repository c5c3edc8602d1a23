"""At the packing table: the queue, the sheet that ships, the ASN that follows."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import Product, Warehouse
from orders import asn, intake
from orders.models import Asn, SalesOrder
from tests.factories import make_products, make_warehouse, stock
from tests.orders.factories import make_order, stock_of, whole
from tests.orders.test_admin import user_with

pytestmark = pytest.mark.django_db

MostQueries = Callable[[int], AbstractContextManager[object]]
QUEUE = "admin:orders_work_ship"


def page(name: str, order: SalesOrder) -> str:
    return reverse(f"admin:orders_work_{name}", args=[order.pk])


def line_of(order: SalesOrder) -> str:
    return f"line_{order.lines.get().pk}"


def numbers(client: Client, query: str = "") -> list[str]:
    shown = client.get(reverse(QUEUE) + query)
    return [each.order.number for each in shown.context["waiting"]]


def test_whole_orders_come_first_then_the_oldest(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    make_order(warehouse, {product: 30}, number="SO-2")
    make_order(warehouse, {product: 5}, number="SO-3")
    for pk, act in [(4, intake.cancel), (5, None), (6, None)]:
        made = make_order(warehouse, {product: 1}, number=f"SO-{pk}")
        if act:
            act(made.pk)
    intake.archive([SalesOrder.objects.get(number="SO-5").pk])
    intake.await_payment([SalesOrder.objects.get(number="SO-6").pk], is_unpaid=True)
    assert numbers(admin_client) == ["SO-1", "SO-3", "SO-2"]
    assert numbers(admin_client, "?q=so-") == ["SO-1", "SO-3", "SO-2"]
    for typed in ("SO-2", "so-2"):
        found = admin_client.get(reverse(QUEUE) + f"?q={typed}")
        assert (found.status_code, found["Location"]) == (
            302,
            page("pick", SalesOrder.objects.get(number="SO-2")),
        )
    assert numbers(admin_client, "?q=" + "9" * 90) == []


def test_what_was_scanned_is_shipped_once_and_the_rest_waits(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    for _ in range(2):
        done = admin_client.post(page("pick", order), {"key": "k", line_of(order): "3"})
        assert done.status_code == 302
        assert done["Location"] == page("notify", order) + "?sent=k"
    assert stock_of(product, warehouse) == (7, 4)
    lookup = admin_client.get(page("pick_lookup", order), {"sent": "k"}).json()
    assert lookup == {"isSent": True}
    assert numbers(admin_client) == ["SO-1"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"key": "k", "*": "5"}, "4 left to ship"),
        ({"key": "k", "*": "-1"}, "no number of units"),
        ({"key": "k", "*": "1000000000000"}, "no number of units"),
        ({"key": "k", "*": "two"}, "no number of units"),
        ({"key": "k"}, "Nothing was picked"),
        ({"key": "k", "line_99999999": "1"}, "no such line"),
        ({"key": "k", "line_x": "1"}, "load the page again"),
    ],
)
def test_what_can_not_be_shipped_is_said_and_nothing_typed_is_lost(
    admin_client: Client, order: SalesOrder, typed: dict[str, str], said: str
) -> None:
    form = {name.replace("*", line_of(order)): value for name, value in typed.items()}
    refused = admin_client.post(page("pick", order), form)
    assert refused.status_code == 200
    assert said in refused.context["sheet"].error
    if "*" in typed:
        assert refused.context["sheet"].lines[0].now == typed["*"]
    assert order.lines.get().shipped == 0


def test_a_foreign_product_is_named_and_an_order_without_key_is_loaded_again(
    admin_client: Client, order: SalesOrder
) -> None:
    other = make_products(1)[0]
    answer = admin_client.get(page("pick_lookup", order), {"code": other.sku}).json()
    assert "is not on order SO-1" in answer["refused"]
    assert "refused" in admin_client.get(page("pick_lookup", order), {"code": " "}).json()
    assert admin_client.post(page("pick", order), {line_of(order): "1"}).status_code == 302
    assert admin_client.get(reverse("admin:orders_work_pick", args=[10**18])).status_code == 404
    assert admin_client.get(reverse("admin:orders_work_pick", args=[10**30])).status_code == 404


def test_a_canceled_order_says_why_it_is_not_shipped(
    admin_client: Client, order: SalesOrder
) -> None:
    intake.cancel(order.pk)
    assert "canceled or archived" in admin_client.get(page("pick", order)).text
    refused = admin_client.post(page("pick", order), {"key": "k", line_of(order): "1"})
    assert "canceled or archived" in refused.context["sheet"].error


def test_the_asn_covers_what_was_shipped_and_is_sent_once(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    admin_client.post(page("pick", order), {"key": "k", line_of(order): "3"})
    shown = admin_client.get(page("notify", order))
    assert (shown.context["freed"], shown.context["warning"]) == (3, "")
    form = {"key": "n", line_of(order): "3", "tracking_number": "1Z", "carrier": "UPS"}
    for _ in range(2):
        assert admin_client.post(page("notify", order), form).status_code == 302
    notice = Asn.objects.get()
    assert (notice.status, notice.carrier, notice.tracking_number) == ("sent", "UPS", "1Z")
    assert stock_of(product, warehouse) == (7, 1)


def test_after_shipping_it_is_said_that_the_units_count_twice_until_the_asn_is_sent(
    admin_client: Client, order: SalesOrder
) -> None:
    admin_client.post(page("pick", order), {"key": "k", line_of(order): "3"})
    shown = admin_client.get(page("notify", order)).text
    assert "Until the ASN is sent these 3 units count twice" in shown
    assert "Channels are told up to 3 fewer." in shown
    queue = admin_client.get(reverse(QUEUE))
    assert queue.context["untold"]["rows"] == [(order, 3, page("notify", order))]
    assert queue.context["untold"]["figure"] == "1"

    form = {"key": "n", line_of(order): "3", "tracking_number": "1Z"}
    admin_client.post(page("notify", order), form)
    assert "count twice" not in admin_client.get(page("notify", order)).text
    assert admin_client.get(reverse(QUEUE)).context["untold"]["rows"] == []


def test_only_what_the_shelf_has_now_is_all_on_the_shelf(
    admin_client: Client, product: Product
) -> None:
    place = make_warehouse(can_go_negative=True)
    make_order(place, {product: 5}, number="SO-7")
    (waiting,) = admin_client.get(reverse(QUEUE)).context["waiting"]
    assert [(short.on_hand, short.needed) for short in waiting.short] == [(0, 5)]
    stock(product, place, 5)
    (waiting,) = admin_client.get(reverse(QUEUE)).context["waiting"]
    assert waiting.short == ()
    assert "all on the shelf" in admin_client.get(reverse(QUEUE)).text


def test_sending_before_shipping_is_loud_and_asks_twice(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    form = {"key": "n", line_of(order): "4", "tracking_number": "1Z"}
    asked = admin_client.post(page("notify", order), form)
    assert "Not shipped yet: 4 units." in asked.context["warning"]
    assert 'value="1Z"' in asked.text
    assert not Asn.objects.exists()
    assert admin_client.post(page("notify", order), form | {"is_meant": "on"}).status_code == 302
    assert stock_of(product, warehouse) == (10, 0)


def test_a_draft_is_completed_and_sent(admin_client: Client, order: SalesOrder) -> None:
    notice = asn.draft(order.pk, whole(order), asn.Tracking(carrier="DHL"))
    shown = admin_client.get(page("notify", order))
    assert shown.context["form"].initial["carrier"] == "DHL"
    form = {"key": "n", "tracking_number": "JD", "carrier": "DHL", "is_meant": "on"}
    assert admin_client.post(page("notify", order), form).status_code == 302
    notice.refresh_from_db()
    assert (notice.status, notice.tracking_number) == ("sent", "JD")


@pytest.mark.parametrize(
    "typed",
    [
        {"key": "n"},
        {"key": "", "*": "1"},
        {"key": "n", "*": "5"},
        {"key": "n", "*": "x"},
        {"key": "n", "*": "1", "tracking_number": "\x00"},
        {"key": "n" * 99, "*": "1"},
        {"key": "\x00", "*": "1"},
        {"key": "n", "*": "1", "tracking_url": "no address"},
    ],
)
def test_bad_input_sends_nothing(
    admin_client: Client, order: SalesOrder, typed: dict[str, Any]
) -> None:
    form = {name.replace("*", line_of(order)): value for name, value in typed.items()}
    assert admin_client.post(page("notify", order), form).status_code == 200
    assert not Asn.objects.exists()


def test_each_page_asks_for_its_permission(client: Client, order: SalesOrder) -> None:
    user_with(client, "view_salesorder", "change_salesorder")
    for address in (reverse(QUEUE), page("pick", order), page("notify", order)):
        assert client.get(address).status_code == 403
        assert client.post(address, {"key": "k", line_of(order): "1"}).status_code == 403
    assert order.lines.get().shipped == 0


def test_the_pages_cost_the_same_for_few_and_many(
    admin_client: Client, warehouse: Warehouse, django_assert_max_num_queries: MostQueries
) -> None:
    products = make_products(20)
    for product in products:
        stock(product, warehouse, 1)
    orders = [make_order(warehouse, dict.fromkeys(products, 2)) for _ in range(10)]
    for address in (reverse(QUEUE), page("pick", orders[0])):
        with django_assert_max_num_queries(10):
            assert admin_client.get(address).status_code == 200
    with django_assert_max_num_queries(20):
        assert admin_client.get(page("notify", orders[0])).status_code == 200
