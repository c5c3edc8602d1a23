"""How an order comes to be, changes, and goes: place, edit, close, cancel, dispatch, archive.

Each is one function, safe to repeat, set-based where many orders may be meant, and raises a named
error for what makes no sense. None writes quantities: commitments.settling does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from inventory.errors import WrongState
from inventory.ledger import Cause
from orders import news
from orders.commitments import settling
from orders.errors import InvalidOrder, OrderConflict, UnknownLine
from orders.models import SalesOrder, SalesOrderLine

Status = SalesOrder.Status

_ORDERED = """
UPDATE orders_salesorderline line SET ordered = wanted.units
FROM unnest(%s::bigint[], %s::int[]) AS wanted(id, units) WHERE line.id = wanted.id
"""


@dataclass(frozen=True, slots=True)
class DraftLine:
    product_id: int
    warehouse_id: int
    ordered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An order to place. `number` is its identity: placed again it changes nothing. `channel_id`:
    of the channel that it comes from, for who sees it may hear of it."""

    number: str
    lines: Sequence[DraftLine]
    source: str = ""
    customer: str = ""
    placed_at: datetime | None = None
    is_unpaid: bool = False
    channel_id: int | None = None


def place(draft: Draft, cause: Cause | None = None) -> SalesOrder:
    """Place an order and hold its units.

    Raises InvalidOrder; OrderConflict when the number exists with other lines.
    """
    _check(draft)
    cause = cause or Cause()
    try:
        with transaction.atomic():
            order = SalesOrder.objects.create(
                number=draft.number,
                source=draft.source,
                customer=draft.customer,
                placed_at=draft.placed_at or timezone.now(),
                is_unpaid=draft.is_unpaid,
            )
            with settling([order.pk], cause):
                _add(order, draft.lines)
            news.placed({order.pk: draft.channel_id})
    except IntegrityError:
        return _placed_before(draft)
    return order


def place_all(drafts: Sequence[Draft], cause: Cause) -> list[SalesOrder]:
    """Place many orders and hold their units in one posting. Those placed before stay as they are.

    Raises InvalidOrder; OrderConflict when one of the numbers exists with other lines.
    """
    for draft in drafts:
        _check(draft)
    known = set(
        SalesOrder.objects.filter(number__in=[draft.number for draft in drafts]).values_list(
            "number", flat=True
        )
    )
    placed = [_placed_before(draft) for draft in drafts if draft.number in known]
    fresh = [draft for draft in drafts if draft.number not in known]
    try:
        with transaction.atomic():
            return placed + _place_fresh(fresh, cause)
    except IntegrityError:  # somebody else places one of them right now: find out which
        return placed + [place(draft, _for_order(cause, draft.number)) for draft in fresh]


def _place_fresh(drafts: Sequence[Draft], cause: Cause) -> list[SalesOrder]:
    orders = SalesOrder.objects.bulk_create(
        SalesOrder(
            number=draft.number,
            source=draft.source,
            customer=draft.customer,
            placed_at=draft.placed_at or timezone.now(),
            is_unpaid=draft.is_unpaid,
        )
        for draft in drafts
    )
    with settling([order.pk for order in orders], cause):
        SalesOrderLine.objects.bulk_create(
            line
            for order, draft in zip(orders, drafts, strict=True)
            for line in _lines(order, draft.lines)
        )
    news.placed({order.pk: draft.channel_id for order, draft in zip(orders, drafts, strict=True)})
    return orders


def _for_order(cause: Cause, number: str) -> Cause:
    """One key per posting: the orders are now posted one by one."""
    return replace(cause, key=f"{cause.key}:{number}")


def _check(draft: Draft) -> None:
    if not draft.number.strip():
        raise InvalidOrder(gettext("Give the order a number."), field="number")
    if not draft.lines:
        raise InvalidOrder(
            gettext("Order %(number)s has no lines: give at least one.") % {"number": draft.number},
            field="lines",
        )
    _check_lines(draft.number, draft.lines)


def _check_lines(number: str, lines: Sequence[DraftLine]) -> None:
    for position, line in enumerate(lines):
        if line.ordered <= 0:
            raise InvalidOrder(
                gettext("Order %(number)s, line %(line)d: give a quantity above 0.")
                % {"number": number, "line": position + 1},
                field=f"lines.{position}.ordered",
            )


def _add(order: SalesOrder, lines: Sequence[DraftLine]) -> None:
    SalesOrderLine.objects.bulk_create(_lines(order, lines))


def _lines(order: SalesOrder, lines: Sequence[DraftLine]) -> Iterator[SalesOrderLine]:
    for line in lines:
        yield SalesOrderLine(
            order=order,
            product_id=line.product_id,
            warehouse_id=line.warehouse_id,
            ordered=line.ordered,
        )


def _placed_before(draft: Draft) -> SalesOrder:
    """The order of that number, if it is the same one. Its lines may have been edited since, so
    only products and warehouses are compared, not quantities."""
    order = SalesOrder.objects.filter(number=draft.number).first()
    if order is None:  # a foreign key of the draft, not its number, was refused
        raise InvalidOrder(
            gettext("Order %(number)s names a product or warehouse that does not exist.")
            % {"number": draft.number},
            field="lines",
        )
    stored = set(order.lines.values_list("product_id", "warehouse_id"))
    if not {(line.product_id, line.warehouse_id) for line in draft.lines} <= stored:
        raise OrderConflict(
            gettext("Order %(number)s exists with other lines: edit it, or choose another number.")
            % {"number": draft.number},
            field="number",
        )
    return order


