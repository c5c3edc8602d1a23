"""The dock and the packing table at the same moment, each on a connection of its own."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from inventory import receiving
from inventory.models import Product, Warehouse
from tests.factories import make_purchase_order, stock
from tests.inventory.threads import at_once
from tests.orders.factories import make_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(60)]
ROUNDS = 20


def test_one_order_is_packed_while_goods_at_the_dock_leave_for_it(
    admin_user: User, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 100)
    order = make_order(warehouse, {product: 1000}, number="SO-1")
    line = order.lines.get()
    coming = make_purchase_order(warehouse, {product: 1000}, number="PO-1")
    receiving.open_order(coming)

    def worker(page: str, name: str) -> Callable[[], set[int]]:
        client = Client(raise_request_exception=False)
        client.force_login(admin_user)
        packed = json.dumps({name: "1"})

        def work() -> set[int]:
            posts = [{"key": f"{name}-{number}", "lines": packed} for number in range(ROUNDS)]
            return {client.post(page, each).status_code for each in posts}

        return work

    dock = worker(reverse("admin:orders_work_crossdock", args=[coming.pk]), f"order-{line.pk}")
    table = worker(reverse("admin:orders_work_pick", args=[order.pk]), str(line.pk))
    assert at_once([dock, table]) == [{302}, {302}]
    line.refresh_from_db()
    assert line.shipped == 2 * ROUNDS
