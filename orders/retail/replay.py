"""Third pass: applies the story through the public verbs, one transaction per working day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import transaction

from desk.errors import Refused
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Movement, Warehouse
from orders import asn, fulfilment, intake, returns
from orders.errors import UnknownLine
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder, SalesOrderLine
from orders.retail.events import (
    Adjust,
    Archive,
    Cancel,
    Day,
    Decline,
    Event,
    Extend,
    Notify,
    Outcome,
    Place,
    Ship,
    Units,
    keys_of,
    parts_of,
    rows_of,
)
from orders.retail.reader import Row
from orders.retail.report import Report
from orders.retail.supply import ACTOR

SOURCE = "Online Retail"
_OUTCOMES: Mapping[type, Outcome] = {
    Place: Outcome.ORDERED,
    Extend: Outcome.ORDERED,
    Cancel: Outcome.CANCELLED,
    Adjust: Outcome.ADJUSTED,
}


class Replay:
    """`products`: product id by code."""

    def __init__(self, warehouse: Warehouse, products: Mapping[str, int], report: Report) -> None:
        self._warehouse = warehouse
        self._products = products
        self._report = report

    def apply(self, events: Iterable[Event], posted: set[str], *, is_new: bool) -> None:
        """Apply what was not applied before, and count its lines either way.

        An event that posts nothing was applied with the other events of its day.
        """
        for event in events:
            keys = keys_of(event)
            is_done = posted >= set(keys) if keys else not is_new
            if is_done or isinstance(event, Decline):
                self._count(event, is_repeat=is_done)
            else:
                self._attempt(event)

    def _attempt(self, event: Event) -> None:
        """Apply, or count its lines as refused. Every verb is whole or nothing; so is an event."""
        try:
            with transaction.atomic():
                self._do(event)
        except Refused as refusal:
            self._fall_back(event, refusal)
        else:
            self._count(event)

    def _do(self, event: Event) -> None:
        match event:
            case Place():
                intake.place_all(
                    [self._draft(rows) for rows in event.orders], _cause(event.key, event.rows[-1])
                )
            case Extend():
                self._extend(event)
            case Cancel():
                self._cancel(event)
            case Adjust():
                self._adjust(event)
            case Ship():
                ids = _ids(event.numbers).values()
                fulfilment.ship_all(ids, Cause(key=event.key, actor=ACTOR, occurred_at=event.at))
            case Notify():
                self._notify(event)
            case Archive():
                ids = _ids(event.numbers).values()
                intake.archive(ids, Cause(actor=ACTOR, occurred_at=event.at))

    def _draft(self, rows: Sequence[Row]) -> Draft:
        return Draft(
            number=rows[0].invoice,
            source=SOURCE,
            customer=rows[0].customer,
            placed_at=rows[0].at,
            lines=[self._line(row) for row in rows],
        )

    def _line(self, row: Row) -> DraftLine:
        return DraftLine(self._products[row.code], self._warehouse.pk, row.quantity)

    def _extend(self, event: Extend) -> None:
        number = event.row.invoice
        intake.edit(_id(number), {}, [self._line(event.row)], _cause(event.key, event.row))

    def _cancel(self, event: Cancel) -> None:
        last = event.rows[-1]
        for number, units in event.edited.items():
            cause = _cause(event.key_for(number), last)
            intake.edit(_id(number), _by_line(number, units), cause=cause)
        for number in event.withdrawn:
            intake.cancel(_id(number), _cause(event.key_for(number), last))
        for number, units in event.returned.items():
            cause = _cause(event.key_for(number), last)
            returns.take_back(_id(number), _by_line(number, units), cause)

    def _adjust(self, event: Adjust) -> None:
        row = event.row
        cause = Cause(
            key=event.key, actor=ACTOR, note=event.note, document=row.invoice, occurred_at=row.at
        )
        ledger.adjust(self._warehouse.pk, [(self._products[row.code], row.quantity)], cause)

    def _notify(self, event: Notify) -> None:
        ids = list(_ids(event.numbers).values())
        cause = Cause(key=event.key, actor=ACTOR, occurred_at=event.at)
        asn.send(asn.draft_all(ids), cause)
        intake.close(ids)

    def _count(self, event: Event, *, is_repeat: bool = False) -> None:
        if isinstance(event, Decline):
            self._report.decline(event.outcome, event.row, event.reason)
        elif outcome := _OUTCOMES.get(type(event)):
            self._report.take(outcome, rows_of(event), is_repeat=is_repeat)

    def _fall_back(self, event: Event, refusal: Refused) -> None:
        """What many orders were meant for is tried one by one, so that one of them, which a person
        changed meanwhile, does not hold up the others."""
        parts = parts_of(event)
        if len(parts) > 1:
            for part in parts:
                self._attempt(part)
        elif isinstance(event, Ship | Notify | Archive):
            self._report.note(f"{type(event).__name__} {event.numbers[0]}: {refusal}")
        else:
            for row in rows_of(event):
                self._report.decline(Outcome.REFUSED, row, str(refusal))


def posted_keys(day: Day) -> set[str]:
    """Which of this day's keys the ledger knows."""
    keys = [key for event in day.all for key in keys_of(event)]
    return set(Movement.objects.filter(key__in=keys, line=0).values_list("key", flat=True))


def _cause(key: str, row: Row) -> Cause:
    return Cause(key=key, actor=ACTOR, document=row.invoice, occurred_at=row.at)


def _ids(numbers: Collection[str]) -> dict[str, int]:
    """Order ids by number. An order of this number from elsewhere is not ours to ship."""
    orders = SalesOrder.objects.filter(number__in=numbers, source=SOURCE)
    return dict(orders.order_by("pk").values_list("number", "pk"))


def _id(number: str) -> int:
    ids = _ids([number])
    if number not in ids:
        raise UnknownLine(f"Order {number} was refused, so this can not be done to it.")
    return ids[number]


def _by_line(number: str, units: Units) -> dict[int, int]:
    """Units by line id. Lines are created in the order of the file, so positions are theirs."""
    lines = SalesOrderLine.objects.filter(order__number=number, order__source=SOURCE)
    ids = list(lines.order_by("pk").values_list("pk", flat=True))
    if max(units) >= len(ids):
        raise UnknownLine(f"Order {number} has {len(ids)} lines here, fewer than in the file.")
    return {ids[position]: quantity for position, quantity in units.items()}
