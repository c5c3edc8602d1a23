"""People who put away at the same moment, each on a connection of their own."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from inventory import receiving
from inventory.models import Product, Receipt, StockLevel, Warehouse
from tests.factories import make_purchase_order
from tests.inventory.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(60)]
ROUNDS = 20


def test_goods_of_two_receipts_are_put_away_beside_those_of_one(
    admin_user: User, product: Product, warehouse: Warehouse
) -> None:
    order = make_purchase_order(warehouse, {product: 1000})
    receiving.open_order(order)
    receipts = [
        receiving.receive(order, {product.pk: 100}, Receipt.Mode.STAGED, f"r-{number}")
        for number in range(2)
    ]
    lines = [str(receipt.lines.get().pk) for receipt in receipts]

    def worker(name: str, given: list[str]) -> Callable[[], set[int]]:
        client = Client(raise_request_exception=False)
        client.force_login(admin_user)
        packed = json.dumps(dict.fromkeys(given, "1"))
        page = reverse("work-put-away")

        def work() -> set[int]:
            posts = [{"key": f"{name}-{number}", "lines": packed} for number in range(ROUNDS)]
            return {client.post(page, each).status_code for each in posts}

        return work

    assert at_once([worker("both", lines), worker("second", lines[1:])]) == [{302}, {302}]
    assert StockLevel.objects.get(product=product).on_hand == 3 * ROUNDS
