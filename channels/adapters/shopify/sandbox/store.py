"""The shop's memory, its clock, and what it has to tell listeners."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from channels.adapters.shopify.sandbox.clock import Clock, iso
from channels.rehearsing.memory import Memory, Row

__all__ = ["Event", "Row", "Store"]

Event = tuple[str, tuple[int, ...]]
"""A webhook topic and the numbers of what it is about."""

FIRST_IDS = {
    "Location": 71_000_000_001,
    "Product": 8_100_000_000_001,
    "ProductVariant": 44_100_000_000_001,
    "InventoryItem": 46_200_000_000_001,
    "InventoryLevel": 113_000_000_001,
    "Order": 5_600_000_000_001,
    "OrderNumber": 1001,
}
OTHER_FIRST_ID = 14_000_000_000_001
"""Beyond 32 bits, so that a client which stores ids in an INTEGER column fails in rehearsal."""


class Store(Memory):
    """Rows, ids, settings and the clock. Use it inside `with store.transaction():`."""

    def __init__(self, path: str = "") -> None:
        """`path` is the state file; empty keeps the shop in memory only."""
        self._events: list[Event] = []
        self.listener: Callable[[list[Event]], None] | None = None
        super().__init__(Path(__file__).parent / "tables.sql", path)
        self.clock = self._load_clock()

    def _ended(self, *, is_kept: bool) -> None:
        # Still under the lock, so that listeners hear of commits in their order.
        events, self._events = list(dict.fromkeys(self._events)), []
        if is_kept and events and self.listener is not None:
            self.listener(events)

    def emit(self, topic: str, number: int, *more: int) -> None:
        """Note that something happened; the listener hears of it if the transaction commits.

        Once for a transaction: what is told is how things stand at its end.
        """
        self._events.append((topic, (number, *more)))

    def next_ids(self, kind: str, count: int = 1) -> range:
        """`count` fresh numbers for objects of this kind."""
        return self.numbers(kind, FIRST_IDS.get(kind, OTHER_FIRST_ID), count)

    def next_id(self, kind: str) -> int:
        return self.next_ids(kind)[0]

    def now(self) -> str:
        return iso(self.clock.now())

    def save_clock(self) -> None:
        self.set_setting("clock", [self.clock.offset, self.clock.frozen_at])

    def clear(self) -> None:
        """Forget the whole shop, the settings and ids included."""
        self.forget()
        self.clock = Clock()

    def _load_clock(self) -> Clock:
        offset, frozen_at = self.setting("clock", [0.0, None])
        return Clock(offset, frozen_at)
