"""Canceled orders that still hold units are archived together, piece by piece.

A piece is one transaction. Whoever looked at a list of canceled orders meant canceled ones: what
became another's business since (restored, archived by somebody else, deleted) is skipped and told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.utils import timezone

from desk.errors import Refused
from inventory.ledger import Cause
from orders.commitments import held, settling
from orders.models import SalesOrder

PIECE = 250
"""Orders archived in one transaction: few enough that nobody waits long for their locks."""


class Skip(StrEnum):
    """Why an order was left as it is."""

    GONE = "gone"
    ARCHIVED = "archived"
    RESTORED = "restored"
    REFUSED = "refused"


@dataclass(slots=True)
class Cleared:
    """What became of the orders. `units` were released. `skipped`: (order number, why, words of the
    refusal); of an order that is gone, its id stands for its number."""

    archived: int = 0
    units: int = 0
    skipped: list[tuple[str, Skip, str]] = field(default_factory=list)


def clear(order_ids: Collection[int], cause: Cause) -> Cleared:
    """Archive those of these orders that are canceled and not archived yet. Safe to repeat: what
    was archived is skipped. A refusal costs the orders of its piece alone."""
    result = Cleared()
    for number, piece in enumerate(_pieces(sorted(set(order_ids)))):
        try:
            _clear(piece, replace(cause, key=f"{cause.key}:{number}"), result)
        except Refused as refused:
            result.skipped += [(str(pk), Skip.REFUSED, refused.message) for pk in piece]
    return result


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + PIECE] for start in range(0, len(ids), PIECE))


def _clear(piece: Sequence[int], cause: Cause, result: Cleared) -> None:
    skipped: list[tuple[str, Skip, str]] = []
    with settling(piece, cause) as orders:
        skipped += [
            (str(pk), Skip.GONE, "") for pk in sorted(set(piece) - {each.pk for each in orders})
        ]
        skipped += [(order.number, why, "") for order in orders if (why := _why_not(order))]
        todo = [order.pk for order in orders if _why_not(order) is None]
        units = sum(held(todo).values())
        moment = cause.occurred_at or timezone.now()
        archived = SalesOrder.objects.filter(pk__in=todo).update(archived_at=moment)
    result.archived += archived
    result.units += units
    result.skipped += skipped


def _why_not(order: SalesOrder) -> Skip | None:
    if order.archived_at is not None:
        return Skip.ARCHIVED
    return None if order.status == SalesOrder.Status.CANCELED else Skip.RESTORED
