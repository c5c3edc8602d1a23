"""A bundle has the stock of its components, and none of its own."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.errors import Refused
from inventory import availability, bundles, counting, ledger, production, transfers, warehousing
from inventory.errors import InsufficientStock, InvalidLines, KeyReused
from inventory.ledger import Cause, Line
from inventory.models import Movement, Product, Reason, State, Warehouse
from tests.factories import make_products, make_transfer, make_warehouse, stock
from tests.inventory.packing import numbers, promise

pytestmark = pytest.mark.django_db


def posted(**of: object) -> list[tuple[str, str, int, str | None]]:
    """SKU, state, delta and bundle of the movements."""
    rows = Movement.objects.filter(**of).order_by("id")
    return list(rows.values_list("product__sku", "state", "delta", "bundle__sku"))


def test_the_scarcest_component_says_how_many_bundles_there_are(
    box: Product, cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    assert numbers(box, warehouse) == (3, 0, 3)

    ledger.commit(warehouse.pk, [(cup.pk, 4)], Cause())
    assert numbers(box, warehouse) == (3, 2, 1)

    ledger.commit(warehouse.pk, [(cup.pk, 4)], Cause())
    assert numbers(box, warehouse) == (3, 4, -1), "half a bundle short is one short"

    ledger.ship(warehouse.pk, [(jug.pk, 3)], Cause())
    assert numbers(box, warehouse) == (0, 1, -1)


def test_each_warehouse_packs_its_own_bundles(
    box: Product, cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    cups_only, neither = make_warehouse(), make_warehouse()
    stock(cup, cups_only, 100)

    held = availability.at([box.pk], [warehouse.pk, cups_only.pk, neither.pk])

    assert held[box.pk, warehouse.pk].is_known
    assert held[box.pk, cups_only.pk][:5] == (0, 0, 0, 0, False)
    assert held[box.pk, cups_only.pk].detail == "CUP 100 for 2 each, JUG never counted"
    assert (box.pk, neither.pk) not in held


def test_the_detail_names_every_component(
    box: Product, cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    ledger.commit(warehouse.pk, [(cup.pk, 2)], Cause())

    held = availability.at([box.pk, cup.pk], [warehouse.pk])

    assert held[box.pk, warehouse.pk].detail == "CUP 7 (2 on orders) for 2 each, JUG 3"
    assert held[cup.pk, warehouse.pk].detail == ""
    assert set(held) == {(box.pk, warehouse.pk), (cup.pk, warehouse.pk)}, "no jug was asked for"


def test_a_past_moment_is_rebuilt_from_the_components(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    moment = Movement.objects.latest("id").recorded_at
    held = availability.at([box.pk, cup.pk], [warehouse.pk], moment)

    assert [held[each.pk, warehouse.pk].on_hand for each in (box, cup)] == [3, 7]
    assert availability.at([box.pk], [warehouse.pk], moment - timedelta(seconds=1)) == {}


def test_reading_costs_one_statement_more_however_many_bundles(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    boxes = make_products(30)
    for product in boxes:
        bundles.compose(product.pk, {cup.pk: 1})
    counted = []
    for products in ([cup], boxes):
        with CaptureQueriesContext(connection) as queries:
            availability.at([product.pk for product in products], [warehouse.pk])
        counted.append(len(queries))

    assert counted == [2, 2]


def test_what_is_promised_of_a_bundle_is_promised_of_its_components(
    box: Product, cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    promise(box, warehouse, 2)

    assert posted(key="promise") == [
        ("CUP", "committed", 4, "BOX"),
        ("JUG", "committed", 2, "BOX"),
    ]
    assert numbers(cup, warehouse) == (7, 4, 3)
    assert numbers(jug, warehouse) == (3, 2, 1)
    assert numbers(box, warehouse) == (3, 2, 1)
    assert not box.levels.exists()


def test_a_bundle_is_shipped_and_comes_back_by_its_components(
    box: Product, cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    ledger.ship(warehouse.pk, [(box.pk, 3)], Cause())
    assert (numbers(cup, warehouse), numbers(jug, warehouse)) == ((1, 0, 1), (0, 0, 0))

    ledger.take_back(warehouse.pk, [(box.pk, 1)], Cause())
    assert (numbers(cup, warehouse), numbers(jug, warehouse)) == ((3, 0, 3), (1, 0, 1))


def test_too_few_components_are_named_and_nothing_moves(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    with pytest.raises(InsufficientStock, match="CUP at Main: 8 asked, 7 in stock"):
        ledger.ship(warehouse.pk, [(box.pk, 4)], Cause())

    assert numbers(cup, warehouse) == (7, 0, 7)


def test_a_bundle_and_its_component_are_shipped_in_one_posting(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    with pytest.raises(InsufficientStock, match="CUP at Main: 8 asked, 7 in stock"):
        ledger.ship(warehouse.pk, [(box.pk, 3), (cup.pk, 2)], Cause())

    ledger.ship(warehouse.pk, [(box.pk, 3), (cup.pk, 1)], Cause())
    assert numbers(cup, warehouse) == (0, 0, 0)


@pytest.mark.parametrize(
    "verb", [ledger.open_stock, ledger.receive, ledger.expect, ledger.produce, ledger.consume]
)
def test_a_bundle_is_not_handled_like_stock(
    box: Product, warehouse: Warehouse, verb: object
) -> None:
    assert callable(verb)
    with pytest.raises(InvalidLines, match=r"BOX is a bundle .* its components \(CUP, JUG\)"):
        verb(warehouse.pk, [(box.pk, 1)], Cause())

    assert posted(bundle=box) == []
    assert not box.levels.exists()


def test_a_bundle_is_neither_counted_adjusted_produced_nor_moved(
    box: Product, warehouse: Warehouse
) -> None:
    other = make_warehouse()
    transfer = make_transfer(warehouse, other, {box: 1})
    for attempt in (
        lambda: counting.open(warehouse, [box.pk]),
        lambda: ledger.count(warehouse.pk, {box.pk: 5}, Cause()),
        lambda: ledger.adjust(warehouse.pk, [(box.pk, 1)], Cause(note="found")),
        lambda: production.record(warehouse, {box.pk: 1}, {}, "WO-1", "", "k"),
        lambda: transfers.in_one_step(transfer),
        lambda: transfers.dispatch(transfer),
    ):
        with pytest.raises(InvalidLines, match="BOX is a bundle"):
            attempt()

    assert not box.levels.exists()


def test_the_same_key_moves_a_bundle_once_and_refuses_other_units(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    assert [promise(box, warehouse, 2), promise(box, warehouse, 2)] == [False, True]
    for units in (1, 4):
        with pytest.raises(KeyReused):
            promise(box, warehouse, units)
    with pytest.raises(KeyReused):
        promise(cup, warehouse, 4)

    assert numbers(cup, warehouse) == (7, 4, 3)


def test_the_same_bundle_twice_in_a_posting_is_repeated_without_effect(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    lines = [
        Line(box.pk, warehouse.pk, State.COMMITTED, units, document=number)
        for units, number in [(1, "SO-1"), (1, "SO-2")]
    ]
    lines.append(Line(cup.pk, warehouse.pk, State.COMMITTED, 1, document="SO-2"))

    assert not ledger.promise(lines, Cause(key="k")).is_repeat
    assert ledger.promise(lines, Cause(key="k")).is_repeat
    with pytest.raises(KeyReused):
        ledger.promise(lines[1:], Cause(key="k"))
    with pytest.raises(KeyReused):
        ledger.promise([*lines, lines[0]], Cause(key="k"))


def test_plain_stock_costs_no_more_statements_for_bundles_being_there(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    with CaptureQueriesContext(connection) as plain:
        ledger.ship(warehouse.pk, [(cup.pk, 1)], Cause())
    with CaptureQueriesContext(connection) as bundle:
        ledger.ship(warehouse.pk, [(box.pk, 1)], Cause())

    posts = [each for each in plain if "inventory_movement" in each["sql"]]
    assert len(posts) == 1
    assert len(bundle) - len(plain) == 2


def test_levels_are_the_sum_of_their_movements_with_bundles_too(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    promise(box, warehouse, 2)
    ledger.ship(warehouse.pk, [(box.pk, 2)], Cause())
    promise(box, warehouse, -2, key="sent")
    out = StringIO()

    call_command("verify_ledger", stdout=out)

    assert "0 differences" in out.getvalue()


def test_a_delta_that_only_the_components_can_not_hold_is_refused(
    box: Product, warehouse: Warehouse
) -> None:
    with pytest.raises(Refused, match="larger than a stock level can hold"):
        promise(box, warehouse, 2_000_000_000)


def test_a_line_posted_for_an_order_keeps_its_document_and_reason(
    box: Product, warehouse: Warehouse
) -> None:
    promise(box, warehouse, 1)

    rows = Movement.objects.filter(bundle=box).values_list("document", "reason")
    assert set(rows) == {("SO-1", Reason.COMMIT)}


def test_a_mirror_leaves_out_what_is_a_bundle_here(box: Product, cup: Product) -> None:
    copy = make_warehouse()
    warehousing.become_mirror(copy)

    ledger.mirror(copy.pk, {box.pk: 50, cup.pk: 4}, Cause())

    assert numbers(cup, copy) == (4, 0, 4)
    assert not box.levels.exists()


def test_a_bundle_is_unknown_once_a_components_source_stops_tracking_it(
    box: Product, cup: Product, jug: Product
) -> None:
    copy = make_warehouse()
    warehousing.become_mirror(copy)
    ledger.mirror(copy.pk, {cup.pk: 4, jug.pk: 4}, Cause())
    assert numbers(box, copy) == (2, 0, 2)

    ledger.mirror(copy.pk, {jug.pk: None}, Cause())
    assert not availability.at([box.pk], [copy.pk])[box.pk, copy.pk].is_known
