"""Every verb of the ledger, what it refuses, and what the database refuses by itself."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection
from pytest_django import DjangoAssertNumQueries

from inventory import availability, ledger
from inventory.availability import Stock
from inventory.errors import InsufficientStock, InvalidLines, KeyReused, OverReleased
from inventory.ledger import Cause, Line
from inventory.models import Movement, Product, Reason, State, StockLevel, Warehouse
from inventory.signals import stock_changed
from tests.factories import make_product, make_products, make_warehouse, stock

pytestmark = pytest.mark.django_db


def held(product: Product, warehouse: Warehouse) -> tuple[int, int, int, int]:
    """In stock, on orders, incoming, staged."""
    return StockLevel.objects.values_list("on_hand", "committed", "incoming", "staged").get(
        product=product, warehouse=warehouse
    )


Verb = Callable[[int, list[tuple[int, int]], Cause], ledger.Posting]


@pytest.mark.parametrize(
    ("verb", "change", "reason"),
    [
        (ledger.open_stock, (2, 0, 0, 0), Reason.OPENING),
        (ledger.receive, (2, 0, 0, 0), Reason.RECEIVE),
        (ledger.expect, (0, 0, 2, 0), Reason.EXPECT),
        (ledger.unexpect, (0, 0, -2, 0), Reason.EXPECT),
        (ledger.stage, (0, 0, -2, 2), Reason.STAGE),
        (ledger.put_away, (2, 0, 0, -2), Reason.PUT_AWAY),
        (ledger.produce, (2, 0, 0, 0), Reason.PRODUCE),
        (ledger.consume, (-2, 0, 0, 0), Reason.CONSUME),
        (ledger.ship, (-2, 0, 0, 0), Reason.SHIP),
        (ledger.take_back, (2, 0, 0, 0), Reason.RETURN),
        (ledger.commit, (0, 2, 0, 0), Reason.COMMIT),
        (ledger.release, (0, -2, 0, 0), Reason.RELEASE),
        (ledger.receive_transfer, (2, 0, -2, 0), Reason.TRANSFER),
    ],
)
def test_every_verb_moves_its_states_and_says_why(
    product: Product,
    warehouse: Warehouse,
    verb: Verb,
    change: tuple[int, int, int, int],
    reason: Reason,
) -> None:
    every_state = [Line(product.pk, warehouse.pk, state, 10) for state in State]
    ledger.post(every_state, Reason.OPENING, Cause())

    verb(warehouse.pk, [(product.pk, 2)], Cause(document="D-1", actor="ana", key="k"))

    assert held(product, warehouse) == tuple(10 + delta for delta in change)
    stored = Movement.objects.filter(key="k")
    assert set(stored.values_list("reason", "document", "actor")) == {(reason, "D-1", "ana")}
    assert sum(stored.values_list("delta", flat=True)) == sum(change)


def test_expected_units_stop_being_incoming_when_received(
    product: Product, warehouse: Warehouse
) -> None:
    ledger.expect(warehouse.pk, [(product.pk, 5)], Cause())
    ledger.receive(warehouse.pk, [(product.pk, 3)], Cause(), is_expected=True)

    assert held(product, warehouse) == (3, 0, 2, 0)


def test_an_adjustment_is_signed_and_needs_a_reason_in_words(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)
    ledger.adjust(warehouse.pk, [(product.pk, -2)], Cause(note="broken in the shop window"))
    with pytest.raises(InvalidLines, match="Say why") as refusal:
        ledger.adjust(warehouse.pk, [(product.pk, -1)], Cause(note="  "))

    assert refusal.value.field == "note"
    assert held(product, warehouse) == (3, 0, 0, 0)


def test_a_count_sets_the_stock_and_posts_the_difference(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)
    ledger.count(warehouse.pk, {product.pk: 3}, Cause(key="count"))

    assert Movement.objects.get(key="count").delta == -2
    assert held(product, warehouse) == (3, 0, 0, 0)


def test_a_count_of_nothing_makes_unknown_stock_known(
    product: Product, warehouse: Warehouse
) -> None:
    ledger.expect(warehouse.pk, [(product.pk, 1)], Cause())
    assert not StockLevel.objects.get().is_known

    ledger.count(warehouse.pk, {product.pk: 0}, Cause())

    assert StockLevel.objects.get().is_known


def test_a_count_repeated_under_its_key_does_nothing_though_stock_moved(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)
    ledger.count(warehouse.pk, {product.pk: 3}, Cause(key="count"))
    ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())

    assert ledger.count(warehouse.pk, {product.pk: 3}, Cause(key="count")).is_repeat
    with pytest.raises(KeyReused):
        ledger.count(warehouse.pk, {product.pk: 4}, Cause(key="count"))

    assert held(product, warehouse) == (2, 0, 0, 0)


def test_a_transfer_is_in_transit_between_its_two_steps(product: Product) -> None:
    here, there = make_warehouse(), make_warehouse()
    stock(product, here, 5)

    ledger.dispatch_transfer(here.pk, there.pk, [(product.pk, 2)], Cause())
    assert (held(product, here), held(product, there)) == ((3, 0, 0, 0), (0, 0, 2, 0))

    ledger.receive_transfer(there.pk, [(product.pk, 2)], Cause())
    assert held(product, there) == (2, 0, 0, 0)


def test_promises_of_many_orders_fit_in_one_posting(product: Product, warehouse: Warehouse) -> None:
    lines = [
        Line(product.pk, warehouse.pk, State.COMMITTED, 5, document="SO-1"),
        Line(product.pk, warehouse.pk, State.COMMITTED, -2, document="SO-2"),
    ]
    ledger.promise(lines, Cause(key="k"))

    assert held(product, warehouse) == (0, 3, 0, 0)
    assert list(Movement.objects.order_by("line").values_list("document", "reason")) == [
        ("SO-1", Reason.COMMIT),
        ("SO-2", Reason.RELEASE),
    ]


def test_more_may_be_promised_than_there_is(product: Product, warehouse: Warehouse) -> None:
    stock(product, warehouse, 2)
    ledger.commit(warehouse.pk, [(product.pk, 5)], Cause())

    level = StockLevel.objects.get()
    assert level.available == -3
    assert availability.at([product.pk], [warehouse.pk])[product.pk, warehouse.pk].backordered == 3


def test_the_same_key_posts_once(product: Product, warehouse: Warehouse) -> None:
    first = ledger.receive(warehouse.pk, [(product.pk, 2)], Cause(key="k"))
    again = ledger.receive(warehouse.pk, [(product.pk, 2)], Cause(key="k"))

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert held(product, warehouse) == (2, 0, 0, 0)


def test_the_same_key_with_other_lines_is_refused(product: Product, warehouse: Warehouse) -> None:
    ledger.receive(warehouse.pk, [(product.pk, 2)], Cause(key="k"))
    with pytest.raises(KeyReused, match="new key"):
        ledger.receive(warehouse.pk, [(product.pk, 3)], Cause(key="k"))

    assert held(product, warehouse) == (2, 0, 0, 0)


def test_what_is_not_there_can_not_leave(product: Product, warehouse: Warehouse) -> None:
    other = make_product()
    stock(product, warehouse, 2)
    stock(other, warehouse, 2)
    before = Movement.objects.count()

    with pytest.raises(InsufficientStock, match="MUG-1 at Main: 3 asked, 2 in stock"):
        ledger.ship(warehouse.pk, [(other.pk, 1), (product.pk, 3)], Cause())

    assert Movement.objects.count() == before
    assert held(other, warehouse) == held(product, warehouse) == (2, 0, 0, 0)


def test_a_first_movement_that_takes_away_is_refused(
    product: Product, warehouse: Warehouse
) -> None:
    with pytest.raises(InsufficientStock, match="0 in stock"):
        ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())

    assert not StockLevel.objects.exists()


def test_a_warehouse_may_allow_negative_stock(product: Product) -> None:
    warehouse = make_warehouse(can_go_negative=True)
    ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())

    assert held(product, warehouse) == (-1, 0, 0, 0)


@pytest.mark.parametrize("verb", [ledger.release, ledger.unexpect, ledger.put_away])
def test_no_more_is_taken_back_than_there_is(
    product: Product, warehouse: Warehouse, verb: Verb
) -> None:
    stock(product, warehouse, 5)
    with pytest.raises(OverReleased, match="1 asked, 0"):
        verb(warehouse.pk, [(product.pk, 1)], Cause())

    assert held(product, warehouse) == (5, 0, 0, 0)


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_quantity_must_be_above_zero(
    product: Product, warehouse: Warehouse, quantity: int
) -> None:
    with pytest.raises(InvalidLines, match="above 0"):
        ledger.receive(warehouse.pk, [(product.pk, quantity)], Cause())


def test_an_empty_posting_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(InvalidLines, match="at least one line"):
        ledger.receive(warehouse.pk, [], Cause())


@pytest.mark.parametrize("quantity", [2**31, 2**31 - 1])
def test_more_than_a_level_can_hold_is_refused(
    product: Product, warehouse: Warehouse, quantity: int
) -> None:
    stock(product, warehouse, 1)
    with pytest.raises(InvalidLines, match="larger than a stock level can hold"):
        ledger.receive(warehouse.pk, [(product.pk, quantity)], Cause())

    assert held(product, warehouse) == (1, 0, 0, 0)


def test_an_unknown_product_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(InvalidLines, match="does not exist"):
        ledger.receive(warehouse.pk, [(999_999, 1)], Cause())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE inventory_movement SET delta = 100",
        "DELETE FROM inventory_movement",
    ],
)
def test_the_database_refuses_to_rewrite_the_ledger(
    product: Product, warehouse: Warehouse, sql: str
) -> None:
    stock(product, warehouse, 1)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), connection.cursor() as c:
        c.execute(sql)


def test_the_database_refuses_negative_stock(product: Product, warehouse: Warehouse) -> None:
    stock(product, warehouse, 1)
    with pytest.raises(IntegrityError, match="on_hand_not_negative"):
        StockLevel.objects.update(on_hand=-1)


def test_the_database_refuses_a_second_movement_with_the_same_key(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 1)
    movement = Movement.objects.get()
    movement.pk = None
    with pytest.raises(IntegrityError, match="one_movement_per_key_and_line"):
        movement.save(force_insert=True)


def test_a_movement_costs_at_most_eight_statements(
    product: Product,
    warehouse: Warehouse,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(8):
        stock(product, warehouse, 5)
    with django_assert_max_num_queries(8):
        ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())


def test_a_thousand_lines_cost_no_more_statements_than_one(
    warehouse: Warehouse, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    items = [(product.pk, 3) for product in make_products(1000)]
    with django_assert_max_num_queries(8):
        ledger.open_stock(warehouse.pk, items, Cause())

    assert StockLevel.objects.filter(on_hand=3).count() == 1000


def test_what_is_sold_is_announced_and_what_is_not_is_silent(
    product: Product, warehouse: Warehouse
) -> None:
    heard: list[list[tuple[int, int]]] = []

    def hear(levels: list[tuple[int, int]], **_: object) -> None:
        heard.append(levels)

    stock_changed.connect(hear)
    try:
        ledger.expect(warehouse.pk, [(product.pk, 5)], Cause())
        ledger.receive(warehouse.pk, [(product.pk, 5)], Cause(key="k"))
        ledger.receive(warehouse.pk, [(product.pk, 5)], Cause(key="k"))
        ledger.commit(warehouse.pk, [(product.pk, 1)], Cause())
    finally:
        stock_changed.disconnect(hear)

    pair = [(product.pk, warehouse.pk)]
    assert heard == [pair, pair]


@pytest.mark.django_db(transaction=True)
def test_any_past_moment_can_be_rebuilt(product: Product, warehouse: Warehouse) -> None:
    stock(product, warehouse, 5)
    ledger.commit(warehouse.pk, [(product.pk, 2)], Cause())
    moment = Movement.objects.latest("id").recorded_at
    ledger.ship(warehouse.pk, [(product.pk, 4)], Cause())

    then = availability.at([product.pk], [warehouse.pk], as_of=moment)
    now = availability.at([product.pk], [warehouse.pk])

    assert then == {(product.pk, warehouse.pk): Stock(5, 2, 0, 0, is_known=True)}
    assert now == {(product.pk, warehouse.pk): Stock(1, 2, 0, 0, is_known=True)}
