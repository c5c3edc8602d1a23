"""Stocktakes: a variance is posted only against stock that stood still since it was counted."""

from collections.abc import Callable
from functools import partial

import pytest
from pytest_django import DjangoAssertNumQueries

from inventory import counting, ledger
from inventory.errors import InvalidLines, NotCounted, RecountRequired, WrongState
from inventory.ledger import Cause
from inventory.models import Movement, Product, Reason, StockLevel, Stocktake, Warehouse
from tests.factories import make_product, make_products, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def stocktake(product: Product, warehouse: Warehouse) -> Stocktake:
    stock(product, warehouse, 10)
    return counting.open(warehouse, [product.pk], "ana")


def test_the_expectation_is_frozen_when_counting_starts(
    stocktake: Stocktake, product: Product, warehouse: Warehouse
) -> None:
    ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())

    assert stocktake.lines.get().expected == 10


def test_closing_posts_the_variance_under_the_stocktakes_number(
    stocktake: Stocktake, product: Product
) -> None:
    counting.record(stocktake, {product.pk: 7}, "ben")
    counting.close(stocktake, "ana")
    counting.close(stocktake, "ana")

    posted = Movement.objects.get(reason=Reason.COUNT)
    assert (posted.delta, posted.document, posted.actor) == (-3, str(stocktake), "ana")
    assert stocktake.lines.get().variance == -3
    assert StockLevel.objects.get().on_hand == 7
    assert stocktake.status == Stocktake.Status.CLOSED


def test_a_count_without_variance_makes_the_level_known(warehouse: Warehouse) -> None:
    product = make_product()
    stocktake = counting.open(warehouse, [product.pk])
    counting.record(stocktake, {product.pk: 0})
    counting.close(stocktake)

    assert StockLevel.objects.get(product=product).is_known
    assert Movement.objects.get().delta == 0


def test_stock_that_moved_after_counting_must_be_counted_again(
    stocktake: Stocktake, product: Product, warehouse: Warehouse
) -> None:
    counting.record(stocktake, {product.pk: 7})
    ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())
    with pytest.raises(RecountRequired, match="MUG-1"):
        counting.close(stocktake)
    assert StockLevel.objects.get().on_hand == 9

    counting.record(stocktake, {product.pk: 6})
    assert stocktake.lines.get().expected == 9
    counting.close(stocktake)

    assert StockLevel.objects.get().on_hand == 6


def test_a_promise_is_no_movement_of_stock_and_demands_no_recount(
    stocktake: Stocktake, product: Product, warehouse: Warehouse
) -> None:
    counting.record(stocktake, {product.pk: 7})
    ledger.commit(warehouse.pk, [(product.pk, 4)], Cause())

    assert not counting.needs_recount(stocktake.lines.get())
    counting.close(stocktake)
    assert StockLevel.objects.get().available == 3


def test_moved_lines_of_a_large_stocktake_are_found_by_one_statement(
    warehouse: Warehouse, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    products = [product.pk for product in make_products(50)]
    stocktake = counting.open(warehouse, products)
    counting.record(stocktake, dict.fromkeys(products, 1))
    ledger.receive(warehouse.pk, [(product, 1) for product in products[:20]], Cause())

    with django_assert_num_queries(1):
        moved = {line.product_id for line in counting.needing_recount(stocktake)}

    assert moved == set(products[:20])


def test_uncounted_lines_are_refused_unless_skipped(stocktake: Stocktake, product: Product) -> None:
    other = make_product(sku="LAMP")
    counting.add(stocktake, [other.pk, product.pk])
    counting.record(stocktake, {product.pk: 7})
    with pytest.raises(NotCounted, match="LAMP"):
        counting.close(stocktake)

    counting.close(stocktake, skip_uncounted=True)

    assert StockLevel.objects.get(product=product).on_hand == 7
    assert not StockLevel.objects.get(product=other).is_known


def test_a_stocktake_without_any_count_is_not_closed(stocktake: Stocktake) -> None:
    with pytest.raises(NotCounted):
        counting.close(stocktake, skip_uncounted=True)


def test_adding_a_product_again_keeps_its_count(stocktake: Stocktake, product: Product) -> None:
    counting.record(stocktake, {product.pk: 7})
    counting.add(stocktake, [product.pk])

    assert stocktake.lines.get().counted == 7


def test_only_products_of_the_stocktake_are_counted(stocktake: Stocktake) -> None:
    stranger = make_product()
    with pytest.raises(InvalidLines, match="add it first"):
        counting.record(stocktake, {stranger.pk: 1})
    with pytest.raises(InvalidLines, match="existing products"):
        counting.add(stocktake, [999_999])


def test_a_count_below_zero_is_refused(stocktake: Stocktake, product: Product) -> None:
    with pytest.raises(InvalidLines, match="0 or more"):
        counting.record(stocktake, {product.pk: -1})


def test_a_canceled_stocktake_changes_nothing_and_stays_so(
    stocktake: Stocktake, product: Product
) -> None:
    counting.record(stocktake, {product.pk: 7})
    counting.cancel(stocktake, "ana")
    counting.cancel(stocktake, "ana")

    assert StockLevel.objects.get().on_hand == 10
    verbs: list[Callable[[], object]] = [
        partial(counting.close, stocktake),
        partial(counting.record, stocktake, {product.pk: 7}),
        partial(counting.add, stocktake, [product.pk]),
    ]
    for refused in verbs:
        with pytest.raises(WrongState):
            refused()


def test_a_closed_stocktake_is_not_canceled(stocktake: Stocktake, product: Product) -> None:
    counting.record(stocktake, {product.pk: 7})
    counting.close(stocktake)
    with pytest.raises(WrongState):
        counting.cancel(stocktake)
