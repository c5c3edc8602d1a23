"""Many chosen orders are closed, canceled, dispatched, archived or brought back: foreseen first,
then done piece by piece.

A piece is one transaction. What can not be changed so, or is like that already, is skipped and
told; what the rest frees or holds follows from the rule in commitments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.db import OperationalError
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from desk.deadlocks import renew, retried
from desk.errors import Refused
from inventory.errors import KeyReused
from inventory.ledger import Cause
from orders.commitments import HELD, HOLDS, held, settling
from orders.models import SalesOrder, SalesOrderLine

PIECE = 250
"""Orders changed in one transaction: few enough that nobody waits long for their locks."""

Status = SalesOrder.Status
Units = Counter[tuple[int, int]]
"""Units by (product id, warehouse id)."""

Record = Callable[[Sequence[SalesOrder]], None]
"""Keeps on record, in the transaction of their piece, that these orders were changed."""


class Change(StrEnum):
    """What is done to each."""

    CLOSE = "close"
    CANCEL = "cancel"
    DISPATCH = "dispatch"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"


class Skip(StrEnum):
    """Why an order is left as it is."""

    GONE = "gone"
    SAME = "same"
    CANCELED = "canceled"
    SHIPPED = "shipped"
    AGAIN = "again"
    REFUSED = "refused"
    BUSY = "busy"


class Skipped(NamedTuple):
    """An order that is left. Of one that is gone, refused or busy, its id stands for its number;
    `words` are those of a refusal."""

    number: str
    why: Skip
    words: str = ""


@dataclass(slots=True)
class Changed:
    """What became of the orders. `units` were freed; negative: held again."""

    number: int = 0
    units: int = 0
    skipped: list[Skipped] = field(default_factory=list)


@dataclass(slots=True)
class Foreseen:
    """What would become of them: who changes, and what that frees; negative: holds again."""

    ids: list[int] = field(default_factory=list)
    freed: Units = field(default_factory=Counter)
    skipped: list[Skipped] = field(default_factory=list)


def foresee(order_ids: Collection[int], change: Change) -> Foreseen:
    """What `change` would do. A few statements for each piece, whose rows alone are kept."""
    found = Foreseen()
    for piece in _pieces(order_ids):
        orders = list(SalesOrder.objects.filter(pk__in=piece).order_by("pk"))
        todo, skipped = _judged(piece, orders, change)
        found.ids += todo
        found.skipped += skipped
        found.freed.update(freed(todo, change))
    return found


def freed(order_ids: Collection[int], change: Change) -> Units:
    """Units that a change of these orders, none of which is like that already, frees; negative:
    holds again."""
    lines = lines_of(order_ids, change)
    if lines is None:
        return Counter()
    rows = lines.order_by().values_list("product_id", "warehouse_id").annotate(units=Sum(HELD))
    sign = -1 if change == Change.UNARCHIVE else 1
    return Counter({(product, place): sign * units for product, place, units in rows if units})


def lines_of(order_ids: Collection[int], change: Change) -> QuerySet[SalesOrderLine] | None:
    """The lines that begin or end to hold units by this; None: it frees and holds nothing."""
    which = {
        Change.DISPATCH: HOLDS,
        Change.ARCHIVE: HOLDS,
        Change.UNARCHIVE: Q(order__dispatched_at=None),
    }.get(change)
    return None if which is None else SalesOrderLine.objects.filter(which, order__in=order_ids)


def apply(
    order_ids: Collection[int], change: Change, cause: Cause, record: Record | None = None
) -> Changed:
    """Change those of these orders that can be. Safe to repeat: what was changed is skipped. A
    refusal, or a database that ends a piece again and again, costs the orders of that piece
    alone."""
    result = Changed()
    for number, piece in enumerate(_pieces(order_ids)):
        try:
            done = _apply(piece, change, replace(cause, key=f"{cause.key}:{number}"), record)
        except KeyReused:
            result.skipped += _done_before(piece, change)
        except Refused as refused:
            result.skipped += [Skipped(str(pk), Skip.REFUSED, refused.message) for pk in piece]
        except OperationalError:
            renew()  # the next piece gets a sound connection
            result.skipped += [Skipped(str(pk), Skip.BUSY) for pk in piece]
        else:
            result.number += done.number
            result.units += done.units
            result.skipped += done.skipped
    return result


def _pieces(order_ids: Collection[int]) -> Iterator[Sequence[int]]:
    ids = sorted(set(order_ids))
    return (ids[start : start + PIECE] for start in range(0, len(ids), PIECE))


@retried
def _apply(piece: Sequence[int], change: Change, cause: Cause, record: Record | None) -> Changed:
    with settling(piece, cause) as orders:
        todo, skipped = _judged(piece, orders, change)
        before = sum(held(todo).values())
        _CHANGES[change](SalesOrder.objects.filter(pk__in=todo), cause.occurred_at)
        after = sum(held(todo).values())
        if record and todo:
            changed = set(todo)
            record([order for order in orders if order.pk in changed])
    return Changed(len(todo), before - after, skipped)


def _done_before(piece: Sequence[int], change: Change) -> list[Skipped]:
    """Of a piece whose key did its work before: those that could change wait to be chosen anew."""
    orders = list(SalesOrder.objects.filter(pk__in=piece).order_by("pk"))
    todo, skipped = _judged(piece, orders, change)
    numbers = {order.pk: order.number for order in orders}
    return [*(Skipped(numbers[pk], Skip.AGAIN) for pk in todo), *skipped]


def _judged(
    piece: Sequence[int], orders: Sequence[SalesOrder], change: Change
) -> tuple[list[int], list[Skipped]]:
    gone = sorted(set(piece) - {order.pk for order in orders})
    shipped = _shipped_whole(piece) if change == Change.CANCEL else set()
    reasons = {order.pk: _why_not(order, change, shipped) for order in orders}
    skipped = [Skipped(str(pk), Skip.GONE) for pk in gone]
    skipped += [Skipped(each.number, why) for each in orders if (why := reasons[each.pk])]
    return [pk for pk, why in reasons.items() if why is None], skipped


def _why_not(order: SalesOrder, change: Change, shipped: Collection[int]) -> Skip | None:
    if _IS_SO[change](order):
        return Skip.SAME
    if change == Change.CLOSE and order.status == Status.CANCELED:
        return Skip.CANCELED
    return Skip.SHIPPED if order.pk in shipped else None


def _shipped_whole(order_ids: Collection[int]) -> set[int]:
    """Of these, the orders of which everything has left: goods come back by a return."""
    lines = SalesOrderLine.objects.filter(order=OuterRef("pk"))
    orders = SalesOrder.objects.filter(
        Exists(lines.filter(shipped__gt=0)),
        ~Exists(lines.filter(shipped__lt=F("ordered"))),
        pk__in=order_ids,
    )
    return set(orders.values_list("pk", flat=True))


_IS_SO: dict[Change, Callable[[SalesOrder], bool]] = {
    Change.CLOSE: lambda order: order.status == Status.CLOSED,
    Change.CANCEL: lambda order: order.status == Status.CANCELED,
    Change.DISPATCH: lambda order: order.dispatched_at is not None,
    Change.ARCHIVE: lambda order: order.archived_at is not None,
    Change.UNARCHIVE: lambda order: order.archived_at is None,
}

_CHANGES: dict[Change, Callable[[QuerySet[SalesOrder], datetime | None], int]] = {
    Change.CLOSE: lambda orders, _at: orders.update(status=Status.CLOSED),
    Change.CANCEL: lambda orders, _at: orders.update(status=Status.CANCELED),
    Change.DISPATCH: lambda orders, at: orders.update(dispatched_at=at or timezone.now()),
    Change.ARCHIVE: lambda orders, at: orders.update(archived_at=at or timezone.now()),
    Change.UNARCHIVE: lambda orders, _at: orders.update(archived_at=None),
}
