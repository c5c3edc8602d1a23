"""What must be true, in plain Python: the oracle of the state machine.

It knows units and promises, and nothing of databases, messages, retries or belief. A place is a
pair of SKU and warehouse code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

Place = tuple[str, str]


@dataclass
class Line:
    """Units of one product on an order. `warehouse` is empty until a channel's order is here.

    left: shipped at the channel itself. back: of those shipped, put back there by a refund.
    """

    sku: str
    units: int
    warehouse: str = ""
    shipped: int = 0
    notified: int = 0
    returned: int = 0
    left: int = 0
    back: int = 0

    @property
    def held(self) -> int:
        return self.units - self.notified


@dataclass
class Order:
    """`number` is ours, or the one of the channel when it `is_theirs`. One that was edited or
    refunded there and then canceled, before we looked, holds what we knew of it until archived: the
    channel tells of a canceled order no longer what was wanted before."""

    number: str
    lines: list[Line]
    is_theirs: bool = False
    is_canceled: bool = False
    is_archived: bool = False
    is_changed_there: bool = False

    @property
    def is_open(self) -> bool:
        return not (self.is_canceled or self.is_archived)

    @property
    def is_here(self) -> bool:
        return any(line.warehouse for line in self.lines)

    @property
    def is_moving(self) -> bool:
        """Whether anything of it has left, as far as either side knows."""
        return any(line.left or line.shipped or line.notified for line in self.lines)


@dataclass
class Model:
    """The truth about units: what lies where, and who was promised what."""

    on_hand: Counter[Place] = field(default_factory=Counter)
    known: set[Place] = field(default_factory=set)
    """Where something was ever counted or moved; of others nobody knows what lies there."""
    orders: dict[str, Order] = field(default_factory=dict)

    def move(self, sku: str, warehouse: str, delta: int) -> bool:
        """Change what lies there; False, and no change, when there is not so much."""
        if self.on_hand[sku, warehouse] + delta < 0:
            return False
        self.on_hand[sku, warehouse] += delta
        self.known.add((sku, warehouse))
        return True

    def count(self, sku: str, warehouse: str, units: int) -> None:
        """So many lie there."""
        self.move(sku, warehouse, units - self.on_hand[sku, warehouse])

    def ship(self, order: Order) -> bool:
        """Everything left of the order leaves; False, and no change, when there is not so much."""
        wanted: Counter[Place] = Counter()
        for line in order.lines:
            wanted[line.sku, line.warehouse] += line.units - line.shipped
        if any(self.on_hand[place] < units for place, units in wanted.items()):
            return False
        self.on_hand.subtract(wanted)
        for line in order.lines:
            line.shipped = line.notified = line.units
        return True

    def committed(self) -> Counter[Place]:
        """Promised and not on a sent ASN, unless the order was archived."""
        held: Counter[Place] = Counter()
        for order in self.orders.values():
            for line in () if order.is_archived else order.lines:
                held[line.sku, line.warehouse] += line.held
        return held

    def shown(self, sku: str, warehouses: Collection[str]) -> int | None:
        """What a location fed by these warehouses must show; None when nobody knows."""
        if not any((sku, code) in self.known for code in warehouses):
            return None
        held = self.committed()
        return max(0, sum(self.on_hand[sku, code] - held[sku, code] for code in warehouses))
