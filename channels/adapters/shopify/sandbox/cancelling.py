"""Cancelling an order as recorded shops do it: closed and cancelled at one moment, fulfilment
orders closed with nothing left, the status still UNFULFILLED, and a refund that tells what was
put back."""

from __future__ import annotations

from channels.adapters.shopify.sandbox.orders import OrderRefusedError, release
from channels.adapters.shopify.sandbox.store import Row, Store


def cancel(store: Store, order_id: int, reason: str, *, is_restocked: bool) -> None:
    """Cancel an order nothing was shipped of. Raises OrderRefusedError."""
    order = store.one("SELECT * FROM orders WHERE id = ?", (order_id,))
    if order is None:
        raise OrderRefusedError("Order does not exist", "orderId")
    if order["cancelled_at"] is not None:
        raise OrderRefusedError("Order has already been cancelled", "orderId")
    if store.one("SELECT id FROM fulfillments WHERE order_id = ?", (order_id,)):
        raise OrderRefusedError("Cannot cancel an order that has been fulfilled", "orderId")
    _refund(store, order_id, is_restocked=is_restocked)
    now = store.now()
    store.run(
        "UPDATE order_lines SET current_quantity = 0, unfulfilled_quantity = 0 WHERE order_id = ?",
        (order_id,),
    )
    store.run(
        "UPDATE fulfillment_orders SET status = 'CLOSED', updated_at = ? WHERE order_id = ?",
        (now, order_id),
    )
    financial = "REFUNDED" if order["financial_status"] == "PAID" else "VOIDED"
    store.run(
        "UPDATE orders SET cancelled_at = ?, closed_at = ?, updated_at = ?, cancel_reason = ?, "
        "financial_status = ? WHERE id = ?",
        (now, now, now, reason, financial, order_id),
    )
    for topic in ("ORDERS_CANCELLED", "ORDERS_UPDATED"):
        store.emit(topic, order_id)


def _refund(store: Store, order_id: int, *, is_restocked: bool) -> None:
    lines = store.all(
        "SELECT p.id, p.line_id, p.remaining, f.location_id, l.item_id "
        "FROM fulfillment_orders f "
        "JOIN fulfillment_order_lines p ON p.fulfillment_order_id = f.id "
        "JOIN order_lines l ON l.id = p.line_id WHERE f.order_id = ? AND p.remaining > 0",
        (order_id,),
    )
    refund_id = store.next_id("Refund")
    store.run(
        "INSERT INTO refunds (id, order_id, created_at) VALUES (?,?,?)",
        (refund_id, order_id, store.now()),
    )
    for line in lines:
        _refund_line(store, refund_id, line, is_restocked=is_restocked)


def _refund_line(store: Store, refund_id: int, line: Row, *, is_restocked: bool) -> None:
    store.run(
        "INSERT INTO refund_lines (id, refund_id, line_id, quantity, restock_type, location_id) "
        "VALUES (?,?,?,?,?,?)",
        (store.next_id("RefundLineItem"), refund_id, line["line_id"], line["remaining"])
        + (("CANCEL", line["location_id"]) if is_restocked else ("NO_RESTOCK", None)),
    )
    store.run(
        "UPDATE fulfillment_order_lines SET total = 0, remaining = 0 WHERE id = ?", (line["id"],)
    )
    release(
        store,
        line["item_id"],
        line["location_id"],
        line["remaining"],
        is_restocked=is_restocked,
    )
