"""First pass: everything about the file that must be known before its first line is told."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from orders.retail.goods import Texts, why_no_goods
from orders.retail.reader import Row

Pair = tuple[str, str]
"""A customer ("" for any) and a code that some cancellation names."""


@dataclass(frozen=True, slots=True)
class Survey:
    """`texts` by code of goods; `clashes`: codes whose spellings, differing in case only, name
    different goods; `days` on which anything was invoiced, in order."""

    lines: int
    texts: Mapping[str, Texts]
    clashes: frozenset[str]
    pairs: frozenset[Pair]
    days: tuple[date, ...]

    def day_from(self, day: date) -> date | None:
        """The first working day on or after `day`; None beyond the file."""
        position = bisect_left(self.days, day)
        return self.days[position] if position < len(self.days) else None

    def name(self, code: str) -> str:
        """What to call the product: its code when nobody ever wrote a name."""
        return self.texts[code].name or code

    def decisions(self) -> Iterator[tuple[str, str, str]]:
        """(kind, code, what was decided) for every code that was not plain."""
        for code, texts in sorted(self.texts.items()):
            spellings = sorted(texts.spellings)
            if len(spellings) > 1 and code not in self.clashes:
                yield "case", code, f"{' and '.join(spellings)} are one product under {code}"
            elif len(spellings) > 1:
                yield "case", code, f"{' and '.join(spellings)} name different goods: refused"
            if not texts.name:
                yield "no name", code, f"never named: called {code}"
            others = len(texts.names) - 1
            if others > 0:
                yield "names", code, f"{others + 1} names: called {texts.name!r}, the most frequent"


def survey(rows: Iterable[Row]) -> Survey:
    """Read the whole file once; memory grows with codes and cancellations, not with lines."""
    lines = 0
    texts: dict[str, Texts] = {}
    pairs: set[Pair] = set()
    days: dict[date, None] = {}
    for row in rows:
        lines += 1
        days[row.at.date()] = None
        found = texts.get(row.code)
        if found is None:
            if why_no_goods(row.code):
                continue
            found = texts[row.code] = Texts()
        found.add(row.spelling, row.text, is_free=row.is_free)
        if row.is_cancellation:
            pairs.add((row.customer, row.code))
    clashes = frozenset(code for code, found in texts.items() if not found.is_one_product)
    return Survey(lines, texts, clashes, frozenset(pairs), tuple(days))
