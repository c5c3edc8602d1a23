"""Rules for what happens at the channel: it sells, changes its orders, and edits its numbers."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.chaos.life import ANY_SKU, FEW, WHICH, Life
from tests.chaos.model import Line, Order

ANY_LOCATION = st.sampled_from(("Shop", "Depot"))


class Sales(Life):
    """At the store. It never sells more than it shows, and always takes the units itself."""

    def sell(self, units: int, *skus: str, location: str = "Shop", is_till: bool = False) -> None:
        """Sell up to so many units of each, where the location shows any."""
        shown = self.world.shown()
        wanted = {sku: min(units, shown.get((sku, location), 0)) for sku in skus}
        lines = [Line(sku, left) for sku, left in wanted.items() if left > 0]
        if not lines:
            return
        rows = [{"sku": line.sku, "quantity": line.units} for line in lines]
        order = self.world.store.post(
            "orders", lines=rows, location=location, is_fulfilled=is_till, source_name="pos"
        )
        for line in lines:
            line.left = line.units if is_till else 0
        self.model.orders[order["order_id"]] = Order(order["order_id"], lines, is_theirs=True)

    def theirs(self, which: int, *, is_moving: bool) -> Order | None:
        """An open order of the store's."""
        order = self.pick(which, is_theirs=True)
        if order is None or not order.is_open or order.is_moving != is_moving:
            return None
        return order

    def change(self, order: Order, verb: str, **body: Any) -> None:
        self.world.store.post(f"orders/{order.number}/{verb}", **body)
        self.is_number_put_back |= verb != "fulfil"
        order.is_changed_there |= verb in {"edit", "refund"}

    @rule(sku=ANY_SKU, units=FEW, location=ANY_LOCATION, is_till=st.booleans())
    def sell_there(self, sku: str, units: int, location: str, is_till: bool) -> None:
        self.sell(units, sku, location=location, is_till=is_till)

    @rule(units=FEW)
    def sell_two_there(self, units: int) -> None:
        self.sell(units, "CUP", "JUG")

    @rule(which=WHICH, units=st.integers(0, 4))
    def edit_there(self, which: int, units: int) -> None:
        """Other units on the first line, none at all perhaps."""
        order = self.theirs(which, is_moving=False)
        if order is not None:
            line = order.lines[0]
            self.change(order, "edit", lines=[{"sku": line.sku, "quantity": units}])
            line.units = units

    @rule(which=WHICH, sku=ANY_SKU)
    def add_line_there(self, which: int, sku: str) -> None:
        order = self.theirs(which, is_moving=False)
        if order is not None and sku not in {line.sku for line in order.lines}:
            row = {"sku": sku, "quantity": 1, "location": "Shop"}
            self.change(order, "edit", lines=[row])
            order.lines.append(Line(sku, 1))

    @rule(which=WHICH, is_restocked=st.booleans())
    def cancel_there(self, which: int, is_restocked: bool) -> None:
        order = self.theirs(which, is_moving=False)
        if order is not None and not order.is_changed_there:
            self.change(order, "cancel", is_restocked=is_restocked)
            order.is_canceled, order.is_archived = True, self.is_archiving
            if not order.is_here:  # what comes and goes unseen is nobody's business
                del self.model.orders[order.number]

    @rule(which=WHICH)
    def fulfil_there(self, which: int) -> None:
        """Somebody ships it in the store, past us."""
        order = self.theirs(which, is_moving=False)
        if order is not None and any(line.units for line in order.lines):
            self.change(order, "fulfil")
            for line in order.lines:
                line.left = line.units

    @rule(which=WHICH, restock=st.sampled_from(("cancel", "no_restock")))
    def refund_unshipped(self, which: int, restock: str) -> None:
        order = self.theirs(which, is_moving=False)
        if order is not None and order.lines[0].units:
            line = order.lines[0]
            row = {"sku": line.sku, "quantity": 1, "restock": restock}
            self.change(order, "refund", lines=[row])
            line.units -= 1

    @rule(which=WHICH, restock=st.sampled_from(("return", "no_restock")))
    def refund_shipped(self, which: int, restock: str) -> None:
        order = self.theirs(which, is_moving=True)
        if order is None:
            return
        line = order.lines[0]
        if self.shipped_there(order, line.sku):
            row = {"sku": line.sku, "quantity": 1, "restock": restock}
            self.change(order, "refund", lines=[row])
            line.back += restock == "return"

    def shipped_there(self, order: Order, sku: str) -> int:
        """Units that the store knows to have left, and did not refund."""
        for each in self.world.store.get("orders")["orders"]:
            for line in each["lines"] if each["order_id"] == order.number else ():
                if line["sku"] == sku:
                    return int(line["current_quantity"] - line["unfulfilled_quantity"])
        raise AssertionError(f"the store has lost {order}")

    @rule(sku=ANY_SKU, delta=st.integers(-3, 3))
    def edit_number_there(self, sku: str, delta: int) -> None:
        """Somebody types another number into the store."""
        self.is_number_put_back |= delta > 0
        level = {"sku": sku, "location": "Shop", "delta": delta}
        self.world.store.post("levels", levels=[level])
