"""Second pass: how much stock the story needs, and when it must arrive.

Stock may never fall below zero, a shop does not sell what it has not got, and nobody keeps a year's
needs on the shelf. So the story is told once without a database, noting per product and month the
deepest point that its quantity in stock, and in the evenings its quantity at hand, would reach.
What is missing there, and a tenth more, in whole half dozens, is the opening stock of the first
month and the purchase of each later one. It is made of the whole file, whatever part is loaded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from orders.retail.events import Day, Event, moved
from orders.retail.reader import Row
from orders.retail.story import Story

PACK = 6


@dataclass(frozen=True, slots=True)
class Plan:
    """Units by code: there at the start, and bought on the first working day of each month."""

    opening: Mapping[str, int]
    purchases: Mapping[date, Mapping[str, int]]


@dataclass(slots=True)
class _Shelf:
    """One product's stock: before the current period, and since then."""

    balance: int = 0
    change: int = 0
    lowest: int = 0

    def move(self, delta: int) -> None:
        self.change += delta
        self.lowest = min(self.lowest, self.change)

    def hold(self, units: int) -> None:
        """Units that must be there now, though they do not leave now."""
        self.lowest = min(self.lowest, self.change - units)

    def close_period(self) -> int:
        """Start the next period; returns the units that must have arrived before this one."""
        missing = max(-(self.balance + self.lowest), 0)
        bought = -(-missing * 11 // (10 * PACK)) * PACK
        self.balance += bought + self.change
        self.change = self.lowest = 0
        return bought


def is_staged(code: str) -> bool:
    """Even codes go direct to stock in the morning, odd ones to staging until the evening."""
    digits = "".join(letter for letter in code if letter.isdigit())
    return bool(digits) and int(digits) % 2 == 1


def plan(story: Story, rows: Iterable[Row]) -> Plan:
    """Tell the story to its end and say what must be in stock when."""
    shelves: dict[str, _Shelf] = defaultdict(_Shelf)
    arrivals: dict[bool, date] = {}
    bought: dict[date, dict[str, int]] = defaultdict(dict)
    first = None
    for day in story.days(rows):
        first = first or day.date
        if day.is_first_of_month:
            _close(shelves, bought, arrivals, day.date, staged=False)
        _move(shelves, [*day.morning, *day.events])
        if day.is_first_of_month:
            _close(shelves, bought, arrivals, day.date, staged=True)
        _move(shelves, day.evening)
        _hold(shelves, day, story)
    if first is None:
        return Plan({}, {})
    for staged in (False, True):
        _close(shelves, bought, arrivals, first, staged=staged)
    return Plan(bought.pop(first, {}), bought)


def _move(shelves: Mapping[str, _Shelf], events: Iterable[Event]) -> None:
    for event in events:
        for code, delta in moved(event).items():
            shelves[code].move(delta)


def _hold(shelves: Mapping[str, _Shelf], day: Day, story: Story) -> None:
    """What left this evening stays on orders until its ASN is sent tomorrow, as do open orders: the
    quantity at hand must cover both."""
    held = story.unshipped()
    for event in day.evening:
        held.subtract(moved(event))
    for code, units in held.items():
        shelves[code].hold(units)


def _close(
    shelves: Mapping[str, _Shelf],
    bought: Mapping[date, dict[str, int]],
    arrivals: dict[bool, date],
    today: date,
    *,
    staged: bool,
) -> None:
    """End the period of the staged or the direct products: their next purchase arrives today."""
    started, arrivals[staged] = arrivals.get(staged), today
    if started is None:
        return
    for code, shelf in sorted(shelves.items()):
        if is_staged(code) == staged and (units := shelf.close_period()):
            bought[started][code] = units
