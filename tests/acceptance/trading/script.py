"""What happens on days of a real retailer's trade, told in seconds from the first opening.

Most invoices are sales at the store; every EIGHTH is one here. C-invoices withdraw units there,
corrections are made here. Goods arrive while the shop is open: in the morning OPENING of what the
days will sell is there, and each delivery brings ARRIVING of it for its share of the products, so
a little more comes than is sold. Nights are left out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from orders.retail.judge import is_adjustment, judge
from orders.retail.reader import Row, read
from orders.retail.survey import survey

EIGHTH = 8
OPENING, ARRIVING = 0.6, 0.5
DELIVERY_SECONDS = 1800
SALES_TO_SHIPPING = 40
PAUSE_SECONDS = 60
"""Between two days, when both are told one after the other."""

Units = Mapping[str, int]
"""Units by SKU."""


@dataclass(frozen=True, slots=True)
class Sale:
    number: str
    customer: str
    units: Units


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Units that a customer does not want any more, of whatever order has them."""

    customer: str
    units: Units


@dataclass(frozen=True, slots=True)
class Correction:
    sku: str
    delta: int
    note: str


@dataclass(frozen=True, slots=True)
class Delivery:
    number: int
    units: Units


@dataclass(frozen=True, slots=True)
class Shipping:
    """Half of the orders that wait are packed and leave."""

    number: int


Event = Sale | Withdrawal | Correction | Delivery | Shipping
Timed = tuple[float, Event]


@dataclass(frozen=True, slots=True)
class Script:
    """`there` and `here` in order of time, each with its second; `seconds` is the whole."""

    opening: Units
    there: Sequence[Timed]
    here: Sequence[Timed]
    seconds: float

    @property
    def sales_there(self) -> int:
        return sum(isinstance(event, Sale) for _, event in self.there)


def tell(path: Path, days: Collection[date]) -> Script:
    """The script of these days of a file. Raises ValueError when nothing was sold on them."""
    rows = [row for row in read(path) if row.at.date() in days]
    there, here = _sort(rows)
    sold: Counter[str] = Counter()
    for _, event in [*there, *here]:
        if isinstance(event, Sale):
            sold.update(event.units)
    if not there or not sold:
        raise ValueError(f"Nothing was sold on {', '.join(map(str, sorted(days)))}.")
    seconds = max(at for at, _ in [*there, *here])
    opening = {sku: math.ceil(units * OPENING) for sku, units in sorted(sold.items())}
    here = sorted([*here, *_deliveries(sold, seconds), *_shippings(len(there), seconds)], key=_when)
    return Script(opening, there, here, seconds)


def _when(timed: Timed) -> float:
    return timed[0]


def _sort(rows: Sequence[Row]) -> tuple[list[Timed], list[Timed]]:
    """Sales and withdrawals at the store; sales and corrections here."""
    known = survey(rows)
    taken = [(at, row) for at, row in _timed(rows) if judge(row, known) is None]
    there: list[Timed] = []
    here: list[Timed] = []
    by_invoice: dict[str, list[tuple[float, Row]]] = {}
    for at, row in taken:
        if not row.is_cancellation and is_adjustment(row, known):
            here.append((at, Correction(row.code, row.quantity, row.text or "no reason given")))
        else:
            by_invoice.setdefault(row.invoice, []).append((at, row))
    for invoice, lines in by_invoice.items():
        at, first = lines[0]
        units: Counter[str] = Counter()
        for _, row in lines:
            units[row.code] += abs(row.quantity)
        if first.is_cancellation:
            there.append((at, Withdrawal(first.customer, units)))
        else:
            is_here = int(invoice) % EIGHTH == 0
            (here if is_here else there).append((at, Sale(invoice, first.customer, units)))
    return sorted(there, key=_when), here


def _timed(rows: Sequence[Row]) -> Iterator[tuple[float, Row]]:
    """Each row with its second since the first opening; each day begins when the one before is
    over."""
    ended = 0.0
    for _, of_day in groupby(rows, lambda row: row.at.date()):
        lines = list(of_day)
        opened = lines[0].at
        for row in lines:
            yield ended + (row.at - opened).total_seconds(), row
        ended += (lines[-1].at - opened).total_seconds() + PAUSE_SECONDS


def _deliveries(sold: Units, seconds: float) -> Iterator[Timed]:
    skus = sorted(sold)
    number = max(3, int(seconds / DELIVERY_SECONDS))
    for each in range(number):
        units = {sku: math.ceil(sold[sku] * ARRIVING) for sku in skus[each::number]}
        if units:
            yield (each + 1) * seconds / (number + 1), Delivery(each + 1, units)


def _shippings(sales: int, seconds: float) -> Iterator[Timed]:
    number = max(2, sales // SALES_TO_SHIPPING)
    for each in range(number):
        yield (each + 1) * seconds / (number + 1), Shipping(each + 1)
