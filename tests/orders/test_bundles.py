"""Bundles are sold; their components are promised, leave and come back."""

from collections import Counter
from collections.abc import Callable, Mapping
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from desk.errors import Refused
from inventory import availability, bundles, ledger
from inventory.errors import InsufficientStock, WrongState
from inventory.ledger import Cause
from inventory.models import Movement, Product, State, StockLevel, Warehouse
from orders import asn, commitments, fulfilment, intake, returns
from orders.intake import DraftLine
from orders.models import SalesOrder
from tests.factories import make_product, make_products, make_warehouse, stock
from tests.orders.factories import make_draft, make_order, stock_of, whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup(warehouse: Warehouse) -> Product:
    product = make_product(sku="CUP")
    stock(product, warehouse, 7)
    return product


@pytest.fixture
def jug(warehouse: Warehouse) -> Product:
    product = make_product(sku="JUG")
    stock(product, warehouse, 3)
    return product


@pytest.fixture
def box(cup: Product, jug: Product) -> Product:
    """Two cups and a jug."""
    product = make_product(sku="BOX")
    bundles.compose(product.pk, {cup.pk: 2, jug.pk: 1})
    return product


def test_an_order_for_bundles_goes_its_whole_way_by_their_components(
    box: Product, cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    order = make_order(warehouse, {box: 3})
    assert (stock_of(cup, warehouse), stock_of(jug, warehouse)) == ((7, 6), (3, 3))

    line = order.lines.get()
    intake.edit(order.pk, {line.pk: 2})
    assert (stock_of(cup, warehouse), stock_of(jug, warehouse)) == ((7, 4), (3, 2))

    fulfilment.ship(order.pk, {line.pk: 1}, Cause())
    assert (stock_of(cup, warehouse), stock_of(jug, warehouse)) == ((5, 4), (2, 2))

    asn.send([asn.draft(order.pk, {line.pk: 1}).pk])
    assert (stock_of(cup, warehouse), stock_of(jug, warehouse)) == ((5, 2), (2, 1))

    returns.take_back(order.pk, {line.pk: 1}, Cause())
    assert (stock_of(cup, warehouse), stock_of(jug, warehouse)) == ((7, 2), (3, 1))

    intake.archive([order.pk])
    assert (stock_of(cup, warehouse), stock_of(jug, warehouse)) == ((7, 0), (3, 0))

    intake.unarchive([order.pk])
    assert (stock_of(cup, warehouse), stock_of(jug, warehouse)) == ((7, 2), (3, 1))


def test_a_bundle_beside_its_component_on_one_order_is_held_once_each(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    order = make_order(warehouse, {box: 2, cup: 3})
    assert stock_of(cup, warehouse) == (7, 7)

    assert fulfilment.ship_all([order.pk], Cause()) == 5
    assert stock_of(cup, warehouse) == (0, 7)
    documents = Movement.objects.filter(product=cup, state=State.ON_HAND, delta__lt=0)
    assert set(documents.values_list("document", "bundle", "delta")) == {
        (order.number, box.pk, -4),
        (order.number, None, -3),
    }


def test_the_component_that_is_missing_is_named_and_nothing_leaves(
    box: Product, cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    stock(jug, warehouse, 5)
    order = make_order(warehouse, {box: 4})

    with pytest.raises(InsufficientStock, match="CUP at Main: 8 asked, 7 in stock"):
        fulfilment.ship(order.pk, whole(order), Cause())

    assert order.lines.get().shipped == 0
    assert stock_of(cup, warehouse) == (7, 8)


def test_shipping_and_returning_again_under_the_same_key_move_bundles_once(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    order = make_order(warehouse, {box: 2})
    for key, verb in [("s", fulfilment.ship), ("r", returns.take_back)]:
        done = [verb(order.pk, whole(order), Cause(key=key)) for _ in range(2)]
        assert done == [True, False]

    assert stock_of(cup, warehouse) == (7, 4)


def test_orders_that_hold_a_bundle_keep_it_as_it_is(
    box: Product, cup: Product, warehouse: Warehouse
) -> None:
    order = make_order(warehouse, {box: 3})
    fulfilment.ship_all([order.pk], Cause())
    with pytest.raises(WrongState, match="Orders hold 3 of BOX"):
        bundles.compose(box.pk, {cup.pk: 1})

    intake.archive([order.pk])
    bundles.compose(box.pk, {cup.pk: 1})
    assert commitments.differences() == []
    intake.unarchive([order.pk])
    assert stock_of(cup, warehouse) == (1, 3)


def test_a_difference_is_found_on_the_components(
    box: Product, cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    make_order(warehouse, {box: 1})
    out = StringIO()
    call_command("verify_orders", stdout=out)
    assert "0 differences" in out.getvalue()

    ledger.release(warehouse.pk, [(jug.pk, 1)], Cause(key="stray"))
    assert commitments.differences() == [(jug.pk, warehouse.pk, 1, 0)]
    ledger.commit(warehouse.pk, [(jug.pk, 1)], Cause())


def test_a_hundred_bundle_lines_cost_no_more_statements_than_one(
    cup: Product, jug: Product, warehouse: Warehouse
) -> None:
    offers = make_products(100)
    for part in (cup, jug):
        stock(part, warehouse, 1000)
    for product in offers:
        bundles.compose(product.pk, {cup.pk: 1, jug.pk: 1})
    counted = []
    for ordered in ({offers[0]: 1}, dict.fromkeys(offers, 1)):
        draft = make_draft(warehouse, ordered)
        with CaptureQueriesContext(connection) as queries:
            intake.place(draft)
        counted.append(len(queries))

    assert counted[0] == counted[1]


PARTS = 3
COMPOSED = [{0: 2, 1: 1}, {1: 1, 2: 3}, {0: 1, 1: 1, 2: 1}]
"""Bundles over three components; each shares some with another."""
OFFERS = PARTS + len(COMPOSED)


class _World:
    """A warehouse with three components, and what is sold: these and three bundles of them."""

    def __init__(self, units: list[int]) -> None:
        self.warehouse = make_warehouse(can_go_negative=True)
        self.parts = [make_product() for _ in range(PARTS)]
        for product, number in zip(self.parts, units, strict=True):
            stock(product, self.warehouse, number)
        made = [make_product() for _ in COMPOSED]
        for product, its in zip(made, COMPOSED, strict=True):
            bundles.compose(product.pk, {self.parts[each].pk: q for each, q in its.items()})
        self.offers = [*self.parts, *made]

    def at_hand(self) -> list[int]:
        held = availability.at([each.pk for each in self.offers], [self.warehouse.pk])
        return [held[each.pk, self.warehouse.pk].available for each in self.offers]

    def committed(self) -> list[int]:
        levels = dict(StockLevel.objects.values_list("product_id", "committed"))
        return [levels[each.pk] for each in self.parts]


def exploded(units: Mapping[int, int]) -> list[int]:
    """Units of each component in these units of the offers."""
    needed: Counter[int] = Counter()
    for offer, number in units.items():
        its = {offer: 1} if offer < PARTS else COMPOSED[offer - PARTS]
        for part, quantity in its.items():
            needed[part] += quantity * number
    return [needed[part] for part in range(PARTS)]


sales = st.tuples(st.integers(0, OFFERS - 1), st.integers(1, 4))
VERBS = ["edit", "ship", "draft", "send", "return", "archive", "unarchive", "add"]
steps = st.tuples(
    st.sampled_from(VERBS), st.integers(0, 2), st.integers(0, OFFERS - 1), st.integers(0, 4)
)


def step(world: _World, order: SalesOrder, name: str, offer: int, units: int) -> None:
    line = order.lines.order_by("pk")[offer % 2]
    drafts = list(order.asns.values_list("pk", flat=True))
    addition = DraftLine(world.offers[offer].pk, world.warehouse.pk, units)
    verbs: dict[str, Callable[[], object]] = {
        "edit": lambda: intake.edit(order.pk, {line.pk: units}),
        "ship": lambda: fulfilment.ship(order.pk, {line.pk: units}, Cause()),
        "draft": lambda: asn.draft(order.pk, {line.pk: units}),
        "send": lambda: asn.send(drafts),
        "return": lambda: returns.take_back(order.pk, {line.pk: units}, Cause()),
        "archive": lambda: intake.archive([order.pk]),
        "unarchive": lambda: intake.unarchive([order.pk]),
        "add": lambda: intake.edit(order.pk, {}, [addition]),
    }
    verbs[name]()


class AnyMix(TestCase):
    """A TestCase, so that every example starts from an empty database."""

    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=True,
    )
    @given(
        units=st.lists(st.integers(0, 12), min_size=PARTS, max_size=PARTS),
        wanted=st.lists(sales, max_size=15),
    )
    def test_what_is_checked_before_it_is_sold_never_promises_more_than_the_components_allow(
        self, units: list[int], wanted: list[tuple[int, int]]
    ) -> None:
        world, sold = _World([number + 1 for number in units]), Counter[int]()
        for offer, number in wanted:
            before = world.at_hand()
            if before[offer] < number:
                continue
            make_order(world.warehouse, {world.offers[offer]: number})
            sold[offer] += number
            after = world.at_hand()
            assert min(after) >= 0
            assert all(now <= then for now, then in zip(after, before, strict=True))
            assert after[offer] == before[offer] - number
        needed = exploded(sold)
        assert world.committed() == needed
        assert all(n <= has + 1 for n, has in zip(needed, units, strict=True))

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=True,
    )
    @given(life=st.lists(steps, min_size=5, max_size=15))
    def test_components_are_promised_what_orders_hold_whatever_happens(
        self, life: list[tuple[str, int, int, int]]
    ) -> None:
        world = _World([9, 9, 9])
        orders = [
            make_order(world.warehouse, {world.offers[first]: 3, world.offers[second]: 2})
            for first, second in [(3, 0), (4, 3), (5, 1)]
        ]
        for name, order, offer, units in life:
            try:
                step(world, orders[order], name, offer, units)
            except Refused:
                continue
            assert commitments.differences() == []
        held: Counter[int] = Counter()
        index = {product.pk: number for number, product in enumerate(world.offers)}
        for (_, product, _), number in commitments.held([each.pk for each in orders]).items():
            held[index[product]] += number
        assert world.committed() == exploded(held)
