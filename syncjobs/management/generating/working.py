"""How steps run: told, timed, each in transactions of bounded size, under numbers of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

SLICE = 250_000
"""Rows that one transaction writes at most: what it has to remember of them stays in memory."""


@dataclass(slots=True)
class Workshop:
    """The values that statements may name, and who hears of progress."""

    values: dict[str, Any]
    tell: Callable[[str], None]
    made: dict[str, int] = field(default_factory=dict)

    def reserve(self, name: str, model: type[Model], count: int) -> None:
        """Numbers for `count` rows that nobody else gets: `name` + 1 up to `name` + count.

        So rows can name each other before they are written.
        """
        table = model._meta.db_table  # noqa: SLF001 - Django's documented API
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
            [sequence] = cursor.fetchone()
            cursor.execute("SELECT nextval(%s)", [sequence])
            [first] = cursor.fetchone()
            cursor.execute("SELECT setval(%s, %s)", [sequence, first + count])
        self.values[name] = first - 1

    def note(self, statement: str) -> int:
        """Run one statement on working tables; returns how many rows it wrote."""
        with connection.cursor() as cursor:
            cursor.execute(statement, self.values)
            return int(cursor.rowcount)

    def one(self, statement: str) -> int:
        """The number that a statement answers."""
        with connection.cursor() as cursor:
            cursor.execute(statement, self.values)
            [number] = cursor.fetchone()
            return int(number or 0)

    def make(self, what: str, *statements: str) -> None:
        """Run statements as one step."""
        started = time.monotonic()
        with transaction.atomic():
            rows = sum(self.note(each) for each in statements)
        self._told(what, rows, started)

    def timed(self, what: str, act: Callable[[], int]) -> None:
        """What another floor does by itself, as one step; it returns how many rows it made."""
        started = time.monotonic()
        self._told(what, act(), started)

    def make_sliced(self, what: str, count: int, *statements: str) -> None:
        """Run statements for numbers from %(low)s to %(high)s, until `count` is reached."""
        started, rows = time.monotonic(), 0
        for low in range(1, count + 1, SLICE):
            self.values |= {"low": low, "high": min(low + SLICE - 1, count)}
            with transaction.atomic():
                rows += sum(self.note(each) for each in statements)
        self._told(what, rows, started)

    def tidy(self) -> None:
        """Drop the working tables, so that the connection can be used again."""
        if connection.needs_rollback:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relname ~ '^generated_'"
                " AND relkind = 'r' AND relnamespace = pg_my_temp_schema()"
            )
            for [name] in cursor.fetchall():
                cursor.execute(f'DROP TABLE pg_temp."{name}"')

    def _told(self, what: str, rows: int, started: float) -> None:
        self.made[what] = self.made.get(what, 0) + rows
        self.tell(f"{what:<28}{rows:>12,}  {time.monotonic() - started:7.1f} s")


def choose(dice: str, choices: Mapping[str, int]) -> str:
    """SQL for one of these texts by a column of random numbers; shares are in a hundred."""
    parts, reached = [], 0
    for text, share in choices.items():
        reached += share
        parts.append(f"WHEN {dice} < {reached / 100} THEN '{text}'")
    if reached != 100:
        raise ValueError(f"Shares add up to {reached}, not 100.")
    return f"CASE {' '.join(parts)} END"


UNTIL = (
    "(%(began_at)s::timestamptz + (now() - %(began_at)s::timestamptz)"
    " * ({}::float / greatest(%({})s, 1)))"
)
"""SQL for a moment between the beginning and now, by a number and the name of their count."""
