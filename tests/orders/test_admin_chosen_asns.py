"""Chosen ASNs are sent after a page has said what that frees, whom it tells, what it skips."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from desk import history
from inventory.ledger import Cause
from inventory.models import Movement, Product, Warehouse
from orders import asn, intake, sending
from orders.admin import asn_bulk as page
from orders.models import Asn, AsnLine, SalesOrder
from orders.sending import Skip
from tests.factories import make_products, stock
from tests.orders.factories import make_order, stock_of, whole
from tests.orders.test_admin import ASNS, bulk, told, user_with

pytestmark = pytest.mark.django_db

CHOSEN = reverse("admin:orders_asn_chosen")
MostQueries = Callable[[int], AbstractContextManager[object]]


def preview(client: Client, *asn_ids: int) -> Any:
    return bulk(client, "send_chosen", list(asn_ids), ASNS)


def confirm(client: Client, asked: Any) -> Any:
    """Send the preview as it was shown."""
    return client.post(CHOSEN, {name: asked.context[name] for name in ("ids", "key")})


def sent() -> list[int]:
    return list(
        Asn.objects.filter(status=Asn.Status.SENT).order_by("pk").values_list("pk", flat=True)
    )


def test_the_preview_says_what_is_sent_freed_and_skipped_and_sends_nothing(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    other = make_order(warehouse, {product: 3})
    first, twice = (asn.draft(order.pk, whole(order)) for _ in range(2))
    gone, empty, third = (asn.draft(other.pk, whole(other)) for _ in range(3))
    AsnLine.objects.filter(asn=empty).delete()
    asn.send([gone.pk])

    asked = preview(admin_client, first.pk, twice.pk, gone.pk, empty.pk, third.pk)

    assert (asked.context["number"], asked.context["units"]) == (1, 4)
    assert asked.context["ids"] == str(first.pk)
    assert [tuple(each) for each in asked.context["products"]] == [
        ("MUG-1", "Blue mug", "Main", 4, 1)
    ]
    assert {which: why for why, _, which in asked.context["skipped"]} == {
        f"{twice}, {third}": (
            "covers more than is left of its order: correct the quantities, or delete the draft"
        ),
        str(gone): "sent already",
        str(empty): "covers nothing: add what it covers, or delete it",
    }
    assert "Not shipped yet: 4 units." in asked.text
    assert "1 of the chosen ASNs would be sent. What it covers would no longer be" in asked.text
    assert "units would be freed" in asked.text
    assert " sent</div>" not in asked.text.replace("would be sent</div>", "")
    assert sent() == [gone.pk]
    assert stock_of(product, warehouse) == (10, 4)


def test_confirmed_twice_it_is_done_once_and_told_with_what_was_skipped(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    other = make_order(warehouse, {product: 3})
    first, second = asn.draft(order.pk, whole(order)), asn.draft(other.pk, whole(other))
    asked = preview(admin_client, first.pk, second.pk)
    assert asked.context["units"] == 7
    asn.send([second.pk])

    done = confirm(admin_client, asked)
    assert (done.context["result"].number, done.context["units"]) == (1, 4)
    assert done.context["skipped"] == [("sent already", 1, str(second))]
    assert "1 ASN sent." in done.text
    movements = Movement.objects.count()
    again = confirm(admin_client, asked)
    assert (again.context["result"].number, len(again.context["result"].skipped)) == (0, 2)
    assert "Nothing was sent" in again.text
    assert Movement.objects.count() == movements
    assert stock_of(product, warehouse) == (10, 0)
    [entry] = LogEntry.objects.filter(object_id=str(first.pk))
    assert history.told(entry) == "Sent: its units are no longer held."


def test_a_preview_sent_again_after_a_skipped_draft_was_mended_says_to_choose_it_again(
    admin_client: Client, order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    other = make_order(warehouse, {product: 3})
    first, second = asn.draft(order.pk, whole(order)), asn.draft(other.pk, whole(other))
    asked = preview(admin_client, first.pk, second.pk)
    AsnLine.objects.filter(asn=second).update(quantity=4)
    done = confirm(admin_client, asked)
    assert [which for _, _, which in done.context["skipped"]] == [str(second)]
    AsnLine.objects.filter(asn=second).update(quantity=3)

    again = confirm(admin_client, asked)

    assert again.context["skipped"] == [
        ("this page was sent before, and these were left then: choose them again", 1, str(second)),
        ("sent already", 1, str(first)),
    ]
    assert sent() == [first.pk]
    confirm(admin_client, preview(admin_client, second.pk))
    assert sent() == [first.pk, second.pk]


def test_what_an_archived_order_does_not_hold_is_not_said_to_be_freed(
    admin_client: Client, order: SalesOrder
) -> None:
    notice = asn.draft(order.pk, whole(order))
    intake.archive([order.pk])
    asked = preview(admin_client, notice.pk)
    assert (asked.context["number"], asked.context["units"], asked.context["products"]) == (
        1,
        0,
        [],
    )
    assert confirm(admin_client, asked).context["units"] == 0
    assert sent() == [notice.pk]


def test_of_more_than_a_list_shows_it_is_said_how_many_are_sent(
    admin_client: Client, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "READ", 3)
    orders = [make_order(warehouse, {product: 2}) for product in make_products(5)]
    drafts = asn.draft_all([order.pk for order in orders])
    every = {"action": "send_chosen", "select_across": "1", "_selected_action": [drafts[0]]}
    asked = admin_client.post(reverse(ASNS), every)

    assert "You chose more than 3 ASNs" in asked.text
    assert (asked.context["number"], asked.context["units"]) == (3, 6)
    confirm(admin_client, asked)
    assert sent() == sorted(drafts)[:3]


def test_what_is_foreseen_over_several_pieces_is_what_happens(
    order: SalesOrder, product: Product, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PIECE", 1)
    line = order.lines.get().pk
    drafts = [asn.draft(order.pk, {line: units}).pk for units in (3, 2, 1)]
    ids = [*drafts, 10**9]
    foreseen = sending.foresee(ids)
    assert foreseen.ids == [drafts[0], drafts[2]]
    assert [each.why for each in foreseen.skipped] == [Skip.OVER, Skip.GONE]

    done = sending.apply(ids, Cause(key="k"))

    assert (done.number, done.units) == (2, foreseen.freed.total()) == (2, 4)
    assert done.skipped == foreseen.skipped
    assert stock_of(product, warehouse) == (10, 0)


def test_a_piece_that_is_refused_or_given_up_costs_no_other(
    order: SalesOrder, product: Product, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PIECE", 1)
    orders = [order, *(make_order(warehouse, {product: 1}) for _ in range(3))]
    drafts = asn.draft_all([each.pk for each in orders])
    # The key of the second piece did something else before.
    intake.dispatch([orders[3].pk], Cause(key="k:1"))
    work = sending._apply

    def given_up(piece: list[int], *args: Any) -> object:
        if piece == [drafts[2]]:
            raise OperationalError("deadlock detected")
        return work(piece, *args)

    monkeypatch.setattr(sending, "_apply", given_up)
    done = sending.apply(drafts[:3], Cause(key="k"))
    assert (done.number, done.units) == (1, 4)
    assert [each.why for each in done.skipped] == [Skip.AGAIN, Skip.BUSY]
    assert sent() == [drafts[0]]


def test_the_preview_costs_little_more_for_a_piece_than_for_one(
    admin_client: Client, warehouse: Warehouse, django_assert_max_num_queries: MostQueries
) -> None:
    orders = []
    for product in make_products(30):
        stock(product, warehouse, 5)
        orders.append(make_order(warehouse, {product: 2}).pk)
    drafts = asn.draft_all(orders)
    with django_assert_max_num_queries(26):
        asked = preview(admin_client, *drafts)
    assert (asked.context["number"], asked.context["others"]) == (30, 10)
    assert "and 10 more" in asked.text


@pytest.mark.parametrize(
    "form", [{}, {"ids": "x,,-1", "key": "k"}, {"ids": "1", "key": "\x00"}, {"ids": "9" * 40}]
)
def test_bad_input_sends_nothing(
    admin_client: Client, order: SalesOrder, form: dict[str, str]
) -> None:
    asn.draft(order.pk, whole(order))
    assert told(admin_client.post(CHOSEN, form)) == ["Nothing was chosen: choose the ASNs again."]
    assert sent() == []


def test_who_may_not_change_asns_may_not_confirm(client: Client, order: SalesOrder) -> None:
    notice = asn.draft(order.pk, whole(order))
    user_with(client, "view_asn")
    assert client.get(CHOSEN).status_code == 403
    assert client.post(CHOSEN, {"ids": str(notice.pk), "key": "k"}).status_code == 403
    assert sent() == []
