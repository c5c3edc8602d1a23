"""Refunds: units taken off an order, put back on the shelf or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels.adapters.shopify.sandbox import levels, sales
from channels.adapters.shopify.sandbox.levels import Change
from channels.adapters.shopify.sandbox.orders import (
    OrderRefusedError,
    refresh_fulfillment_orders,
    refresh_status,
)
from channels.adapters.shopify.sandbox.store import Row, Store
from channels.adapters.shopify.sandbox.withdrawing import open_order, withdraw

CANCEL, RETURN, NO_RESTOCK = "CANCEL", "RETURN", "NO_RESTOCK"


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Units of one line to refund.

    CANCEL: not shipped, back to available. RETURN: shipped, come back to `location_id`, or to
    where they were shipped from. NO_RESTOCK: no unit comes back; those not shipped go first.
    """

    line_id: int
    quantity: int
    restock_type: str
    location_id: int | None = None


def refund(store: Store, order_id: int, lines: Sequence[RefundLine]) -> int:
    """Refund units of an order; the refund's number. Raises OrderRefusedError."""
    order = open_order(store, order_id)
    refund_id = add_refund(store, order_id)
    for line in lines:
        _refund_line(store, refund_id, order_id, line)
    refresh_fulfillment_orders(store, order_id)
    _refresh_payment(store, order)
    refresh_status(store, order_id)
    sales.settle(store, order_id)
    store.emit("REFUNDS_CREATE", refund_id)
    store.emit("ORDERS_UPDATED", order_id)
    return refund_id


def add_refund(store: Store, order_id: int) -> int:
    number = store.next_id("Refund")
    store.run(
        "INSERT INTO refunds (id, order_id, created_at) VALUES (?,?,?)",
        (number, order_id, store.now()),
    )
    return number


def take_unshipped(
    store: Store, refund_id: int, line_id: int, units: int, *, is_restocked: bool
) -> None:
    """Withdraw units that were not shipped, and tell it on the refund."""
    for place, some in withdraw(store, line_id, units, is_restocked=is_restocked):
        if is_restocked:
            _tell(store, refund_id, RefundLine(line_id, some, CANCEL, place))
        else:
            _tell(store, refund_id, RefundLine(line_id, some, NO_RESTOCK))


def _refund_line(store: Store, refund_id: int, order_id: int, wanted: RefundLine) -> None:
    line = store.one(
        "SELECT * FROM order_lines WHERE id = ? AND order_id = ?", (wanted.line_id, order_id)
    )
    if line is None:
        raise OrderRefusedError(f"Line item {wanted.line_id} is not on this order")
    unshipped = 0
    if wanted.restock_type == CANCEL:
        unshipped = wanted.quantity
    elif wanted.restock_type == NO_RESTOCK:
        unshipped = min(wanted.quantity, line["unfulfilled_quantity"])
    if unshipped:
        is_restocked = wanted.restock_type == CANCEL
        take_unshipped(store, refund_id, line["id"], unshipped, is_restocked=is_restocked)
    if wanted.quantity > unshipped:
        _take_shipped(store, refund_id, line, wanted, wanted.quantity - unshipped)


def _take_shipped(store: Store, refund_id: int, line: Row, wanted: RefundLine, units: int) -> None:
    shipped = line["current_quantity"] - line["unfulfilled_quantity"]
    if units > shipped:
        raise OrderRefusedError(
            f"{units} shipped units of line item {line['id']} can not be refunded: {shipped} are"
        )
    store.run(
        "UPDATE order_lines SET current_quantity = current_quantity - ? WHERE id = ?",
        (units, line["id"]),
    )
    place = None
    if wanted.restock_type == RETURN:
        place = wanted.location_id or _shipped_from(store, line["id"])
        _put_back(store, line["item_id"], place, units)
    _tell(store, refund_id, RefundLine(line["id"], units, wanted.restock_type, place))


def _shipped_from(store: Store, line_id: int) -> int:
    row = store.one(
        "SELECT f.location_id FROM fulfillment_lines p JOIN fulfillments f "
        "ON f.id = p.fulfillment_id WHERE p.line_id = ? ORDER BY p.id LIMIT 1",
        (line_id,),
    )
    if row is None:
        raise OrderRefusedError(f"Nothing of line item {line_id} was shipped")
    number: int = row["location_id"]
    return number


def _put_back(store: Store, item_id: int | None, location_id: int, units: int) -> None:
    item = store.one("SELECT is_tracked FROM variants WHERE item_id = ?", (item_id,))
    if item_id is not None and item is not None and item["is_tracked"]:
        levels.apply(store, [Change(item_id, location_id, "available", units)])


def _tell(store: Store, refund_id: int, line: RefundLine) -> None:
    store.run(
        "INSERT INTO refund_lines (id, refund_id, line_id, quantity, restock_type, location_id) "
        "VALUES (?,?,?,?,?,?)",
        (
            store.next_id("RefundLineItem"),
            refund_id,
            line.line_id,
            line.quantity,
            line.restock_type,
            line.location_id,
        ),
    )


def _refresh_payment(store: Store, order: Row) -> None:
    """A paid order is refunded in part, or wholly when no unit of it is left."""
    if order["financial_status"] not in ("PAID", "PARTIALLY_REFUNDED"):
        return
    left = store.one(
        "SELECT sum(current_quantity) AS n FROM order_lines WHERE order_id = ?", (order["id"],)
    )
    status = "PARTIALLY_REFUNDED" if left and left["n"] else "REFUNDED"
    store.run("UPDATE orders SET financial_status = ? WHERE id = ?", (status, order["id"]))
