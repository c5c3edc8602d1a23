"""Purchase orders: expected, received direct, staged or cross-dock, put away, closed short.

Every verb locks the order (or receipt), then its lines by primary key, then the ledger's levels;
each is whole or not at all, and doing it twice does it once. Those that change the order's state
return whether they did so now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from inventory import ledger
from inventory.errors import InvalidLines, KeyReused, OverReceived, WrongState
from inventory.models import (
    Movement,
    Product,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
)

Units = Mapping[int, int]
"""Product id to a positive number of units."""

_RECEIVED = """
UPDATE inventory_purchaseorderline line SET received = line.received + came.units
FROM unnest(%s::bigint[], %s::int[]) AS came(id, units)
WHERE line.id = came.id
"""
_PUT_AWAY = """
UPDATE inventory_receiptline line SET put_away = line.put_away + went.units
FROM unnest(%s::bigint[], %s::int[]) AS went(id, units)
WHERE line.id = went.id
"""


@transaction.atomic
def open_order(order: PurchaseOrder, actor: str = "") -> bool:
    """Send a draft: its units are incoming from now on. An open order stays as it is.

    Raises WrongState (closed), InvalidLines (no lines).
    """
    _lock(order)
    if order.status == PurchaseOrder.Status.OPEN:
        return False
    if order.status != PurchaseOrder.Status.DRAFT:
        raise WrongState(
            gettext("%(order)s is closed: create a new purchase order.") % {"order": order},
            field="status",
        )
    lines = order.lines.order_by("product_id").values_list("product_id", "ordered")
    ledger.expect(order.warehouse_id, list(lines), _cause(order, actor, f"expect:po:{order.pk}"))
    _set_status(order, PurchaseOrder.Status.OPEN)
    return True


@transaction.atomic
def receive(
    order: PurchaseOrder, units: Units, mode: Receipt.Mode, key: str, actor: str = ""
) -> Receipt:
    """Goods came in; the order closes when nothing is left to come.

    DIRECT and CROSS_DOCK units are in stock at once (the orders floor then ships the latter),
    STAGED ones wait for put_away. The same key with the same content returns the same receipt.
    Raises WrongState, InvalidLines, OverReceived, KeyReused.
    """
    _lock(order)
    receipt, is_new = Receipt.objects.get_or_create(
        key=key,
        defaults={
            "purchase_order": order,
            "mode": mode,
            "actor": actor,
            "received_at": timezone.now(),
        },
    )
    if not is_new:
        _demand_same(receipt, order, units, mode)
        return receipt
    if order.status != PurchaseOrder.Status.OPEN:
        raise WrongState(
            gettext("%(order)s is %(status)s: only an open order is received.")
            % {"order": order, "status": order.get_status_display().lower()}
        )
    _take_in(order, units)
    ReceiptLine.objects.bulk_create(
        ReceiptLine(receipt=receipt, product_id=product, quantity=quantity)
        for product, quantity in sorted(units.items())
    )
    cause = _cause(order, actor, f"receive:{key}")
    if mode == Receipt.Mode.STAGED:
        ledger.stage(order.warehouse_id, units.items(), cause)
    else:
        ledger.receive(order.warehouse_id, units.items(), cause, is_expected=True)
    return receipt


def lock_receipts(receipt_ids: Collection[int]) -> None:
    """For several put_away in one transaction: lock their receipts before any of them posts."""
    receipts = Receipt.objects.filter(pk__in=receipt_ids).order_by("pk")
    list(receipts.select_for_update(no_key=True).values_list("pk", flat=True))


@transaction.atomic
def put_away(receipt: Receipt, units: Units, key: str, actor: str = "") -> bool:
    """Staged units go to their shelves and are in stock. The same key does it once; False when it
    was used before.

    Raises WrongState (not a staged receipt), InvalidLines, OverReceived, KeyReused.
    """
    receipt.refresh_from_db(from_queryset=Receipt.objects.select_for_update(no_key=True))
    if receipt.mode != Receipt.Mode.STAGED:
        raise WrongState(
            gettext("%(receipt)s has nothing to put away: its mode was “%(mode)s”.")
            % {"receipt": receipt, "mode": receipt.get_mode_display()}
        )
    order = receipt.purchase_order
    cause = _cause(order, actor, f"put-away:{key}")
    # A repeat may find its units put away already, which is no reason to refuse it.
    if not Movement.objects.filter(key=cause.key).exists():
        lines = list(receipt.lines.order_by("pk").select_for_update(no_key=True))
        remaining = {line.product_id: line.quantity - line.put_away for line in lines}
        _demand_remaining(units, remaining, f"{receipt} ({order})")
        _add(_PUT_AWAY, lines, units)
    return not ledger.put_away(order.warehouse_id, sorted(units.items()), cause).is_repeat


@transaction.atomic
def close_short(order: PurchaseOrder, actor: str = "") -> bool:
    """Nothing more will come: what is still incoming stops being so. Closed stays closed.

    Raises WrongState (a draft expects nothing).
    """
    _lock(order)
    if order.status == PurchaseOrder.Status.CLOSED:
        return False
    if order.status != PurchaseOrder.Status.OPEN:
        raise WrongState(
            gettext("%(order)s is a draft: delete it, or open it first.") % {"order": order},
            field="status",
        )
    missing = [
        (line.product_id, line.ordered - line.received)
        for line in _locked_lines(order)
        if line.ordered > line.received
    ]
    ledger.unexpect(order.warehouse_id, missing, _cause(order, actor, f"close:po:{order.pk}"))
    _set_status(order, PurchaseOrder.Status.CLOSED)
    return True


def _take_in(order: PurchaseOrder, units: Units) -> None:
    lines = _locked_lines(order)
    remaining = {line.product_id: line.ordered - line.received for line in lines}
    _demand_remaining(units, remaining, str(order))
    _add(_RECEIVED, lines, units)
    if all(left == units.get(product_id, 0) for product_id, left in remaining.items()):
        _set_status(order, PurchaseOrder.Status.CLOSED)


def _add(statement: str, lines: Iterable[PurchaseOrderLine | ReceiptLine], units: Units) -> None:
    """Count the units on these lines, which are locked: any number in one statement."""
    meant = [line for line in lines if line.product_id in units]
    values = [[line.pk for line in meant], [units[line.product_id] for line in meant]]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _demand_remaining(units: Units, remaining: Units, document: str) -> None:
    for product_id, quantity in sorted(units.items()):
        if quantity <= 0:
            raise InvalidLines(
                gettext("%(sku)s: give a number above 0.") % {"sku": _sku(product_id)},
                field="quantity",
            )
        if product_id not in remaining:
            raise InvalidLines(
                gettext("%(sku)s is not on %(document)s: choose one of its lines.")
                % {"sku": _sku(product_id), "document": document},
                field="product",
            )
        if quantity > remaining[product_id]:
            raise OverReceived(
                gettext(
                    "%(sku)s: %(given)d given, %(left)d left on %(document)s. Reduce the quantity;"
                    " bring the rest in by another document."
                )
                % {
                    "sku": _sku(product_id),
                    "given": quantity,
                    "left": remaining[product_id],
                    "document": document,
                },
                field="quantity",
            )


def _demand_same(receipt: Receipt, order: PurchaseOrder, units: Units, mode: Receipt.Mode) -> None:
    lines = dict(receipt.lines.values_list("product_id", "quantity"))
    if (receipt.purchase_order_id, receipt.mode, lines) != (order.pk, mode, dict(units)):
        raise KeyReused(
            gettext("Key %(key)r was used for %(receipt)s: choose a new key for a new receipt.")
            % {"key": receipt.key, "receipt": receipt},
            field="key",
        )


def _lock(order: PurchaseOrder) -> None:
    # A weaker lock than the default: inserting receipts refers to the order's key, which stays.
    order.refresh_from_db(from_queryset=PurchaseOrder.objects.select_for_update(no_key=True))


def _locked_lines(order: PurchaseOrder) -> list[PurchaseOrderLine]:
    return list(order.lines.order_by("pk").select_for_update(no_key=True))


def _set_status(order: PurchaseOrder, status: PurchaseOrder.Status) -> None:
    order.status = status
    order.save(update_fields=["status"])


def _cause(order: PurchaseOrder, actor: str, key: str) -> ledger.Cause:
    return ledger.Cause(document=order.number, actor=actor, key=key)


def _sku(product_id: int) -> str:
    sku = Product.objects.values_list("sku", flat=True).filter(pk=product_id).first()
    return sku or gettext("Product %(product_id)s") % {"product_id": product_id}
