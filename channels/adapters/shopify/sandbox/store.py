"""The shop's memory: one SQLite database behind one lock, durable against kill -9.

Write-ahead logging with `synchronous=NORMAL`: a committed transaction survives the death of the
process (only a power cut may lose the last ones), and a commit costs a fraction of a millisecond.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from channels.adapters.shopify.sandbox.clock import Clock, iso

Row = sqlite3.Row
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


class Store:
    """Rows, ids, settings and the clock. Use it inside `with store.transaction():`."""

    def __init__(self, path: str = "") -> None:
        """`path` is the state file; empty keeps the shop in memory only."""
        self.lock = threading.RLock()
        self._depth = 0
        self._events: list[Event] = []
        self.listener: Callable[[list[Event]], None] | None = None
        self._connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript((Path(__file__).parent / "tables.sql").read_text())
        self.clock = self._load_clock()

    def close(self) -> None:
        with self.lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one at a time. Nests: only the outermost commits."""
        with self.lock:
            if self._depth:
                yield
                return
            self._depth = 1
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                self._events.clear()
                raise
            else:
                self._connection.execute("COMMIT")
            finally:
                self._depth = 0
            self._tell()

    def emit(self, topic: str, number: int, *more: int) -> None:
        """Note that something happened; the listener hears of it if the transaction commits.

        Once for a transaction: what is told is how things stand at its end.
        """
        self._events.append((topic, (number, *more)))

    def _tell(self) -> None:
        # Still under the lock, so that listeners hear of commits in their order.
        events, self._events = list(dict.fromkeys(self._events)), []
        if events and self.listener is not None:
            self.listener(events)

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with self.lock:
            return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        with self.lock:
            row: Row | None = self._connection.execute(sql, parameters).fetchone()
            return row

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Execute one statement; the number of rows it touched."""
        with self.lock:
            return self._connection.execute(sql, parameters).rowcount

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.lock:
            self._connection.executemany(sql, rows)

    def next_ids(self, kind: str, count: int = 1) -> range:
        """`count` fresh numbers for objects of this kind."""
        first = FIRST_IDS.get(kind, OTHER_FIRST_ID)
        row = self.one(
            "INSERT INTO sequences (kind, last) VALUES (?, ?) "
            "ON CONFLICT (kind) DO UPDATE SET last = last + ? RETURNING last",
            (kind, first + count - 1, count),
        )
        last: int = row["last"] if row else first
        return range(last - count + 1, last + 1)

    def next_id(self, kind: str) -> int:
        return self.next_ids(kind)[0]

    def now(self) -> str:
        return iso(self.clock.now())

    def setting(self, name: str, default: Any) -> Any:
        """A stored setting (JSON), or the default when it was never set."""
        row = self.one("SELECT value FROM settings WHERE name = ?", (name,))
        return json.loads(row["value"]) if row else default

    def set_setting(self, name: str, value: Any) -> None:
        self.run(
            "INSERT INTO settings (name, value) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, json.dumps(value)),
        )

    def save_clock(self) -> None:
        self.set_setting("clock", [self.clock.offset, self.clock.frozen_at])

    def clear(self) -> None:
        """Forget the whole shop, the settings and ids included."""
        tables = self.all("SELECT name FROM sqlite_master WHERE type = 'table'")
        with self.transaction():
            for table in tables:
                self.run(f'DELETE FROM "{table["name"]}"')  # noqa: S608
        self.clock = Clock()

    def _load_clock(self) -> Clock:
        offset, frozen_at = self.setting("clock", [0.0, None])
        return Clock(offset, frozen_at)