def edit(
    order_id: int,
    ordered: Mapping[int, int],
    additions: Sequence[DraftLine] = (),
    cause: Cause | None = None,
) -> SalesOrder:
    """Set units by line id and add lines; commits or releases the difference.

    Raises WrongState (archived or canceled), UnknownLine, InvalidOrder (below what was shipped or
    stands on sent ASNs).
    """
    with settling([order_id], cause or Cause()) as [order]:
        if order.archived_at or order.status == Status.CANCELED:
            raise WrongState(
                gettext("Order %(order)s is archived or canceled: it can not be edited.")
                % {"order": order}
            )
        lines = {line.pk: line for line in order.lines.select_related("product")}
        for line_id, units in ordered.items():
            _demand_enough(lines, line_id, units)
        with connection.cursor() as cursor:
            cursor.execute(_ORDERED, [list(ordered), list(ordered.values())])
        _check_lines(order.number, additions)
        _add(order, additions)
    return order


def _demand_enough(lines: Mapping[int, SalesOrderLine], line_id: int, units: int) -> None:
    line = lines.get(line_id)
    if line is None:
        raise UnknownLine(
            gettext("A line is not this order's: load the order again."), field="lines"
        )
    least = max(line.shipped, line.notified, 0)
    if units < least:
        raise InvalidOrder(
            gettext(
                "%(sku)s: %(units)s is less than the %(least)s already shipped or on sent ASNs."
            )
            % {"sku": line.product.sku, "units": units, "least": least},
            field="ordered",
        )


def close(order_ids: Collection[int]) -> int:
    """Mark open orders as closed. Holds nothing back and releases nothing: sending the ASN or
    archiving does. Returns how many changed."""
    return SalesOrder.objects.filter(pk__in=order_ids, status=Status.OPEN).update(
        status=Status.CLOSED
    )


def reopen(order_ids: Collection[int]) -> int:
    """Mark closed orders as open: there is something to ship again. Returns how many changed."""
    return SalesOrder.objects.filter(pk__in=order_ids, status=Status.CLOSED).update(
        status=Status.OPEN
    )


def restore(order_ids: Collection[int]) -> int:
    """Undo cancellations: these are wanted after all. They held their units all the time, unless
    archived (see `unarchive`). Returns how many changed."""
    return SalesOrder.objects.filter(pk__in=order_ids, status=Status.CANCELED).update(
        status=Status.OPEN
    )


def cancel(order_id: int, cause: Cause | None = None, *, is_archived: bool = False) -> SalesOrder:
    """Cancel an order. It goes on holding its units until archived; `is_archived` does both.

    Raises WrongState when everything was shipped: goods come back by a return.
    """
    cause = cause or Cause()
    with settling([order_id], cause) as [order]:
        if order.status != Status.CANCELED and _is_shipped(order):
            raise WrongState(
                gettext("Order %(order)s was shipped: book a return instead of canceling.")
                % {"order": order}
            )
        order.status = Status.CANCELED
        if is_archived:
            order.archived_at = order.archived_at or cause.occurred_at or timezone.now()
        order.save(update_fields=["status", "archived_at"])
    return order


def _is_shipped(order: SalesOrder) -> bool:
    """Whether everything that was ordered has left."""
    left = order.lines.filter(shipped__lt=F("ordered"))
    return order.lines.filter(shipped__gt=0).exists() and not left.exists()


def dispatch(order_ids: Collection[int], cause: Cause | None = None) -> int:
    """Mark orders as dispatched (handled elsewhere) and release what they hold. Returns how many
    changed; repeating does nothing."""
    return _stamp(order_ids, "dispatched_at", cause)


def archive(order_ids: Collection[int], cause: Cause | None = None) -> int:
    """Archive orders and release what they hold. Returns how many changed."""
    return _stamp(order_ids, "archived_at", cause)


def _stamp(order_ids: Collection[int], column: str, cause: Cause | None) -> int:
    cause = cause or Cause()
    with settling(order_ids, cause) as orders:
        todo = [order.pk for order in orders if getattr(order, column) is None]
        moment = cause.occurred_at or timezone.now()
        return SalesOrder.objects.filter(pk__in=todo).update(**{column: moment})


def unarchive(order_ids: Collection[int], cause: Cause | None = None) -> int:
    """Bring orders back; they hold again what no sent ASN covers. Returns how many changed."""
    with settling(order_ids, cause or Cause()) as orders:
        todo = [order.pk for order in orders if order.archived_at is not None]
        return SalesOrder.objects.filter(pk__in=todo).update(archived_at=None)


def await_payment(order_ids: Collection[int], *, is_unpaid: bool) -> int:
    """Orders whose goods must not leave before they are paid, or may from now on; what they hold
    stays as it is. Returns how many changed."""
    changed = SalesOrder.objects.filter(pk__in=order_ids).exclude(is_unpaid=is_unpaid)
    return changed.update(is_unpaid=is_unpaid)
