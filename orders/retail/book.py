"""Which earlier order lines a cancellation means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from orders.retail.reader import Row
from orders.retail.survey import Pair


@dataclass(slots=True, eq=False)
class Order:
    """An order as the story knows it. `lines` are forgotten once it was shipped."""

    number: str
    lines: list[OrderLine] = field(default_factory=list)
    is_shipped: bool = False


@dataclass(slots=True, eq=False)
class OrderLine:
    """`left`: units neither canceled nor returned."""

    order: Order
    position: int
    code: str
    left: int


Match = Sequence[tuple[OrderLine, int]]
"""Order lines, and how many units of each are cancelled."""


class Book:
    """Order lines that some cancellation of the file may mean; all others are not kept."""

    def __init__(self, pairs: frozenset[Pair]) -> None:
        self._lines: dict[Pair, list[OrderLine]] = {pair: [] for pair in pairs}

    def add(self, line: OrderLine, row: Row) -> None:
        for customer in {row.customer, ""}:
            if (customer, row.code) in self._lines:
                self._lines[customer, row.code].append(line)

    def match(self, row: Row) -> Match:
        """The latest line with enough units left, or else several from the latest backwards.
        Takes the units; an empty answer when all lines together have too few."""
        wanted = -row.quantity
        lines = self._living((row.customer, row.code))
        for line in reversed(lines):
            if line.left >= wanted:
                line.left -= wanted
                return [(line, wanted)]
        if sum(line.left for line in lines) < wanted:
            return []
        return self._spread(lines, wanted)

    def why_not(self, row: Row) -> str:
        """Why `match` found nothing."""
        left = sum(line.left for line in self._living((row.customer, row.code)))
        whose = "this customer's" if row.customer else "any"
        if left:
            return f"{whose} earlier orders hold fewer units than it cancels"
        return f"not on {whose} earlier order, or cancelled already"

    def _living(self, pair: Pair) -> list[OrderLine]:
        lines = [line for line in self._lines[pair] if line.left]
        self._lines[pair] = lines
        return lines

    @staticmethod
    def _spread(lines: Sequence[OrderLine], wanted: int) -> Match:
        matched = []
        for line in reversed(lines):
            units = min(line.left, wanted)
            line.left -= units
            wanted -= units
            matched.append((line, units))
            if not wanted:
                break
        return matched
