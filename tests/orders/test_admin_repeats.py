"""Buttons pressed twice, by the wrong people, or while somebody else presses another one."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from inventory.models import Movement, Product, Warehouse
from orders import asn, intake
from orders.admin.asn import AsnAdmin
from orders.models import Asn, AsnLine, SalesOrder
from tests.inventory.threads import at_once
from tests.orders.factories import make_order, stock_of, whole
from tests.orders.test_admin import ASNS, ORDERS, act, lines_form, told, user_with

pytestmark = pytest.mark.django_db

SEES_AND_EDITS = ["view_salesorder", "change_salesorder", "view_asn"]


def line_of(order: SalesOrder) -> str:
    return f"line_{order.lines.get().pk}"


@pytest.mark.parametrize(
    ("name", "codename"),
    [("ship", "add_movement"), ("draft_asn", "add_asn"), ("send_asns", "change_asn")],
)
def test_a_step_needs_its_own_permission(
    client: Client, order: SalesOrder, name: str, codename: str
) -> None:
    def state() -> object:
        statuses = list(Asn.objects.order_by("pk").values_list("status", flat=True))
        return order.lines.get().shipped, statuses

    asn.draft(order.pk, {order.lines.get().pk: 1})
    before = state()
    answers = {line_of(order): 1, "carrier": ""}
    user = user_with(client, *SEES_AND_EDITS)
    assert act(client, f"salesorder_{name}", order.pk, **answers).status_code == 403
    assert state() == before
    user.delete()

    user_with(client, *SEES_AND_EDITS, codename)
    act(client, f"salesorder_{name}", order.pk, **answers)
    assert state() != before


def test_a_step_without_permission_is_not_offered(client: Client, order: SalesOrder) -> None:
    user_with(client, *SEES_AND_EDITS)
    page = client.get(reverse("admin:orders_salesorder_change", args=[order.pk])).text

    assert reverse("admin:orders_salesorder_archive_order", args=[order.pk]) in page
    for name in ("ship", "draft_asn", "send_asns", "take_back"):
        assert reverse(f"admin:orders_salesorder_{name}", args=[order.pk]) not in page


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ship", "4 units shipped."),
        ("draft_asn", None),
        ("cancel_order", "Canceled. It holds its units until it is archived."),
        ("archive_order", "Archived: it holds nothing."),
    ],
)
def test_a_second_click_is_told_and_changes_nothing(
    admin_client: Client, order: SalesOrder, name: str, said: str | None
) -> None:
    answers = {line_of(order): 4, "carrier": "UPS"}
    for _ in range(2):
        response = act(admin_client, f"salesorder_{name}", order.pk, **answers)

    said = said or f"{Asn.objects.get()} drafted."
    assert told(response) == [said, "Already done."]
    of_order = LogEntry.objects.filter(content_type__model="salesorder")
    assert of_order.count() == 1


@pytest.mark.parametrize("name", ["ship", "draft_asn"])
def test_another_answer_under_the_same_key_is_refused_and_nothing_is_lost(
    admin_client: Client, order: SalesOrder, name: str
) -> None:
    """The answer to the first got lost; the page was open, its numbers were corrected and sent."""
    step, field = f"salesorder_{name}", line_of(order)
    act(admin_client, step, order.pk, **{field: 1, "carrier": "UPS"})
    refused = act(admin_client, step, order.pk, **{field: 2, "carrier": "DHL"})

    assert refused.status_code == 200
    assert "was sent from this page before" in refused.text
    form = refused.context["form"]
    assert form[field].value() == "2"
    assert "carrier" not in form.fields or form["carrier"].value() == "DHL"
    done = [*Movement.objects.filter(reason="ship").values_list("delta", flat=True)]
    done += AsnLine.objects.values_list("quantity", flat=True)
    assert [abs(units) for units in done] == [1]

    act(admin_client, step, order.pk, **{field: 2, "carrier": "DHL", "key": form["key"].value()})
    done = [*Movement.objects.filter(reason="ship").values_list("delta", flat=True)]
    done += AsnLine.objects.values_list("quantity", flat=True)
    assert sorted(abs(units) for units in done) == [1, 2]


def test_a_repeat_is_told_even_when_nothing_is_left_to_ask(
    admin_client: Client, order: SalesOrder
) -> None:
    for _ in range(2):
        response = act(admin_client, "salesorder_ship", order.pk, **{line_of(order): 4})
    assert told(response) == ["4 units shipped.", "Already done."]


def test_two_clicks_at_once_with_other_numbers_ship_once(
    order: SalesOrder, admin_client: Client, transactional_db: None
) -> None:
    line = line_of(order)
    clicks = [
        lambda units=units: act(admin_client, "salesorder_ship", order.pk, **{line: units})
        for units in (1, 2, 3)
    ]
    at_once(clicks)

    assert Movement.objects.filter(reason="ship").count() == 1


def test_two_clicks_at_once_draft_one_asn(
    order: SalesOrder, admin_client: Client, transactional_db: None
) -> None:
    line = line_of(order)

    def click() -> HttpResponse:
        answers = {line: 2, "carrier": "UPS"}
        response: HttpResponse = act(admin_client, "salesorder_draft_asn", order.pk, **answers)
        return response

    at_once([click] * 3)

    assert AsnLine.objects.values_list("quantity", flat=True).get() == 2


def test_another_answer_drafts_another_asn_over_what_is_left(
    admin_client: Client, order: SalesOrder
) -> None:
    first = act(admin_client, "salesorder_draft_asn", order.pk, **{line_of(order): 3, "key": "a"})
    assert first.status_code == 302
    page = reverse("admin:orders_salesorder_draft_asn", args=[order.pk])
    assert "(1 left)" in admin_client.get(page).text

    act(admin_client, "salesorder_draft_asn", order.pk, **{line_of(order): 1, "key": "b"})
    assert "left)" not in admin_client.get(page).text
    assert list(AsnLine.objects.values_list("quantity", flat=True)) == [3, 1]


def test_sending_without_a_draft_says_what_to_do(admin_client: Client, order: SalesOrder) -> None:
    response = act(admin_client, "salesorder_send_asns", order.pk)

    assert told(response) == ["There is no ASN to send: draft one first."]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], object]], None]:
    """Let something happen on another connection just before a method of the page runs."""

    def install(method: str, happens: Callable[[], object]) -> None:
        real = getattr(AsnAdmin, method)

        def between(self: AsnAdmin, *args: object) -> object:
            at_once([happens])
            return real(self, *args)

        monkeypatch.setattr(AsnAdmin, method, between)

    return install


@pytest.mark.django_db(transaction=True)
def test_lines_of_an_asn_sent_meanwhile_stay_as_they_were_sent(
    admin_client: Client, order: SalesOrder, meanwhile: Callable[..., None]
) -> None:
    notice = asn.draft(order.pk, whole(order))
    meanwhile("save_model", lambda: asn.send([notice.pk]))
    form: dict[str, object] = {"carrier": "DHL", "tracking_number": "", "tracking_url": ""}
    form |= lines_form("lines", {"id": notice.lines.get().pk, "quantity": 2}, initial=1)

    response = admin_client.post(reverse("admin:orders_asn_change", args=[notice.pk]), form)

    assert told(response) == [f"{notice} was sent or deleted meanwhile: nothing was changed."]
    assert notice.lines.get().quantity == order.lines.get().notified == 4


@pytest.mark.django_db(transaction=True)
def test_an_asn_sent_meanwhile_is_not_deleted(
    admin_client: Client, order: SalesOrder, meanwhile: Callable[..., None]
) -> None:
    notice = asn.draft(order.pk, whole(order))
    meanwhile("delete_model", lambda: asn.send([notice.pk]))
    page = reverse("admin:orders_asn_delete", args=[notice.pk])

    response = admin_client.post(page, {"post": "yes"})

    assert "was sent or deleted meanwhile" in told(response)[0]
    assert Asn.objects.get().status == Asn.Status.SENT


def test_a_draft_is_deleted(admin_client: Client, order: SalesOrder) -> None:
    notice = asn.draft(order.pk, whole(order))
    admin_client.post(reverse("admin:orders_asn_delete", args=[notice.pk]), {"post": "yes"})

    assert not Asn.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-13-45", "99999-01-01", "x"])
@pytest.mark.parametrize(("page", "field"), [(ORDERS, "placed_at"), (ASNS, "sent_at")])
def test_absurd_days_are_no_error_of_ours(
    admin_client: Client, order: SalesOrder, page: str, field: str, day: str
) -> None:
    for query in (f"{field}_from_0={day}", f"{field}_to_0={day}", f"{field}__year={day}"):
        assert admin_client.get(f"{reverse(page)}?{query}").status_code in {200, 302}


def test_an_asn_is_found_by_its_number_and_linked_from_its_order(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    notice, _other = (
        asn.draft(made.pk, whole(made))
        for made in (order, make_order(warehouse, {product: 1}, number="SO-X"))
    )
    for term in (f"ASN-{notice.pk}", f" asn-{notice.pk} ", f"{notice.pk}"):
        found = admin_client.get(reverse(ASNS), {"q": term}).context["cl"].result_list
        assert notice in list(found), term
    page = admin_client.get(reverse("admin:orders_salesorder_change", args=[order.pk])).text
    assert f'href="{reverse("admin:orders_asn_change", args=[notice.pk])}">{notice}</a>' in page


def test_a_quantity_beyond_reason_is_asked_again(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    line = {"product": product.pk, "warehouse": warehouse.pk, "ordered": 1_000_000_001}
    form = {"number": "SO-7", "source": "", "customer": ""} | lines_form("lines", line)
    response = admin_client.post(reverse("admin:orders_salesorder_add"), form)

    assert "less than or equal to 1000000000" in response.text
    assert not SalesOrder.objects.exists()


def test_canceled_orders_keep_their_units_when_the_button_is_pressed_twice(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    intake.cancel(order.pk)
    response = act(admin_client, "salesorder_cancel_order", order.pk)

    assert told(response) == ["Already done."]
    assert stock_of(product, warehouse) == (10, 4)
