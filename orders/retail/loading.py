"""The three passes, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection, reset_queries, transaction

from inventory.models import Movement, StockLevel, Warehouse
from orders.models import Asn, AsnLine, SalesOrder, SalesOrderLine
from orders.retail.events import Day
from orders.retail.plan import Plan, plan
from orders.retail.reader import Row, read
from orders.retail.replay import Replay, posted_keys
from orders.retail.report import Report
from orders.retail.story import Story
from orders.retail.supply import Supply, create_products
from orders.retail.survey import Survey, survey

PROGRESS_EVERY = 50_000
GROWING = [
    model._meta.db_table  # noqa: SLF001 - Django's documented API
    for model in (SalesOrder, SalesOrderLine, Asn, AsnLine, StockLevel, Movement)
]


@dataclass(frozen=True, slots=True)
class Request:
    """What to load. `until`: the last day to load; None for the whole file. `progress` hears the
    number of lines read so far, each time another 50,000 are."""

    path: Path
    warehouse: Warehouse
    until: date | None
    progress: Callable[[int], None]


def load(request: Request, report: Report) -> None:
    """Load the file; whatever of it was loaded before is not loaded again.

    Nothing is written before the whole file was read once and understood. Raises Malformed, and
    KeyReused when another file was loaded into this warehouse.
    """
    known = survey(read(request.path))
    report.decide(known)
    needed = plan(Story(known), read(request.path))
    if known.days:
        _Load(request, report, known, needed).run()


class _Load:
    def __init__(self, request: Request, report: Report, known: Survey, needed: Plan) -> None:
        self._request = request
        self._report = report
        self._next_statistics = 0
        self._survey = known
        with transaction.atomic():
            products = create_products(known)
            self._supply = Supply(request.warehouse, products, needed)
            self._supply.open_stock(known.days[0])
        self._replay = Replay(request.warehouse, products, report)

    def run(self) -> None:
        for day in Story(self._survey).days(self._rows()):
            with transaction.atomic():
                self._live(day)
            # In debug mode Django keeps every statement with its parameters.
            reset_queries()
            self._refresh_statistics()

    def _refresh_statistics(self) -> None:
        """Whenever the tables have doubled: the database plans a load into empty tables as if they
        stayed empty, and would scan them whole until autovacuum comes by."""
        if self._report.read >= self._next_statistics:
            self._next_statistics = 2 * self._report.read
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {', '.join(GROWING)}")

    def _live(self, day: Day) -> None:
        posted = posted_keys(day)
        is_new = not posted
        if day.is_first_of_month:
            self._supply.arrive(day.date)
        for events in (day.morning, day.events):
            self._replay.apply(events, posted, is_new=is_new)
        if day.is_first_of_month:
            self._supply.put_away(day.date)
        self._replay.apply(day.evening, posted, is_new=is_new)

    def _rows(self) -> Iterator[Row]:
        until = self._request.until
        for row in read(self._request.path):
            if until and row.at.date() > until:
                return
            self._report.read += 1
            if self._report.read % PROGRESS_EVERY == 0:
                self._request.progress(self._report.read)
            yield row
