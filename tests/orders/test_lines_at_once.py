"""Orders with thousands of lines: each step costs as many statements as with few."""

from __future__ import annotations

import time

import pytest

from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Warehouse
from orders import fulfilment, intake, returns
from tests.factories import make_products
from tests.inventory.answers import counting_statements
from tests.orders.factories import make_order, whole

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 5_000


def steps(number: int, warehouse: Warehouse) -> list[int]:
    """Edits, ships and takes back an order of so many lines; returns the statements of each."""
    products = make_products(number)
    ledger.receive(warehouse.pk, [(each.pk, 9) for each in products], Cause())
    order = make_order(warehouse, dict.fromkeys(products, 4))
    lines = whole(order)
    made = []
    for verb, units in ((intake.edit, 5), (fulfilment.ship, 3), (returns.take_back, 2)):
        began = time.monotonic()
        with counting_statements() as statements:
            verb(order.pk, dict.fromkeys(lines, units), cause=Cause())
        print(f"{verb.__name__} of {number}: {time.monotonic() - began:.2f} s, {len(statements)}")
        made.append(len(statements))
    assert set(order.lines.values_list("ordered", "shipped", "returned")) == {(5, 3, 2)}
    return made


def test_five_thousand_lines_take_as_many_statements_as_three(warehouse: Warehouse) -> None:
    assert steps(FEW, warehouse) == steps(MANY, warehouse)
