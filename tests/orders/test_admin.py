"""What a person does with orders in the admin reaches the ledger, and refusals are told."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from inventory.ledger import Cause
from inventory.models import Movement, Product, Warehouse
from orders import asn, fulfilment, intake
from orders.models import Asn, SalesOrder
from tests.factories import make_products, stock
from tests.orders.factories import make_draft, make_order, stock_of, whole

pytestmark = pytest.mark.django_db

MostQueries = Callable[[int], AbstractContextManager[object]]
ORDERS = "admin:orders_salesorder_changelist"
ASNS = "admin:orders_asn_changelist"
FILTERS = ["", "?status__exact=open", "?archived=no", "?holding=canceled_but_counting", "?q=SO-"]
FILTERS += ["?holding=yes", "?holding=no", "?blocked=untold", "?blocked=draft", "?source=web"]


def act(client: Client, name: str, object_id: int, **answers: object) -> Any:
    """Answer an action's dialog as its page would."""
    page = reverse(f"admin:orders_{name}", args=[object_id])
    return client.post(page, {"_form_submitted": "True", "key": "dialog-1"} | answers)


def bulk(client: Client, name: str, ids: list[int], page: str = ORDERS) -> Any:
    """Choose rows of a list and run an action."""
    return client.post(reverse(page), {"action": name, "_selected_action": ids})


def confirm(client: Client, asked: Any, **other: object) -> Any:
    """Send a preview of a bulk action as it was shown."""
    form = {name: asked.context[name] for name in ("ids", "key", "change")} | other
    return client.post(reverse("admin:orders_salesorder_chosen"), form)


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def lines_form(prefix: str, *lines: Mapping[str, object], initial: int = 0) -> dict[str, object]:
    """The fields of an inline, as a browser sends them."""
    fields: dict[str, object] = {
        f"{prefix}-TOTAL_FORMS": len(lines),
        f"{prefix}-INITIAL_FORMS": initial,
    }
    for number, line in enumerate(lines):
        fields |= {f"{prefix}-{number}-{name}": value for name, value in line.items()}
    return fields


