"""A sandbox's memory: one SQLite database behind one lock, durable against kill -9.

Write-ahead logging with `synchronous=NORMAL`: a committed transaction survives the death of the
process (only a power cut may lose the last ones), and a commit costs a fraction of a millisecond.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = sqlite3.Row


class Memory:
    """Rows, numbers and settings. Use it inside `with memory.transaction():`."""

    def __init__(self, tables: Path, path: str = "") -> None:
        """`tables`: the SQL that makes them, `settings` and `sequences` among them. `path` is the
        state file; empty keeps everything in memory only."""
        self.lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(tables.read_text())

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
                self._ended(is_kept=False)
                raise
            else:
                self._connection.execute("COMMIT")
            finally:
                self._depth = 0
            self._ended(is_kept=True)

    def _ended(self, *, is_kept: bool) -> None:
        """The outermost transaction did, still under the lock."""

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

    def number(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """The one number a query answers; 0 for none."""
        row = self.one(sql, parameters)
        return int(row[0] or 0) if row else 0

    def numbers(self, kind: str, first: int, count: int = 1) -> range:
        """`count` fresh numbers for things of this kind; `first` is its very first."""
        last = self.number(
            "INSERT INTO sequences (kind, last) VALUES (?, ?) "
            "ON CONFLICT (kind) DO UPDATE SET last = last + ? RETURNING last",
            (kind, first + count - 1, count),
        )
        return range(last - count + 1, last + 1)

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

    def forget(self) -> None:
        """Everything, settings and numbers included."""
        tables = self.all("SELECT name FROM sqlite_master WHERE type = 'table'")
        with self.transaction():
            for table in tables:
                self.run(f'DELETE FROM "{table["name"]}"')  # noqa: S608 - names from the schema
