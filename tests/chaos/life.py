"""One life of a store, for the state machine: its world, its model, and the end of it."""

from __future__ import annotations

import sys
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from channels.models import ChannelOrder
from inventory.ledger import Cause
from orders.models import SalesOrderLine
from tests.chaos import checks, world
from tests.chaos.model import Line, Model, Order
from tests.chaos.world import OPENING, SKUS, Place, World

ANY_SKU = st.sampled_from(SKUS)
ANY_WAREHOUSE = st.sampled_from(("main", "back"))
FEW = st.integers(1, 4)
WHICH = st.integers(0, 9)


class Life(RuleBasedStateMachine):
    """Everything the rules share. `place` is set by the test that lives these lives."""

    place: ClassVar[Place]
    world: World
    is_number_put_back = False
    """Whether the store raised a number itself, by a refund or by hand: it may hide a sale from any
    compare-and-set: the number is again what we believed. The ends must be right all the same."""

    @initialize(is_archiving=st.booleans(), hears=st.booleans())
    def begin(self, is_archiving: bool, hears: bool) -> None:
        """A store that archives its cancellations at once or not, and sends notices or none."""
        self.world = world.fresh(
            self.place, hears=hears, is_cancellation_archived=is_archiving, breaker_share=100
        )
        self.is_archiving = is_archiving
        self.model = Model()
        for sku in SKUS:
            self.model.move(sku, "main", OPENING)
        self.feeds: dict[str, set[str]] = {"Shop": {"main"}, "Depot": set()}

    def cause(self) -> Cause:
        return Cause(actor="chaos", note="chaos")

    def pick(self, which: int, *, is_theirs: bool) -> Order | None:
        """One of the orders, if there are any."""
        orders = [each for each in self.model.orders.values() if each.is_theirs == is_theirs]
        return orders[which % len(orders)] if orders else None

    def learn(self) -> None:
        """When an order of the channel comes in, where it is held, and when what left there is
        booked here is the product's choice: take it over. Never more than the channel says."""
        for bound in ChannelOrder.objects.filter(order__isnull=False).select_related("order"):
            assert bound.order is not None
            order = self.model.orders[bound.external_id]
            mine = {line.sku: line for line in order.lines}
            for found in bound.order.lines.select_related("product", "warehouse"):
                self.take_over(mine[found.product.sku], found)

    def take_over(self, mine: Line, found: SalesOrderLine) -> None:
        mine.warehouse = found.warehouse.code
        if found.shipped > mine.shipped:
            assert found.shipped <= mine.left, f"{mine}: more left here than there"
            assert self.model.move(mine.sku, mine.warehouse, mine.shipped - found.shipped)
            mine.shipped = found.shipped
        if found.notified > mine.notified:
            assert found.notified <= mine.left, f"{mine}: more notified here than left there"
            mine.notified = found.notified
        if found.returned > mine.returned:
            assert found.returned <= mine.back, f"{mine}: more came back here than there"
            assert self.model.move(mine.sku, mine.warehouse, found.returned - mine.returned)
            mine.returned = found.returned

    @invariant()
    def everything_adds_up(self) -> None:
        if not hasattr(self, "model"):
            return
        checks.adds_up()
        self.learn()
        checks.stock_is(self.world, self.model)

    def teardown(self) -> None:
        if sys.exc_info()[0] is None and hasattr(self, "model"):
            self.come_to_rest()

    def come_to_rest(self) -> None:
        """The store is well again and time passes: then everything must be right."""
        self.calm()
        self.learn()
        checks.stock_is(self.world, self.model)
        checks.promises_are(self.world, self.model)
        checks.orders_are_whole(self.world, self.model)
        checks.nothing_is_open(self.world)
        checks.store_shows(self.world, self.right_numbers())
        self.zero_what_nothing_feeds()
        if not self.is_number_put_back:
            checks.no_sale_was_overwritten(self.world)
        checks.ledger_is_clean()

    def right_numbers(self) -> dict[tuple[str, str], int]:
        """By SKU and location, wherever we tell a number."""
        numbers = {
            (sku, location): self.model.shown(sku, codes)
            for location, codes in self.feeds.items()
            for sku in SKUS
        }
        return {place: units for place, units in numbers.items() if units is not None}

    def calm(self) -> None:
        raise NotImplementedError

    def zero_what_nothing_feeds(self) -> None:
        raise NotImplementedError
