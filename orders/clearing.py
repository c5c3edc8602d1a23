"""Canceled orders that still hold units are archived together, piece by piece.

A piece is one transaction. Whoever looked at a list of canceled orders meant canceled ones: what
became another's business since (restored, archived by somebody else, deleted) is skipped and told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.db import OperationalError
from django.utils import timezone

from desk.deadlocks import renew, retried
from desk.errors import Refused
from inventory.ledger import Cause
from orders.commitments import held, settling
from orders.models import SalesOrder

PIECE = 250
"""Orders archived in one transaction: few enough that nobody waits long for their locks."""

Record = Callable[[Sequence[SalesOrder]], None]
"""Keeps on record, in the transaction of their piece, that these orders were archived."""


class Skip(StrEnum):
    """Why an order was left as it is."""

    GONE = "gone"
    ARCHIVED = "archived"
    RESTORED = "restored"
    REFUSED = "refused"
    BUSY = "busy"


@dataclass(slots=True)
class Cleared:
    """What became of the orders. `units` were released. `skipped`: (order number, why, words of the
    refusal); of an order that is gone, refused or busy, its id stands for its number."""

    archived: int = 0
    units: int = 0
    skipped: list[tuple[str, Skip, str]] = field(default_factory=list)


def clear(order_ids: Collection[int], cause: Cause, record: Record | None = None) -> Cleared:
    """Archive those of these orders that are canceled and not archived yet. Safe to repeat: what
    was archived is skipped. A refusal, or a database that ends a piece again and again, costs the
    orders of that piece alone."""
    result = Cleared()
    for number, piece in enumerate(_pieces(sorted(set(order_ids)))):
        try:
            done = _clear(piece, replace(cause, key=f"{cause.key}:{number}"), record)
        except Refused as refused:
            result.skipped += [(str(pk), Skip.REFUSED, refused.message) for pk in piece]
        except OperationalError:
            renew()  # the next piece gets a sound connection
            result.skipped += [(str(pk), Skip.BUSY, "") for pk in piece]
        else:
            result.archived += done.archived
            result.units += done.units
            result.skipped += done.skipped
    return result


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + PIECE] for start in range(0, len(ids), PIECE))


@retried
def _clear(piece: Sequence[int], cause: Cause, record: Record | None) -> Cleared:
    skipped: list[tuple[str, Skip, str]] = []
    with settling(piece, cause) as orders:
        skipped += [
            (str(pk), Skip.GONE, "") for pk in sorted(set(piece) - {each.pk for each in orders})
        ]
        skipped += [(order.number, why, "") for order in orders if (why := _why_not(order))]
        todo = [order for order in orders if _why_not(order) is None]
        ids = [order.pk for order in todo]
        units = sum(held(ids).values())
        moment = cause.occurred_at or timezone.now()
        archived = SalesOrder.objects.filter(pk__in=ids).update(archived_at=moment)
        if record and todo:
            record(todo)
    return Cleared(archived, units, skipped)


def _why_not(order: SalesOrder) -> Skip | None:
    if order.archived_at is not None:
        return Skip.ARCHIVED
    return None if order.status == SalesOrder.Status.CANCELED else Skip.RESTORED
