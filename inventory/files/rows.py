"""What a row of a file says, what is wrong with it, and what it would change."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

LONGEST = 300
"""Characters of a cell that are kept to show it; none that is accepted is longer."""


class Effect(StrEnum):
    """What a row would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    ERROR = "error"


class Change(NamedTuple):
    """One cell that would change. `old` is None where there is nothing yet."""

    column: str
    old: str | None
    new: str


class Problem(NamedTuple):
    """Why a cell is refused, and the remedy. `column` is "" where the row as a whole is."""

    column: str
    value: str
    message: str


class Doing(NamedTuple):
    """Who applies a file, and under which key of the ledger; `document` names the upload."""

    actor: str
    document: str
    note: str
    key: str


@dataclass(slots=True)
class Row:
    """`number` is the row's as a spreadsheet shows it; `raw` the cells as text by column; `values`
    what the cells mean. The rest is filled in by judging it against what is there now."""

    number: int
    raw: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    effect: Effect = Effect.SAME
    changes: list[Change] = field(default_factory=list)
    warning: str = ""
    product_id: int | None = None
    place_id: int | None = None
    """The warehouse, stocktake or channel that the row is about."""

    def refuse(self, column: str, message: str) -> None:
        """The row can not be applied, because of this cell."""
        self.problems.append(Problem(column, self.raw.get(column, "")[:LONGEST], message))
        self.effect = Effect.ERROR

    def change(self, column: str, old: str | None, new: str) -> None:
        """Note a cell, if it differs from what is there."""
        if old != new:
            self.changes.append(Change(column, old, new))

    def settle(self, *, is_new: bool) -> None:
        """All cells are compared."""
        if self.effect != Effect.ERROR and self.changes:
            self.effect = Effect.NEW if is_new else Effect.CHANGED
