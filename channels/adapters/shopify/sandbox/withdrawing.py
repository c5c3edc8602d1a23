"""Taking units that were not shipped off an order: by an edit, a refund or a cancellation."""

from __future__ import annotations

from channels.adapters.shopify.sandbox.orders import OrderRefusedError, release
from channels.adapters.shopify.sandbox.store import Row, Store


def open_order(store: Store, order_id: int) -> Row:
    """The order, unless it is gone or cancelled: nothing can be taken off it then.

    Raises OrderRefusedError.
    """
    order = store.one("SELECT * FROM orders WHERE id = ?", (order_id,))
    if order is None:
        raise OrderRefusedError("Order does not exist", "orderId")
    if order["cancelled_at"] is not None:
        raise OrderRefusedError("Order has already been cancelled", "orderId")
    return order


def withdraw(
    store: Store, line_id: int, units: int, *, is_restocked: bool
) -> list[tuple[int, int]]:
    """Take unshipped units off a line; (location, units) of where they were to ship from.

    Committed falls. With `is_restocked` available rises by as much, without it the units are gone.
    Raises OrderRefusedError when fewer are left to ship.
    """
    taken: list[tuple[int, int]] = []
    wanted = units
    for part in _parts(store, line_id):
        some = min(wanted, part["remaining"])
        if some:
            store.run(
                "UPDATE fulfillment_order_lines SET total = total - ?, remaining = remaining - ? "
                "WHERE id = ?",
                (some, some, part["id"]),
            )
            place: int = part["location_id"]
            release(store, part["item_id"], place, some, is_restocked=is_restocked)
            taken.append((place, some))
            wanted -= some
    if wanted:
        raise OrderRefusedError(
            f"{units} units of line item {line_id} can not be taken off: "
            f"{units - wanted} are left to ship"
        )
    store.run(
        "UPDATE order_lines SET current_quantity = current_quantity - ?, "
        "unfulfilled_quantity = unfulfilled_quantity - ? WHERE id = ?",
        (units, units, line_id),
    )
    return taken


def _parts(store: Store, line_id: int) -> list[Row]:
    return store.all(
        "SELECT p.id, p.remaining, f.location_id, l.item_id FROM fulfillment_order_lines p "
        "JOIN fulfillment_orders f ON f.id = p.fulfillment_order_id "
        "JOIN order_lines l ON l.id = p.line_id "
        "WHERE f.order_id = (SELECT order_id FROM order_lines WHERE id = ?1) "
        "AND p.line_id = ?1 AND p.remaining > 0 ORDER BY p.id",
        (line_id,),
    )
