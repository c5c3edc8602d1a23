"""Tells the file as a sequence of working days. Pure: no database, the same words every time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby

from orders.retail.book import Book, Match, Order, OrderLine
from orders.retail.cancelling import cancellation
from orders.retail.events import (
    Adjust,
    Archive,
    Day,
    Decline,
    Event,
    Extend,
    Notify,
    Outcome,
    Place,
    Ship,
    key_of,
)
from orders.retail.judge import is_adjustment, judge
from orders.retail.reader import LOCAL, Row
from orders.retail.survey import Survey

MORNING, NOON, EVENING = time(5), time(12), time(21)
DAYS_UNTIL_ARCHIVED = 30
NO_REASON = "no reason given"
TOO_LATE = "its order was shipped or canceled before this line"


def on(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, LOCAL)


@dataclass
class _Desk:
    """What lies on the desk while lines come in: the hour's orders, the C-invoice being read."""

    orders: dict[str, list[Row]] = field(default_factory=dict)
    cancellations: list[tuple[Row, Match]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class Story:
    """Told once, from the first line to the last: `days`, then `unshipped`."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._book = Book(survey.pairs)
        self._open: dict[str, Order] = {}
        self._seen: set[str] = set()
        self._to_ship: dict[date, list[Order]] = defaultdict(list)
        self._to_notify: dict[date, list[str]] = defaultdict(list)
        self._to_archive: dict[date, list[str]] = defaultdict(list)
        self._desk = _Desk()

    def days(self, rows: Iterable[Row]) -> Iterator[Day]:
        """Every working day with what happens on it. Memory: one day and what is still open."""
        month = (0, 0)
        for today, of_day in groupby(rows, lambda row: row.at.date()):
            morning = self._morning(today)
            self._desk.events = []
            for _, of_hour in groupby(of_day, lambda row: row.at.hour):
                for row in of_hour:
                    self._take(row)
                self._clear_cancellations()
                self._clear_orders()
            is_first = (today.year, today.month) != month
            month = (today.year, today.month)
            yield Day(today, is_first, morning, self._desk.events, self._evening(today))

    def unshipped(self) -> Counter[str]:
        """Units by code of the orders that are open after the last day."""
        units: Counter[str] = Counter()
        for order in self._open.values():
            for line in order.lines:
                units[line.code] += line.left
        return units

    def _take(self, row: Row) -> None:
        desk = self._desk
        if desk.cancellations and desk.cancellations[0][0].invoice != row.invoice:
            self._clear_cancellations()
        if declined := judge(row, self._survey):
            desk.events.append(declined)
        elif row.is_cancellation:
            self._cancel(row)
        elif is_adjustment(row, self._survey):
            note = row.text or NO_REASON
            desk.events.append(Adjust(key_of(f"adjust:{row.line}", [row]), row, note))
        elif row.invoice in self._seen and row.invoice not in self._open:
            desk.events.append(Decline(row, Outcome.REFUSED, TOO_LATE))
        else:
            self._order(row)

    def _order(self, row: Row) -> None:
        order = self._open.get(row.invoice)
        if order is None:
            order = self._open[row.invoice] = Order(row.invoice)
            self._seen.add(row.invoice)
            self._desk.orders[row.invoice] = []
            due = self._due(row.at)
            if due:
                self._to_ship[due].append(order)
        line = OrderLine(order, len(order.lines), row.code, row.quantity)
        order.lines.append(line)
        self._book.add(line, row)
        if row.invoice in self._desk.orders:
            self._desk.orders[row.invoice].append(row)
        else:
            name = f"extend:{row.line}"
            self._desk.events.append(Extend(key_of(name, [row]), row))

    def _due(self, placed_at: datetime) -> date | None:
        if placed_at.time() < NOON:
            return placed_at.date()
        return self._survey.day_from(placed_at.date() + timedelta(1))

    def _clear_orders(self) -> None:
        orders = list(self._desk.orders.values())
        if orders:
            name = f"place:{orders[0][0].line}"
            key = key_of(name, (row for order in orders for row in order))
            self._desk.events.append(Place(key, orders))
        self._desk.orders = {}

    def _cancel(self, row: Row) -> None:
        match = self._book.match(row)
        if match:
            self._desk.cancellations.append((row, match))
        else:
            self._desk.events.append(Decline(row, Outcome.REFUSED, self._book.why_not(row)))

    def _clear_cancellations(self) -> None:
        found, self._desk.cancellations = self._desk.cancellations, []
        if not found:
            return
        matched = [pair for _, match in found for pair in match]
        if any(line.order.number in self._desk.orders for line, _ in matched):
            self._clear_orders()
        rows = [row for row, _ in found]
        event = cancellation(rows, matched)
        self._desk.events.append(event)
        self._withdraw(event.withdrawn, rows[0].at.date())

    def _withdraw(self, orders: Iterable[str], today: date) -> None:
        tomorrow = self._survey.day_from(today + timedelta(1))
        for number in orders:
            # It stays in its shipping list, where an order without open entry is passed over.
            del self._open[number]
            if tomorrow:
                self._to_archive[tomorrow].append(number)

    def _morning(self, today: date) -> Sequence[Event]:
        events: list[Event] = []
        archived = self._to_archive.pop(today, [])
        if archived:
            events.append(Archive(on(today, MORNING), archived))
        numbers = self._to_notify.pop(today, [])
        if numbers:
            events.append(Notify(f"retail:notify:{today}", on(today, MORNING), numbers))
            later = self._survey.day_from(today + timedelta(DAYS_UNTIL_ARCHIVED))
            if later:
                self._to_archive[later] += numbers
        return events

    def _evening(self, today: date) -> Sequence[Event]:
        orders = [order for order in self._to_ship.pop(today, []) if order.number in self._open]
        if not orders:
            return []
        moved: Counter[str] = Counter()
        for order in orders:
            for line in order.lines:
                moved[line.code] -= line.left
            order.lines = []
            order.is_shipped = True
            del self._open[order.number]
        numbers = [order.number for order in orders]
        tomorrow = self._survey.day_from(today + timedelta(1))
        if tomorrow:
            self._to_notify[tomorrow] += numbers
        return [Ship(f"retail:ship:{today}", on(today, EVENING), numbers, moved)]
