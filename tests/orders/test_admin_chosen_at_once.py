"""Chosen orders are changed while others are at work: the page always says what became of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from inventory import receiving
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from orders import changing, clearing, fulfilment, intake
from orders.changing import Change
from orders.models import SalesOrder
from tests.factories import make_products, make_purchase_order, stock
from tests.inventory.threads import at_once
from tests.orders.factories import make_order, whole


def somebody_waits() -> None:
    """Until another connection waits for a lock; ten seconds at most."""
    until = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    pytest.fail("Nobody waits.")


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_costs_the_person_who_confirms_no_page(warehouse: Warehouse) -> None:
    first, second = make_products(2)
    for product in (first, second):
        stock(product, warehouse, 20)
    purchase = make_purchase_order(warehouse, {first: 5, second: 5}, number="PO-1")
    receiving.open_order(purchase)
    to_archive = make_order(warehouse, {first: 1, second: 1}, number="SO-A")
    early = make_order(warehouse, {second: 2}, number="SO-1")
    late = make_order(warehouse, {first: 2}, number="SO-2")
    User.objects.create_superuser("boss")
    is_held = Event()

    def dock() -> None:
        """One order after the other, in one transaction."""
        with transaction.atomic():
            fulfilment.lock_orders([early.pk, late.pk])
            fulfilment.cross_dock(purchase, early.pk, whole(early), Cause(key="d:1"))
            is_held.set()
            somebody_waits()
            fulfilment.cross_dock(purchase, late.pk, whole(late), Cause(key="d:2"))

    def confirm() -> int:
        client = Client()
        client.force_login(User.objects.get())
        is_held.wait(10)
        form = {"ids": str(to_archive.pk), "key": "k", "change": "archive"}
        return client.post(reverse("admin:orders_salesorder_chosen"), form).status_code

    _, status = at_once([dock, confirm])
    assert status == 200
    assert SalesOrder.objects.get(pk=to_archive.pk).archived_at


def test_a_piece_that_the_database_gives_up_costs_no_other(
    admin_client: Client,
    order: SalesOrder,
    product: Product,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(changing, "PIECE", 1)
    monkeypatch.setattr(clearing, "PIECE", 1)
    other = make_order(warehouse, {product: 1})

    def given_up(work: Callable[..., object]) -> Callable[..., object]:
        def trying(piece: list[int], *args: object) -> object:
            if piece == [order.pk]:
                raise OperationalError("deadlock detected")
            return work(piece, *args)

        return trying

    monkeypatch.setattr(changing, "_apply", given_up(changing._apply))
    monkeypatch.setattr(clearing, "_clear", given_up(clearing._clear))
    ids = f"{order.pk},{other.pk}"
    form = {"ids": ids, "key": "k", "change": str(Change.CANCEL)}
    done = admin_client.post(reverse("admin:orders_salesorder_chosen"), form).context
    assert done["result"].number == 1
    words = "others were at work on them: choose them again"
    assert done["skipped"] == [(words, 1, str(order.pk))]

    intake.cancel(order.pk)
    done = admin_client.post(reverse("admin:orders_salesorder_clear"), form).context
    assert (done["result"].archived, done["result"].units) == (1, 1)
    assert done["skipped"] == [(words, 1, str(order.pk))]
