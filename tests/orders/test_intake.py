"""Placing, editing, closing, canceling, dispatching, archiving: what each does to the promise."""

from dataclasses import replace

import pytest

from inventory.errors import InvalidLines, KeyReused, WrongState
from inventory.ledger import Cause
from inventory.models import Movement, Product, Warehouse
from orders import asn, fulfilment, intake
from orders.errors import InvalidOrder, OrderConflict, UnknownLine
from orders.intake import DraftLine
from orders.models import SalesOrder, SalesOrderLine
from tests.factories import make_product, make_warehouse
from tests.orders.factories import make_draft, make_order, stock_of, whole

pytestmark = pytest.mark.django_db


def test_placing_promises_the_units_and_moves_none(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    assert stock_of(product, warehouse) == (10, 4)


def test_placing_the_same_order_again_changes_nothing(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    again = make_order(warehouse, {product: 4}, number="SO-1")

    assert again == order
    assert stock_of(product, warehouse) == (10, 4)


def test_another_order_under_the_same_number_is_refused(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    with pytest.raises(OrderConflict, match="exists with other lines"):
        make_order(warehouse, {make_product(): 4}, number="SO-1")
    assert SalesOrderLine.objects.count() == 1


def test_an_order_without_number_lines_or_quantity_is_refused(
    product: Product, warehouse: Warehouse
) -> None:
    good = make_draft(warehouse, {product: 1})
    nonsense = [
        replace(good, number=" "),
        replace(good, lines=[]),
        make_draft(warehouse, {product: 0}),
        make_draft(warehouse, {product: -2}),
    ]
    for draft in nonsense:
        with pytest.raises(InvalidOrder):
            intake.place(draft)
    assert not SalesOrder.objects.exists()


def test_an_order_of_an_unknown_product_is_refused(warehouse: Warehouse) -> None:
    draft = replace(
        make_draft(warehouse, {}), lines=[DraftLine(product_id=0, warehouse_id=1, ordered=1)]
    )
    with pytest.raises(InvalidLines, match="does not exist"):
        intake.place(draft)
    assert not SalesOrder.objects.exists()


def test_many_orders_are_placed_in_one_posting(product: Product, warehouse: Warehouse) -> None:
    drafts = [make_draft(warehouse, {product: units}) for units in (1, 2, 3)]
    placed = intake.place_all(drafts, Cause(key="hour-9"))

    assert [order.number for order in placed] == [draft.number for draft in drafts]
    assert stock_of(product, warehouse) == (0, 6)
    assert set(Movement.objects.values_list("key", flat=True)) == {"hour-9"}
    assert set(Movement.objects.values_list("document", flat=True)) == {
        draft.number for draft in drafts
    }


def test_placing_many_again_places_only_the_new_ones(
    product: Product, warehouse: Warehouse
) -> None:
    drafts = [make_draft(warehouse, {product: units}) for units in (1, 2)]
    intake.place_all(drafts[:1], Cause())
    intake.place_all(drafts, Cause())
    intake.place_all(drafts, Cause())

    assert stock_of(product, warehouse) == (0, 3)


def test_one_conflict_among_many_orders_refuses_all(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    drafts = [
        make_draft(warehouse, {product: 1}),
        make_draft(warehouse, {make_product(): 1}, number="SO-1"),
    ]
    with pytest.raises(OrderConflict):
        intake.place_all(drafts, Cause())
    assert SalesOrder.objects.count() == 1


def test_editing_promises_or_releases_the_difference(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    line = order.lines.get()
    for units in (7, 7, 2, 0):
        intake.edit(order.pk, {line.pk: units})
        assert stock_of(product, warehouse) == (10, units)


def test_a_line_may_be_added(order: SalesOrder, product: Product, warehouse: Warehouse) -> None:
    intake.edit(order.pk, {}, [DraftLine(product.pk, warehouse.pk, 3)])

    assert stock_of(product, warehouse) == (10, 7)


@pytest.mark.parametrize("units", [0, -1])
def test_an_added_line_needs_a_quantity(
    order: SalesOrder, product: Product, warehouse: Warehouse, units: int
) -> None:
    with pytest.raises(InvalidOrder, match="above 0"):
        intake.edit(order.pk, {}, [DraftLine(product.pk, warehouse.pk, units)])
    assert stock_of(product, warehouse) == (10, 4)


def test_editing_below_what_was_shipped_or_notified_is_refused(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    line = order.lines.get()
    fulfilment.ship(order.pk, {line.pk: 3}, Cause())
    with pytest.raises(InvalidOrder, match="less than the 3"):
        intake.edit(order.pk, {line.pk: 2})
    asn.send(asn.draft_all([order.pk]))
    with pytest.raises(InvalidOrder, match="less than the 4"):
        intake.edit(order.pk, {line.pk: 3})
    assert stock_of(product, warehouse) == (7, 0)


def test_editing_a_foreign_line_is_refused(order: SalesOrder, warehouse: Warehouse) -> None:
    other = make_order(warehouse, {make_product(): 1})
    with pytest.raises(UnknownLine):
        intake.edit(order.pk, whole(other))


@pytest.mark.parametrize("end", ["archive", "cancel"])
def test_an_archived_or_canceled_order_can_not_be_edited(order: SalesOrder, end: str) -> None:
    if end == "archive":
        intake.archive([order.pk])
    else:
        intake.cancel(order.pk)
    with pytest.raises(WrongState, match="can not be edited"):
        intake.edit(order.pk, {order.lines.get().pk: 1})


def test_closing_releases_nothing(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    assert [intake.close([order.pk]) for _ in range(2)] == [1, 0]
    assert stock_of(product, warehouse) == (10, 4)


def test_a_canceled_order_counts_until_it_is_archived(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    for _ in range(2):
        assert intake.cancel(order.pk).status == SalesOrder.Status.CANCELED
        assert stock_of(product, warehouse) == (10, 4)

    assert [intake.archive([order.pk]) for _ in range(2)] == [1, 0]
    assert stock_of(product, warehouse) == (10, 0)


def test_canceling_may_archive_at_once(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    intake.cancel(order.pk, is_archived=True)

    assert stock_of(product, warehouse) == (10, 0)


def test_a_partly_shipped_order_may_be_canceled_a_shipped_one_not(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    shipped = make_order(warehouse, {product: 2})
    fulfilment.ship_all([shipped.pk], Cause())
    fulfilment.ship(order.pk, {order.lines.get().pk: 1}, Cause())

    assert intake.cancel(order.pk).status == SalesOrder.Status.CANCELED
    with pytest.raises(WrongState, match="book a return"):
        intake.cancel(shipped.pk)
    assert stock_of(product, warehouse) == (7, 6)


def test_unarchiving_promises_again_what_no_sent_asn_covers(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    notice = asn.draft(order.pk, {order.lines.get().pk: 1})
    asn.send([notice.pk])
    intake.archive([order.pk])
    assert stock_of(product, warehouse) == (10, 0)

    assert [intake.unarchive([order.pk]) for _ in range(2)] == [1, 0]
    assert stock_of(product, warehouse) == (10, 3)


def test_a_dispatched_order_holds_nothing_any_more(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    assert [intake.dispatch([order.pk]) for _ in range(2)] == [1, 0]
    assert stock_of(product, warehouse) == (10, 0)
    intake.archive([order.pk])
    intake.unarchive([order.pk])
    assert stock_of(product, warehouse) == (10, 0)


def test_a_key_used_for_an_earlier_change_refuses_the_new_one(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    intake.archive([order.pk], Cause(key="archive-1"))
    intake.unarchive([order.pk])
    with pytest.raises(KeyReused):
        intake.archive([order.pk], Cause(key="archive-1"))

    order.refresh_from_db()
    assert order.archived_at is None
    assert stock_of(product, warehouse) == (10, 4)


def test_orders_are_archived_in_bulk_by_few_statements(
    product: Product, warehouse: Warehouse, django_assert_max_num_queries: object
) -> None:
    drafts = [make_draft(warehouse, {product: 1}) for _ in range(50)]
    orders = intake.place_all(drafts, Cause())
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        assert intake.archive([order.pk for order in orders]) == 50
    assert stock_of(product, warehouse) == (0, 0)


def test_each_warehouse_holds_its_own_lines(product: Product, warehouse: Warehouse) -> None:
    east = make_warehouse()
    first = make_order(warehouse, {product: 2})
    make_order(east, {product: 5})
    intake.archive([first.pk])

    assert stock_of(product, warehouse) == (0, 0)
    assert stock_of(product, east) == (0, 5)
