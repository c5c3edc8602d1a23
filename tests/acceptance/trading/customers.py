"""Customers at the store: they buy what it shows, and change their minds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.trading.script import Event, Sale, Withdrawal
from tests.store import Store


@dataclass
class Placed:
    """An order at the store, with the units of it that nobody withdrew."""

    number: int
    customer: str
    left: Counter[str]


@dataclass
class Customers:
    """What they did, and what the store could not sell them. `refused`: nothing of a sale was to be
    had; `short`: lines of other sales that were not; `too_early`: withdrawn units of orders that
    were placed before the first day."""

    store: Store
    orders: list[Placed] = field(default_factory=list)
    refused: int = 0
    short: int = 0
    canceled: int = 0
    refunded: int = 0
    too_early: int = 0

    def act(self, event: Event) -> None:
        if isinstance(event, Sale):
            self._buy(event)
        elif isinstance(event, Withdrawal):
            self._withdraw(event)
        else:
            raise TypeError(f"{event} does not happen at the store")

    def _buy(self, sale: Sale) -> None:
        had = {sku: n for sku, n in sale.units.items() if self.store.available(sku) >= n}
        if not had:
            self.refused += 1
            return
        self.short += len(sale.units) - len(had)
        lines = [{"sku": sku, "quantity": units} for sku, units in had.items()]
        order = self.store.post("orders", name=f"#{sale.number}", lines=lines, location="Shop")
        self.orders.append(Placed(order["number"], sale.customer, Counter(had)))

    def _withdraw(self, event: Withdrawal) -> None:
        chosen: dict[int, Counter[str]] = {}
        for sku, units in event.units.items():
            order = self._holder(event.customer, sku, units)
            if order is None:
                self.too_early += 1
            else:
                order.left[sku] -= units
                chosen.setdefault(order.number, Counter())[sku] = units
        for number, taken in chosen.items():
            [left] = [each.left for each in self.orders if each.number == number]
            self._take_back(number, taken, is_whole=not any(left.values()))

    def _holder(self, customer: str, sku: str, units: int) -> Placed | None:
        """The customer's latest order with so many units, or else anybody's."""
        able = [each for each in self.orders if each.left[sku] >= units]
        own = [each for each in able if each.customer == customer]
        chosen = own or able
        return chosen[-1] if chosen else None

    def _take_back(self, number: int, taken: Counter[str], *, is_whole: bool) -> None:
        order = self._order(number)
        waiting = {line["sku"]: line["unfulfilled_quantity"] for line in order["lines"]}
        if is_whole and order["fulfillment_status"] == "UNFULFILLED":
            self.store.post(f"orders/{number}/cancel", is_restocked=True)
            self.canceled += 1
            return
        lines = []
        for sku, units in taken.items():
            unshipped = min(units, waiting[sku])
            for part, restock in ((unshipped, "cancel"), (units - unshipped, "return")):
                if part:
                    lines.append({"sku": sku, "quantity": part, "restock": restock})
        self.store.post(f"orders/{number}/refund", lines=lines)
        self.refunded += 1

    def _order(self, number: int) -> dict[str, Any]:
        orders = self.store.get("orders")["orders"]
        [order] = [each for each in orders if each["number"] == number]
        return dict(order)
