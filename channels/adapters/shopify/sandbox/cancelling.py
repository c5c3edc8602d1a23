"""Cancelling an order as recorded shops do it: closed and cancelled at one moment, fulfilment
orders closed with nothing left, the status still UNFULFILLED, and a refund that tells what was
put back."""

from __future__ import annotations

from channels.adapters.shopify.sandbox import sales
from channels.adapters.shopify.sandbox.orders import OrderRefusedError, refresh_fulfillment_orders
from channels.adapters.shopify.sandbox.refunding import add_refund, take_unshipped
from channels.adapters.shopify.sandbox.store import Store
from channels.adapters.shopify.sandbox.withdrawing import open_order


def cancel(store: Store, order_id: int, reason: str, *, is_restocked: bool) -> None:
    """Cancel an order nothing was shipped of. Raises OrderRefusedError."""
    order = open_order(store, order_id)
    if store.one("SELECT id FROM fulfillments WHERE order_id = ?", (order_id,)):
        raise OrderRefusedError("Cannot cancel an order that has been fulfilled", "orderId")
    refund_id = add_refund(store, order_id)
    for line in store.all(
        "SELECT id, unfulfilled_quantity AS units FROM order_lines WHERE order_id = ? "
        "AND unfulfilled_quantity > 0 ORDER BY id",
        (order_id,),
    ):
        take_unshipped(store, refund_id, line["id"], line["units"], is_restocked=is_restocked)
    refresh_fulfillment_orders(store, order_id)
    now = store.now()
    financial = (
        "REFUNDED" if order["financial_status"] in ("PAID", "PARTIALLY_REFUNDED") else "VOIDED"
    )
    store.run(
        "UPDATE orders SET cancelled_at = ?, closed_at = ?, updated_at = ?, cancel_reason = ?, "
        "financial_status = ? WHERE id = ?",
        (now, now, now, reason, financial, order_id),
    )
    sales.forget(store, [order_id])
    store.emit("REFUNDS_CREATE", refund_id)
    for topic in ("ORDERS_CANCELLED", "ORDERS_UPDATED"):
        store.emit(topic, order_id)
