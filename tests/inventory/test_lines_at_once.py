"""Documents with thousands of lines: each step costs as many statements as with few."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import connection, transaction

from inventory import counting, receiving
from inventory.lines import Cause, Line
from inventory.models import Product, PurchaseOrder, Reason, Receipt, State, StockLevel, Warehouse
from inventory.posting import post
from tests.factories import make_products
from tests.inventory.answers import counting_statements

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 10_000


@contextmanager
def timed(what: str) -> Iterator[list[str]]:
    began = time.monotonic()
    with counting_statements() as made:
        yield made
    print(f"{what}: {time.monotonic() - began:.2f} s, {len(made)} statements")


def count(products: list[Product], warehouse: Warehouse) -> list[int]:
    """Counts them twice and closes; returns the statements of each step."""
    stocktake = counting.open(warehouse, [each.pk for each in products])
    counted = {each.pk: position for position, each in enumerate(products)}
    with timed(f"{len(products)} recorded") as recorded:
        counting.record(stocktake, counted, "ana")
    with timed(f"{len(products)} recorded again") as again:
        counting.record(stocktake, dict.fromkeys(counted, 7), "bob")
    lines = stocktake.lines.values_list("expected", "counted", "counted_by")
    assert set(lines) == {(0, 7, "bob")}
    assert not stocktake.lines.filter(counted_at=None).exists()
    with timed(f"{len(products)} closed") as closed:
        assert counting.close(stocktake)
    levels = StockLevel.objects.filter(product__in=counted)
    assert set(levels.values_list("on_hand", "is_known")) == {(7, True)}
    return [len(recorded), len(again), len(closed)]


def receive(products: list[Product], warehouse: Warehouse) -> list[int]:
    """Receives them in two parts and puts them away; returns the statements of each step."""
    order = PurchaseOrder.objects.create(number=f"PO-{len(products)}", warehouse=warehouse)
    order.lines.bulk_create(
        order.lines.model(purchase_order=order, product=each, ordered=5) for each in products
    )
    receiving.open_order(order)
    two, three = ({each.pk: units for each in products} for units in (2, 3))
    with timed(f"{len(products)} received") as received:
        receiving.receive(order, two, Receipt.Mode.DIRECT, f"{order.number} direct")
    assert set(order.lines.values_list("received", flat=True)) == {2}
    assert order.status == "open"
    receipt = receiving.receive(order, three, Receipt.Mode.STAGED, f"{order.number} staged")
    assert set(order.lines.values_list("received", flat=True)) == {5}
    assert order.status == "closed"
    with timed(f"{len(products)} put away") as put_away:
        assert receiving.put_away(receipt, three, f"{order.number} shelves")
    assert set(receipt.lines.values_list("put_away", flat=True)) == {3}
    assert not receiving.put_away(receipt, three, f"{order.number} shelves")
    levels = StockLevel.objects.filter(product__in=two)
    assert set(levels.values_list("on_hand", "incoming", "staged")) == {(5, 0, 0)}
    return [len(received), len(put_away)]


@pytest.fixture
def _taken_for_empty(warehouse: Warehouse) -> None:
    """The planner's statistics are from before: many rows came and were rolled back, so it takes
    the tables for pages without rows. A plan that compares each line with each takes a minute."""
    with suppress(Rejected), transaction.atomic():
        products = make_products(MANY)
        lines = [Line(each.pk, warehouse.pk, State.ON_HAND, 1) for each in products]
        post(lines, Reason.OPENING, Cause())
        raise Rejected
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inventory_product, inventory_stocklevel")
        cursor.execute("SET LOCAL statement_timeout = '30s'")


class Rejected(Exception):  # noqa: N818 - it is what a refused import does
    """Takes back all that came."""


@pytest.mark.usefixtures("_taken_for_empty")
@pytest.mark.parametrize("step", [count, receive])
def test_ten_thousand_lines_take_as_many_statements_as_three(
    step: Callable[[list[Product], Warehouse], list[int]], warehouse: Warehouse
) -> None:
    few = step(make_products(FEW), warehouse)
    assert step(make_products(MANY), warehouse) == few


def test_what_moved_after_a_count_is_looked_up_by_level(warehouse: Warehouse) -> None:
    """Also where the planner takes the ledger for empty: never by number alone, or all at once."""
    stocktake = counting.open(warehouse, [each.pk for each in make_products(FEW)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inventory_movement, inventory_stocktakeline")
    plan = counting.needing_recount(stocktake).explain()
    [lookup] = [line for line in plan.splitlines() if "Index Cond" in line and "ROW(" in line]
    assert "movement_by_level" in plan
    assert "product_id = " in lookup
