"""A mirror's stock is written by its source alone, may be unknown again, and may be below zero."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import StringIO
from threading import Event

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from inventory import availability, counting, ledger, warehousing
from inventory.availability import Stock
from inventory.errors import Mirrored
from inventory.ledger import Cause
from inventory.models import Movement, Product, Reason, StockLevel, Warehouse
from inventory.signals import stock_changed
from tests.factories import make_product, make_purchase_order, make_warehouse, stock
from tests.inventory.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(db: None) -> Warehouse:
    """A mirror that was never read."""
    warehouse = make_warehouse(name="Store shelf")
    warehousing.become_mirror(warehouse)
    return warehouse


def level(product: Product) -> tuple[int, bool]:
    return StockLevel.objects.values_list("on_hand", "is_known").get(product=product)


def show(copy: Warehouse, product: Product, units: int | None) -> None:
    ledger.mirror(copy.pk, {product.pk: units}, Cause(actor="Store"))


def verify() -> None:
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert " 0 differences" in out.getvalue()


def test_it_takes_the_number_of_its_source_and_posts_differences(
    product: Product, copy: Warehouse
) -> None:
    for units in (7, 7, 4, -2):
        show(copy, product, units)
    assert level(product) == (-2, True)
    moved = Movement.objects.order_by("pk").values_list("delta", "reason")
    assert list(moved) == [(7, "mirror"), (-3, "mirror"), (-6, "mirror")]
    verify()


def test_none_there_is_known_and_is_not_the_same_as_never_read(
    product: Product, copy: Warehouse
) -> None:
    show(copy, product, None)
    assert not Movement.objects.exists()
    show(copy, product, 0)
    assert level(product) == (0, True)
    verify()


def test_what_is_not_tracked_any_more_is_unknown_until_it_is_again(
    product: Product, copy: Warehouse
) -> None:
    show(copy, product, 7)
    ledger.commit(copy.pk, [(product.pk, 2)], Cause())
    for units, expected in ((None, (0, False)), (None, (0, False)), (0, (0, True)), (5, (5, True))):
        show(copy, product, units)
        assert level(product) == expected
        verify()
    assert Movement.objects.filter(reason=Reason.FORGET).count() == 1
    assert StockLevel.objects.get().committed == 2


@pytest.mark.django_db(transaction=True)
def test_any_past_moment_knows_what_was_known_then(product: Product, copy: Warehouse) -> None:
    moments = []
    for units in (None, 7, None, 0):
        show(copy, product, units)
        moments.append(timezone.now())
    then = [availability.at([product.pk], [copy.pk], moment) for moment in moments]
    place = (product.pk, copy.pk)
    assert then[0] == {}
    assert [(each[place].on_hand, each[place].is_known) for each in then[1:]] == [
        (7, True),
        (0, False),
        (0, True),
    ]


def test_listeners_hear_of_what_became_unknown(product: Product, copy: Warehouse) -> None:
    heard: list[tuple[int, int]] = []

    def hear(levels: list[tuple[int, int]], **_: object) -> None:
        heard.extend(levels)

    show(copy, product, 0)
    stock_changed.connect(hear)
    try:
        show(copy, product, 0)
        assert heard == []
        show(copy, product, None)
    finally:
        stock_changed.disconnect(hear)
    assert heard == [(product.pk, copy.pk)]


@pytest.mark.parametrize(
    "verb",
    [
        ledger.open_stock,
        ledger.receive,
        ledger.expect,
        ledger.produce,
        ledger.consume,
        ledger.take_back,
        lambda place, items, cause: ledger.count(place, dict(items), cause),
        lambda place, items, _: ledger.adjust(place, items, Cause(note="found")),
    ],
)
def test_nobody_else_writes_it(
    product: Product, copy: Warehouse, verb: Callable[..., object]
) -> None:
    show(copy, product, 7)
    with pytest.raises(Mirrored, match="Store shelf is a mirror of a channel's own stock: change"):
        verb(copy.pk, [(product.pk, 2)], Cause())
    assert level(product) == (7, True)
    assert Movement.objects.count() == 1


def test_a_refused_shipment_says_how_the_order_goes_on(product: Product, copy: Warehouse) -> None:
    show(copy, product, 7)
    with pytest.raises(Mirrored, match="is marked as dispatched, not shipped"):
        ledger.ship(copy.pk, [(product.pk, 2)], Cause())


def test_nothing_moves_between_it_and_other_warehouses(
    product: Product, copy: Warehouse, warehouse: Warehouse
) -> None:
    show(copy, product, 7)
    stock(product, warehouse, 3)
    for pair in ((copy.pk, warehouse.pk), (warehouse.pk, copy.pk)):
        for move in (ledger.transfer, ledger.dispatch_transfer):
            with pytest.raises(Mirrored):
                move(*pair, [(product.pk, 1)], Cause())
    verify()


def test_promises_are_ours(product: Product, copy: Warehouse) -> None:
    show(copy, product, 7)
    ledger.commit(copy.pk, [(product.pk, 2)], Cause())
    ledger.release(copy.pk, [(product.pk, 1)], Cause())
    assert StockLevel.objects.get().available == 6


def test_what_a_channel_shows_is_written_to_no_other_warehouse(
    product: Product, warehouse: Warehouse
) -> None:
    with pytest.raises(Mirrored, match="Main is no mirror"):
        show(warehouse, product, 7)
    assert not Movement.objects.exists()


@pytest.mark.parametrize("units", [0, 4])
def test_a_warehouse_with_stock_of_its_own_can_not_become_one(
    product: Product, warehouse: Warehouse, units: int
) -> None:
    ledger.count(warehouse.pk, {product.pk: units}, Cause())
    with pytest.raises(Mirrored, match=r"Main has stock of its own \(MUG-1\)"):
        warehousing.become_mirror(warehouse)
    warehouse.refresh_from_db()
    assert not warehouse.is_mirror


def test_neither_can_one_that_expects_goods(product: Product, warehouse: Warehouse) -> None:
    ledger.expect(warehouse.pk, [(product.pk, 4)], Cause())
    with pytest.raises(Mirrored, match="stock of its own"):
        warehousing.become_mirror(warehouse)


def test_it_may_go_below_zero_for_as_long_as_it_is_one(product: Product, copy: Warehouse) -> None:
    with pytest.raises(Mirrored, match="may show less than nothing"):
        warehousing.allow_negative(copy, is_allowed=False)
    show(copy, product, -3)
    assert availability.at([product.pk], [copy.pk]) == {
        (product.pk, copy.pk): Stock(-3, 0, 0, 0, is_known=True)
    }


def test_one_that_is_none_any_more_is_unknown_and_can_be_counted(
    product: Product, copy: Warehouse
) -> None:
    other = make_product()
    show(copy, product, -3)
    ledger.commit(copy.pk, [(other.pk, 2)], Cause())
    warehousing.end_mirror(copy)
    assert level(product) == (0, False)
    assert (copy.is_mirror, copy.can_go_negative) == (False, False)
    verify()
    warehousing.become_mirror(copy)
    warehousing.end_mirror(copy)
    ledger.count(copy.pk, {product.pk: 5}, Cause())
    assert level(product) == (5, True)
    verify()


def test_goods_are_neither_ordered_for_it_nor_counted_in_it(
    product: Product, copy: Warehouse
) -> None:
    order = make_purchase_order(copy, {product: 3})
    with pytest.raises(Mirrored):
        ledger.expect(order.warehouse_id, [(product.pk, 3)], Cause())
    stocktake = counting.open(copy, [product.pk])
    counting.record(stocktake, {product.pk: 3})
    with pytest.raises(Mirrored):
        counting.close(stocktake)


def _is_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE NOT granted AND datname = current_database())
        """)
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_level_there", [True, False])
def test_goods_that_arrive_while_it_becomes_one_are_refused(
    product: Product,
    warehouse: Warehouse,
    is_level_there: bool,
) -> None:
    if is_level_there:
        ledger.commit(warehouse.pk, [(product.pk, 1)], Cause())
    is_one = Event()

    def become() -> None:
        with transaction.atomic():
            warehousing.become_mirror(Warehouse.objects.get(pk=warehouse.pk))
            is_one.set()
            deadline = time.monotonic() + 20
            while not _is_somebody_waiting():
                assert time.monotonic() < deadline

    def receive() -> None:
        assert is_one.wait(20)
        with pytest.raises(Mirrored):
            ledger.receive(warehouse.pk, [(product.pk, 3)], Cause())

    at_once([become, receive])
    assert not Movement.objects.filter(state="on_hand").exists()
