"""Many writers at once, each a thread with its own connection to a real PostgreSQL."""

import random
from functools import partial

import pytest

from inventory import counting, ledger, production, warehousing
from inventory.errors import InsufficientStock
from inventory.ledger import Cause
from inventory.models import Movement, Product, StockLevel, Warehouse
from tests.factories import make_product, make_products, make_warehouse, stock
from tests.inventory.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_writers_on_one_product_lose_nothing(product: Product, warehouse: Warehouse) -> None:
    def receive_twenty() -> None:
        for _ in range(20):
            ledger.receive(warehouse.pk, [(product.pk, 1)], Cause())

    at_once([receive_twenty] * 8)

    assert StockLevel.objects.get().on_hand == 160
    assert Movement.objects.count() == 160


def test_lines_in_opposite_order_do_not_deadlock(warehouse: Warehouse) -> None:
    products = [product.pk for product in make_products(20)]

    def receive(order: list[int]) -> None:
        for _ in range(15):
            ledger.receive(warehouse.pk, [(product, 1) for product in order], Cause())

    at_once([partial(receive, products), partial(receive, products[::-1])] * 3)

    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {90}


def test_first_movements_of_overlapping_products_do_not_deadlock(warehouse: Warehouse) -> None:
    products = [product.pk for product in make_products(200)]

    def receive(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(40):
            chosen = chance.sample(products, 8)
            ledger.receive(warehouse.pk, [(product, 1) for product in chosen], Cause())

    at_once([partial(receive, seed) for seed in range(6)])

    assert sum(StockLevel.objects.values_list("on_hand", flat=True)) == 6 * 40 * 8


def test_the_same_key_from_eight_threads_posts_once(product: Product, warehouse: Warehouse) -> None:
    cause = Cause(key="delivery-1")

    postings = at_once([partial(ledger.receive, warehouse.pk, [(product.pk, 5)], cause)] * 8)

    assert sorted(posting.is_repeat for posting in postings) == [False] + [True] * 7
    assert StockLevel.objects.get().on_hand == 5


def test_the_same_key_from_eight_threads_posts_once_at_an_existing_level(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 1)
    cause = Cause(key="delivery-1")

    postings = at_once([partial(ledger.receive, warehouse.pk, [(product.pk, 5)], cause)] * 8)

    assert sorted(posting.is_repeat for posting in postings) == [False] + [True] * 7
    assert StockLevel.objects.get().on_hand == 6


def test_the_last_unit_is_shipped_once(product: Product, warehouse: Warehouse) -> None:
    stock(product, warehouse, 1)

    def ship() -> bool:
        try:
            ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())
        except InsufficientStock:
            return False
        return True

    assert sorted(at_once([ship] * 8)) == [False] * 7 + [True]
    assert StockLevel.objects.get().on_hand == 0


def test_counting_a_product_never_seen_before_at_once_sets_it_once(
    product: Product, warehouse: Warehouse
) -> None:
    at_once([partial(ledger.count, warehouse.pk, {product.pk: 5}, Cause()) for _ in range(8)])

    assert StockLevel.objects.get().on_hand == 5


def test_productions_that_use_what_the_other_makes_do_not_deadlock(warehouse: Warehouse) -> None:
    flour, bread = make_product(), make_product()
    for product in (flour, bread):
        stock(product, warehouse, 1000)

    def produce(made: Product, used: Product, name: str) -> None:
        for number in range(15):
            production.record(
                warehouse, {made.pk: 1}, {used.pk: 1}, "WO-1", "test", f"{name}-{number}"
            )

    at_once(
        [
            partial(produce, *pair, str(number))
            for number, pair in enumerate([(flour, bread), (bread, flour)] * 3)
        ]
    )

    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {1000}


def test_levels_created_while_negative_stock_is_switched_agree_with_the_warehouse(
    warehouse: Warehouse,
) -> None:
    products = make_products(40)

    def switch() -> None:
        for number in range(11):
            warehousing.allow_negative(
                Warehouse.objects.get(pk=warehouse.pk), is_allowed=number % 2 == 0
            )

    def receive(chosen: list[Product]) -> None:
        for product in chosen:
            ledger.receive(warehouse.pk, [(product.pk, 1)], Cause())

    at_once([switch, *(partial(receive, products[start::4]) for start in range(4))])

    assert set(StockLevel.objects.values_list("can_go_negative", flat=True)) == {True}


def test_a_count_recorded_during_movements_is_exact_or_demands_a_recount(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 100)
    takes = counting.open(warehouse, [product.pk])

    def ship() -> None:
        for _ in range(10):
            ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())

    def record() -> None:
        for _ in range(10):
            counting.record(takes, {product.pk: 7})

    at_once([ship, record])

    line = takes.lines.get()
    known = Movement.objects.filter(pk__lte=line.expected_movement)
    assert line.expected == sum(known.values_list("delta", flat=True))
    assert counting.needs_recount(line) == (line.expected != 90)


def test_a_transfer_each_way_at_once_does_not_deadlock(product: Product) -> None:
    here, there = make_warehouse(), make_warehouse()
    for place in (here, there):
        stock(product, place, 100)

    def move(source: Warehouse, destination: Warehouse) -> None:
        for _ in range(15):
            ledger.transfer(source.pk, destination.pk, [(product.pk, 1)], Cause())

    at_once([partial(move, here, there), partial(move, there, here)] * 2)

    assert list(StockLevel.objects.values_list("on_hand", flat=True)) == [100, 100]
