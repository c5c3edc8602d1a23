"""Many chosen ASNs are sent: foreseen first, then done piece by piece.

A piece is one transaction. What was sent, covers nothing or covers too much is skipped and told; of
drafts that together cover more of a line than is left, the older ones are sent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from django.db import OperationalError, transaction
from django.db.models import F, Sum

from desk.deadlocks import renew, retried
from desk.errors import Refused
from inventory.errors import KeyReused
from inventory.ledger import Cause
from orders import asn
from orders.fulfilment import lock_orders
from orders.models import Asn, AsnLine

PIECE = 250
"""ASNs sent in one transaction: few enough that nobody waits long for their orders."""

Units = Counter[tuple[int, int]]
"""Units by (product id, warehouse id)."""

Record = Callable[[Sequence[Asn]], None]
"""Keeps on record, in the transaction of their piece, that these ASNs were sent."""


class Skip(StrEnum):
    """Why an ASN is left as it is."""

    GONE = "gone"
    SENT = "sent"
    EMPTY = "empty"
    OVER = "over"
    AGAIN = "again"
    REFUSED = "refused"
    BUSY = "busy"


class Skipped(NamedTuple):
    """An ASN that is left; `words` are those of a refusal."""

    number: str
    why: Skip
    words: str = ""


@dataclass(slots=True)
class Sent:
    """What became of them. `units` are no longer held."""

    number: int = 0
    units: int = 0
    skipped: list[Skipped] = field(default_factory=list)


@dataclass(slots=True)
class Foreseen:
    """What would become of them: which are sent, and what that frees."""

    ids: list[int] = field(default_factory=list)
    freed: Units = field(default_factory=Counter)
    skipped: list[Skipped] = field(default_factory=list)


class _Part(NamedTuple):
    """Units of one order line on an ASN, and how many of it no sent ASN covers."""

    line: int
    units: int
    left: int


def foresee(asn_ids: Collection[int]) -> Foreseen:
    """What sending these would do. A few statements for each piece."""
    found, taken = Foreseen(), Counter[int]()
    for piece in _pieces(asn_ids):
        todo, skipped = _judged(piece, taken)
        found.ids += todo
        found.skipped += skipped
        found.freed.update(freed(todo))
    return found


def freed(asn_ids: Collection[int]) -> Units:
    """Units on these drafts that their orders hold."""
    rows = (
        AsnLine.objects.filter(
            asn__in=asn_ids,
            order_line__order__archived_at=None,
            order_line__order__dispatched_at=None,
        )
        .order_by()
        .values_list("order_line__product_id", "order_line__warehouse_id")
        .annotate(units=Sum("quantity"))
    )
    return Counter({(product, place): units for product, place, units in rows})


def apply(asn_ids: Collection[int], cause: Cause, record: Record | None = None) -> Sent:
    """Send those of these that can be. Safe to repeat: what was sent is skipped. A refusal, or a
    database that ends a piece again and again, costs the ASNs of that piece alone."""
    result = Sent()
    for number, piece in enumerate(_pieces(asn_ids)):
        try:
            done = _apply(piece, replace(cause, key=f"{cause.key}:{number}"), record)
        except KeyReused:
            result.skipped += _done_before(piece)
        except Refused as refused:
            result.skipped += [Skipped(_name(pk), Skip.REFUSED, refused.message) for pk in piece]
        except OperationalError:
            renew()  # the next piece gets a sound connection
            result.skipped += [Skipped(_name(pk), Skip.BUSY) for pk in piece]
        else:
            result.number += done.number
            result.units += done.units
            result.skipped += done.skipped
    return result


def _pieces(asn_ids: Collection[int]) -> Iterator[Sequence[int]]:
    ids = sorted(set(asn_ids))
    return (ids[start : start + PIECE] for start in range(0, len(ids), PIECE))


@retried
@transaction.atomic
def _apply(piece: Sequence[int], cause: Cause, record: Record | None) -> Sent:
    # Under their orders' locks nobody sends or changes these drafts.
    lock_orders(set(Asn.objects.filter(pk__in=piece).values_list("order_id", flat=True)))
    todo, skipped = _judged(piece, Counter())
    units = sum(freed(todo).values())
    number = asn.send(todo, cause)
    if record and todo:
        record(list(Asn.objects.filter(pk__in=todo).order_by("pk")))
    return Sent(number, units, skipped)


def _judged(piece: Sequence[int], taken: Counter[int]) -> tuple[list[int], list[Skipped]]:
    """Which of them can be sent, the older ones first; `taken` by order line grows by what those
    cover."""
    states = dict(Asn.objects.filter(pk__in=piece).values_list("pk", "status"))
    parts = _parts([pk for pk, status in states.items() if status == Asn.Status.DRAFT])
    todo, skipped = [], []
    for pk in piece:
        why = _why_not(states.get(pk), parts.get(pk, ()), taken)
        if why is None:
            todo.append(pk)
            taken.update({part.line: part.units for part in parts[pk]})
        else:
            skipped.append(Skipped(_name(pk), why))
    return todo, skipped


def _done_before(piece: Sequence[int]) -> list[Skipped]:
    """Of a piece whose key did its work before: those that could be sent wait to be chosen anew."""
    todo, skipped = _judged(piece, Counter())
    return [*(Skipped(_name(pk), Skip.AGAIN) for pk in todo), *skipped]


def _parts(asn_ids: Collection[int]) -> Mapping[int, Sequence[_Part]]:
    rows = AsnLine.objects.filter(asn__in=asn_ids).values_list(
        "asn_id", "order_line_id", "quantity", F("order_line__ordered") - F("order_line__notified")
    )
    found: dict[int, list[_Part]] = defaultdict(list)
    for pk, line, units, left in rows:
        found[pk].append(_Part(line, units, left))
    return found


def _why_not(status: str | None, parts: Sequence[_Part], taken: Mapping[int, int]) -> Skip | None:
    if status is None:
        return Skip.GONE
    if status != Asn.Status.DRAFT:
        return Skip.SENT
    if not parts:
        return Skip.EMPTY
    is_over = any(part.units > part.left - taken[part.line] for part in parts)
    return Skip.OVER if is_over else None


def _name(pk: int) -> str:
    return str(Asn(pk=pk))
