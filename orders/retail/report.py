"""Counts what became of every line, and keeps a list of those not taken, if asked to."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from orders.retail.events import Outcome
from orders.retail.reader import Row
from orders.retail.survey import Survey

HEADER = ("line", "invoice", "code", "quantity", "description", "outcome", "reason")


class Report:
    """`notes` are things that concern no line: an order a person had shipped by hand meanwhile.
    `loaded_before` counts lines that an earlier load had taken."""

    def __init__(self, path: Path | None = None) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.reasons: Counter[tuple[Outcome, str]] = Counter()
        self.decisions: Counter[str] = Counter()
        self.notes: list[str] = []
        self.read = 0
        self.loaded_before = 0
        self._path = path
        self._stack = ExitStack()
        self._writer: Any = None

    def __enter__(self) -> Self:
        if self._path is not None:
            file = self._stack.enter_context(self._path.open("w", encoding="utf-8", newline=""))
            self._writer = csv.writer(file)
            self._writer.writerow(HEADER)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def take(self, outcome: Outcome, rows: Sequence[Row], *, is_repeat: bool = False) -> None:
        self.outcomes[outcome] += len(rows)
        if is_repeat:
            self.loaded_before += len(rows)

    def decline(self, outcome: Outcome, row: Row, reason: str) -> None:
        self.outcomes[outcome] += 1
        self.reasons[outcome, reason] += 1
        self._write(
            row.line, row.invoice, row.spelling, row.quantity, row.text, outcome.value, reason
        )

    def decide(self, survey: Survey) -> None:
        """Note what was decided about codes."""
        for kind, code, decision in survey.decisions():
            self.decisions[kind] += 1
            self._write("", "", code, "", "", f"decision: {kind}", decision)

    def note(self, text: str) -> None:
        self.notes.append(text)
        self._write("", "", "", "", "", "note", text)

    @property
    def adds_up(self) -> bool:
        """Whether every line read became exactly one thing."""
        return self.read == self.outcomes.total()

    def table(self) -> str:
        """The report in words, for a terminal."""
        rows = [("lines read", self.read)]
        for outcome in Outcome:
            rows.append((f"  {outcome}", self.outcomes[outcome]))
            rows += [
                (f"    {reason}", count)
                for (of, reason), count in self.reasons.most_common()
                if of == outcome
            ]
        rows.append(("loaded by an earlier run", self.loaded_before))
        rows += [(f"codes decided upon: {kind}", n) for kind, n in self.decisions.items()]
        rows.append(("notes", len(self.notes)))
        width = max(len(label) for label, _ in rows) + 2
        return "\n".join(f"{label:<{width}}{count:>9,}" for label, count in rows)

    def _write(self, *fields: object) -> None:
        if self._writer is not None:
            self._writer.writerow(fields)