def user_with(client: Client, *codenames: str) -> User:
    user = User.objects.create_user("mia", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def test_an_order_is_placed_by_its_form(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    line = {"product": product.pk, "warehouse": warehouse.pk, "ordered": 3}
    form = {"number": "SO-7", "source": "phone", "customer": "Ada"} | lines_form("lines", line)
    response = admin_client.post(reverse("admin:orders_salesorder_add"), form)

    assert response.status_code == 302, response.context["errors"]
    order = SalesOrder.objects.get()
    assert (order.number, order.source, order.customer) == ("SO-7", "phone", "Ada")
    assert stock_of(product, warehouse) == (0, 3)
    assert Movement.objects.get().actor == "admin"


def test_an_order_without_lines_is_not_placed(admin_client: Client) -> None:
    form = {"number": "SO-7"} | lines_form("lines")
    response = admin_client.post(reverse("admin:orders_salesorder_add"), form)

    assert "Please submit at least 1 form" in response.text
    assert not SalesOrder.objects.exists()


def edit(client: Client, order: SalesOrder, units: int, **added: object) -> Any:
    line = order.lines.get()
    form: dict[str, object] = {"source": "web", "customer": "Bo"}
    form |= lines_form("lines", {"id": line.pk, "ordered": units}, initial=1)
    form |= lines_form("lines-2", *([added] if added else [])) | lines_form("asns")
    return client.post(reverse("admin:orders_salesorder_change", args=[order.pk]), form)


def test_units_and_lines_are_edited_on_the_page(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    response = edit(admin_client, order, 6, product=product.pk, warehouse=warehouse.pk, ordered=2)

    assert response.status_code == 302
    assert stock_of(product, warehouse) == (10, 8)
    order.refresh_from_db()
    assert order.customer == "Bo"


def test_a_refused_edit_is_told_and_nothing_of_it_is_kept(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    fulfilment.ship_all([order.pk], Cause())
    response = edit(admin_client, order, 1)

    assert "MUG-1: 1 is less than the 4 already shipped" in response.text
    assert 'value="web"' in response.text
    assert stock_of(product, warehouse) == (6, 4)
    order.refresh_from_db()
    assert order.customer == ""


def test_the_page_ships_drafts_and_sends(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    line = f"line_{order.lines.get().pk}"
    for _ in range(2):
        act(admin_client, "salesorder_ship", order.pk, **{line: 4})
    assert stock_of(product, warehouse) == (6, 4)

    answers = {line: 3, "carrier": "UPS", "tracking_number": "1Z", "tracking_url": ""}
    act(admin_client, "salesorder_draft_asn", order.pk, **answers)
    assert stock_of(product, warehouse) == (6, 4)

    for _ in range(2):
        act(admin_client, "salesorder_send_asns", order.pk)
    assert stock_of(product, warehouse) == (6, 1)
    assert Asn.objects.values_list("status", "tracking_number").get() == ("sent", "1Z")

    act(admin_client, "salesorder_take_back", order.pk, **{line: 2})
    assert stock_of(product, warehouse) == (8, 1)


def test_the_page_cancels_archives_and_brings_back(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    for name, committed in [("cancel_order", 4), ("archive_order", 0), ("unarchive_order", 4)]:
        act(admin_client, f"salesorder_{name}", order.pk, key=name)
        assert stock_of(product, warehouse) == (10, committed)


def test_a_refused_step_is_told(admin_client: Client, order: SalesOrder) -> None:
    fulfilment.ship_all([order.pk], Cause())
    response = act(admin_client, "salesorder_cancel_order", order.pk)

    assert "book a return instead" in told(response)[0]


@pytest.mark.parametrize(
    ("name", "committed"),
    [("close", 8), ("cancel", 8), ("dispatch_elsewhere", 0), ("archive", 0)],
)
def test_chosen_orders_change_together(
    admin_client: Client,
    order: SalesOrder,
    product: Product,
    warehouse: Warehouse,
    name: str,
    committed: int,
) -> None:
    ids = [order.pk, make_order(warehouse, {product: 4}).pk]
    asked = bulk(admin_client, name, ids)
    assert stock_of(product, warehouse) == (10, 8)
    assert "2 orders changed." in confirm(admin_client, asked).text
    assert "Nothing changed" in confirm(admin_client, asked).text
    assert "None of the chosen orders would change" in bulk(admin_client, name, ids).text
    assert stock_of(product, warehouse) == (10, committed)


def test_chosen_orders_are_brought_back(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    intake.archive([order.pk])
    asked = bulk(admin_client, "unarchive", [order.pk])
    assert (asked.context["units"], asked.context["is_held"]) == (4, True)
    confirm(admin_client, asked)
    assert stock_of(product, warehouse) == (10, 4)


def test_a_shipped_order_among_those_to_cancel_is_skipped_with_the_reason(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    shipped = make_order(warehouse, {product: 1})
    fulfilment.ship_all([shipped.pk], Cause())
    asked = bulk(admin_client, "cancel", [order.pk, shipped.pk])
    assert "book a return instead" in asked.text
    assert (asked.context["number"], asked.context["chosen"]) == (1, 2)

    confirm(admin_client, asked)
    order.refresh_from_db()
    shipped.refresh_from_db()
    assert (order.status, shipped.status) == (SalesOrder.Status.CANCELED, SalesOrder.Status.OPEN)


def test_the_list_warns_of_canceled_orders_that_hold_stock(
    admin_client: Client, order: SalesOrder
) -> None:
    assert "still counts" not in admin_client.get(reverse(ORDERS)).text
    intake.cancel(order.pk)
    page = admin_client.get(reverse(ORDERS)).text
    assert "1 canceled order still counts 4 units" in page

    found = admin_client.get(reverse(ORDERS) + "?holding=canceled_but_counting")
    assert [found_order.pk for found_order in found.context["cl"].result_list] == [order.pk]
    intake.archive([order.pk])
    assert "still counts" not in admin_client.get(reverse(ORDERS)).text


def test_the_list_shows_ordered_shipped_and_held_units(
    admin_client: Client, order: SalesOrder
) -> None:
    line = order.lines.get()
    fulfilment.ship(order.pk, {line.pk: 3}, Cause())
    asn.send([asn.draft(order.pk, {line.pk: 1}).pk])
    (row,) = admin_client.get(reverse(ORDERS)).context["cl"].result_list

    assert row.totals._asdict().items() >= {"ordered": 4, "shipped": 3, "held": 3}.items()


def many_orders(warehouse: Warehouse) -> list[SalesOrder]:
    products = make_products(3)
    for product in products:
        stock(product, warehouse, 500)
    drafts = [make_draft(warehouse, dict.fromkeys(products, 2), source="web") for _ in range(60)]
    orders = intake.place_all(drafts, Cause())
    fulfilment.ship_all([order.pk for order in orders[:40]], Cause())
    asn.send(asn.draft_all([order.pk for order in orders[:30]])[:20])
    for order in orders[50:]:
        intake.cancel(order.pk)
    return orders


@pytest.mark.parametrize("query", FILTERS)
def test_the_order_list_costs_at_most_twelve_queries(
    admin_client: Client,
    warehouse: Warehouse,
    django_assert_max_num_queries: MostQueries,
    query: str,
) -> None:
    many_orders(warehouse)
    with django_assert_max_num_queries(12):
        page = admin_client.get(reverse(ORDERS) + query)
    assert page.status_code == 200
    assert len(page.context["cl"].result_list) >= 10


@pytest.mark.parametrize("query", ["", "?status=sent", "?q=SO-"])
def test_the_asn_list_costs_at_most_twelve_queries(
    admin_client: Client,
    warehouse: Warehouse,
    django_assert_max_num_queries: MostQueries,
    query: str,
) -> None:
    many_orders(warehouse)
    with django_assert_max_num_queries(12):
        page = admin_client.get(reverse(ASNS) + query)
    assert len(page.context["cl"].result_list) >= 20


def test_the_order_page_costs_the_same_for_one_line_and_many(
    admin_client: Client, warehouse: Warehouse, django_assert_max_num_queries: MostQueries
) -> None:
    order = make_order(warehouse, dict.fromkeys(make_products(40), 1))
    asn.draft(order.pk, whole(order))
    for end in (None, intake.archive):
        if end:
            end([order.pk])
        with django_assert_max_num_queries(25):
            page = admin_client.get(reverse("admin:orders_salesorder_change", args=[order.pk]))
        assert page.status_code == 200


def test_a_draft_asn_is_completed_and_sent(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    notice = asn.draft(order.pk, whole(order))
    page = reverse("admin:orders_asn_change", args=[notice.pk])
    form: dict[str, object] = {"carrier": "DHL", "tracking_number": "JD01", "tracking_url": ""}
    form |= lines_form("lines", {"id": notice.lines.get().pk, "quantity": 3}, initial=1)
    assert admin_client.post(page, form).status_code == 302

    for _ in range(2):
        act(admin_client, "asn_send", notice.pk)
    assert stock_of(product, warehouse) == (10, 1)
    notice.refresh_from_db()
    assert (notice.carrier, notice.status) == ("DHL", Asn.Status.SENT)

    form |= {"carrier": "UPS", "tracking_url": "https://track.example/JD01", "lines-0-quantity": 1}
    assert "carrier and tracking can still be" in admin_client.get(page).text
    assert admin_client.post(page, form).status_code == 302
    notice.refresh_from_db()
    assert (notice.carrier, notice.tracking_url) == ("UPS", "https://track.example/JD01")
    assert (notice.status, notice.lines.get().quantity) == (Asn.Status.SENT, 3)


def test_tracking_of_a_sent_asn_is_nothing_for_those_who_may_only_look(
    client: Client, order: SalesOrder
) -> None:
    notice = asn.draft(order.pk, whole(order))
    asn.send([notice.pk])
    user_with(client, "view_asn")
    page = reverse("admin:orders_asn_change", args=[notice.pk])
    assert "carrier and tracking can still be" not in client.get(page).text
    assert client.post(page, {"carrier": "UPS"}).status_code == 403
    notice.refresh_from_db()
    assert notice.carrier == ""


def test_orders_and_asns_are_never_deleted_once_they_count(
    admin_client: Client, order: SalesOrder
) -> None:
    notice = asn.draft(order.pk, whole(order))
    asn.send([notice.pk])
    for name, pk in [("salesorder", order.pk), ("asn", notice.pk)]:
        page = reverse(f"admin:orders_{name}_delete", args=[pk])
        assert admin_client.post(page, {"post": "yes"}).status_code == 403


def test_who_may_only_look_can_not_act(
    client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    user_with(client, "view_salesorder", "view_asn")
    assert client.get(reverse(ORDERS)).status_code == 200
    assert client.get(reverse("admin:orders_salesorder_add")).status_code == 403
    for name in ("ship", "cancel_order", "archive_order", "send_asns", "draft_asn"):
        assert act(client, f"salesorder_{name}", order.pk).status_code in {302, 403}
    bulk(client, "archive", [order.pk])

    order.refresh_from_db()
    assert (order.status, order.archived_at) == (SalesOrder.Status.OPEN, None)
    assert stock_of(product, warehouse) == (10, 4)


def test_who_has_no_permission_sees_nothing(client: Client) -> None:
    user_with(client)
    for page in (ORDERS, ASNS):
        assert client.get(reverse(page)).status_code == 403
