"""Rules for what happens here: goods come, move, are counted, sold, shipped and brought back."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from inventory import counting, ledger, transfers
from inventory.errors import InsufficientStock
from orders import asn, fulfilment, intake, returns
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from tests.chaos.life import ANY_SKU, ANY_WAREHOUSE, FEW, WHICH, Life
from tests.chaos.model import Line, Order
from tests.factories import make_transfer


class Goods(Life):
    """On our side."""

    placed = 0

    @rule(sku=ANY_SKU, warehouse=ANY_WAREHOUSE, units=FEW)
    def receive(self, sku: str, warehouse: str, units: int) -> None:
        place = self.world.warehouses[warehouse].pk
        ledger.receive(place, [(self.world.products[sku].pk, units)], self.cause())
        assert self.model.move(sku, warehouse, units)

    @rule(sku=ANY_SKU, units=FEW, is_back=st.booleans(), in_steps=st.booleans())
    def transfer(self, sku: str, units: int, is_back: bool, in_steps: bool) -> None:
        source, destination = ("main", "back") if is_back else ("back", "main")
        places = self.world.warehouses
        draft = make_transfer(
            places[source], places[destination], {self.world.products[sku]: units}
        )
        verb = transfers.dispatch if in_steps else transfers.in_one_step
        if not self.model.move(sku, source, -units):
            with pytest.raises(InsufficientStock):
                verb(draft)
            return
        assert verb(draft)
        if in_steps:
            assert transfers.receive(draft)
        assert self.model.move(sku, destination, units)

    @rule(sku=ANY_SKU, warehouse=ANY_WAREHOUSE, counted=st.integers(0, 9))
    def count(self, sku: str, warehouse: str, counted: int) -> None:
        product = self.world.products[sku].pk
        stocktake = counting.open(self.world.warehouses[warehouse], [product])
        counting.record(stocktake, {product: counted})
        assert counting.close(stocktake)
        self.model.count(sku, warehouse, counted)

    @rule(sku=ANY_SKU, warehouse=ANY_WAREHOUSE, units=FEW)
    def sell_here(self, sku: str, warehouse: str, units: int) -> None:
        self.placed += 1
        number = f"SO-{self.placed}"
        place = self.world.warehouses[warehouse].pk
        lines = [DraftLine(self.world.products[sku].pk, place, units)]
        intake.place(Draft(number=number, lines=lines), self.cause())
        self.model.orders[number] = Order(number, [Line(sku, units, warehouse)])

    @rule(which=WHICH, units=FEW)
    def edit_here(self, which: int, units: int) -> None:
        order = self.pick(which, is_theirs=False)
        if order is None or not order.is_open:
            return
        found = self.found(order)
        [line] = order.lines
        if units >= max(line.shipped, line.notified):
            intake.edit(found.pk, {found.lines.get().pk: units}, cause=self.cause())
            line.units = units

    @rule(which=WHICH, is_archived=st.booleans())
    def cancel_here(self, which: int, is_archived: bool) -> None:
        order = self.pick(which, is_theirs=False)
        if order is not None and not any(line.shipped for line in order.lines):
            intake.cancel(self.found(order).pk, self.cause(), is_archived=is_archived)
            order.is_canceled, order.is_archived = True, order.is_archived or is_archived

    @rule(which=WHICH, is_archived=st.booleans())
    def archive(self, which: int, is_archived: bool) -> None:
        order = self.pick(which, is_theirs=False)
        if order is not None:
            verb = intake.archive if is_archived else intake.unarchive
            verb([self.found(order).pk], self.cause())
            order.is_archived = is_archived

    @rule(which=WHICH, is_theirs=st.booleans())
    def ship(self, which: int, is_theirs: bool) -> None:
        """Ship what is left, and tell it: an ASN goes out."""
        order = self.pick(which, is_theirs=is_theirs)
        if order is None or not order.is_open or not self.is_as_here(order):
            return  # nobody ships an order that is being changed at the same time
        found = self.found(order)
        if not self.model.ship(order):
            with pytest.raises(InsufficientStock):
                fulfilment.ship_all([found.pk], self.cause())
            return
        fulfilment.ship_all([found.pk], self.cause())
        asn.send(asn.draft_all([found.pk]), self.cause())

    @rule(which=WHICH)
    def take_back(self, which: int) -> None:
        """A customer of ours brings one unit back, to where it left."""
        order = self.pick(which, is_theirs=False)
        out = [each for each in order.lines if each.shipped > each.returned] if order else []
        if order is None or not out:
            return
        line = out[0]
        found = self.found(order).lines.get(product__sku=line.sku)
        assert returns.take_back(found.order_id, {found.pk: 1}, self.cause())
        line.returned += 1
        assert self.model.move(line.sku, line.warehouse, 1)

    def found(self, order: Order) -> SalesOrder:
        if order.is_theirs:
            return SalesOrder.objects.get(binding__external_id=order.number)
        return SalesOrder.objects.get(number=order.number)

    def is_as_here(self, order: Order) -> bool:
        """Whether an order of the channel is here just as it stands there."""
        if not order.is_theirs:
            return True
        if not order.is_here or any(line.left for line in order.lines):
            return False
        found = self.found(order)
        if found.status == SalesOrder.Status.CANCELED:
            return False
        rows = found.lines.values_list("product__sku", "ordered")
        return dict(rows) == {line.sku: line.units for line in order.lines}
