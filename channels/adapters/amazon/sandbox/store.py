"""The seller's account's memory, and its clock."""

from __future__ import annotations

from pathlib import Path

from channels.adapters.amazon.sandbox.clock import Clock
from channels.rehearsing.memory import Memory, Row

__all__ = ["Row", "Store"]

FIRST_ID = 50_000_000_001
"""Beyond 32 bits, so that a client which stores ids in an INTEGER column fails in rehearsal."""


class Store(Memory):
    """Rows, numbers, settings and the clock. Use it inside `with store.transaction():`."""

    def __init__(self, path: str = "") -> None:
        """`path` is the state file; empty keeps everything in memory only."""
        super().__init__(Path(__file__).parent / "tables.sql", path)
        self.clock = Clock(*self.setting("clock", []))

    def next_id(self, kind: str) -> int:
        """A fresh number for a thing of this kind."""
        return self.numbers(kind, FIRST_ID)[0]

    def save_clock(self) -> None:
        self.set_setting("clock", self.clock.saved())

    def clear(self) -> None:
        """Forget everything, settings, numbers and the clock included."""
        self.forget()
        self.clock = Clock()
