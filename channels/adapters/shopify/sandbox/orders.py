"""Orders: Shopify itself moves units from available to committed when one is placed, and lets
committed go when it is fulfilled or cancelled. Nobody writes those numbers from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels.adapters.shopify.sandbox import levels, sales
from channels.adapters.shopify.sandbox.levels import Change
from channels.adapters.shopify.sandbox.store import Row, Store


class OrderRefusedError(Exception):
    """The order does not allow this now. `path` names the input at fault."""

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to order. `variant` None is a custom line that no stock stands behind."""

    variant: Row | None
    quantity: int
    title: str
    price: str
    location_id: int


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to place. `created_at` empty: now, by the shop's clock."""

    lines: Sequence[NewLine]
    name: str = ""
    is_test: bool = False
    financial_status: str = "PAID"
    source_name: str = "web"
    created_at: str = ""


def place(store: Store, order: NewOrder) -> int:
    """Place an order: its units turn from available to committed, below zero if need be."""
    order_id = _add_order(store, order)
    for line in order.lines:
        add_line(store, order_id, line)
    store.emit("ORDERS_CREATE", order_id)
    return order_id


def _add_order(store: Store, order: NewOrder) -> int:
    order_id, number = store.next_id("Order"), store.next_id("OrderNumber")
    at = order.created_at or store.now()
    store.run(
        "INSERT INTO orders (id, number, name, is_test, source_name, financial_status, "
        "fulfillment_status, processed_at, created_at, updated_at) "
        "VALUES (?,?,?,?,?,?,'UNFULFILLED',?,?,?)",
        (
            order_id,
            number,
            order.name or f"#{number}",
            order.is_test,
            order.source_name,
            order.financial_status,
            at,
            at,
            store.now(),
        ),
    )
    return order_id


def add_line(store: Store, order_id: int, line: NewLine) -> int:
    """Put a line on the order with its units to ship; the line's number."""
    variant = line.variant
    line_id = store.next_id("LineItem")
    store.run(
        "INSERT INTO order_lines (id, order_id, variant_id, item_id, title, sku, price, quantity, "
        "current_quantity, unfulfilled_quantity) VALUES (?,?,?,?,?,?,?,0,0,0)",
        (
            line_id,
            order_id,
            variant["id"] if variant is not None else None,
            variant["item_id"] if variant is not None else None,
            line.title,
            variant["sku"] if variant is not None else None,
            line.price,
        ),
    )
    add_units(store, line_id, line.location_id, line.quantity)
    return line_id


def add_units(store: Store, line_id: int, location_id: int, units: int) -> None:
    """Order units of a line from a location: onto its fulfilment order, and out of available."""
    store.run(
        "UPDATE order_lines SET quantity = quantity + ?, current_quantity = current_quantity + ?, "
        "unfulfilled_quantity = unfulfilled_quantity + ? WHERE id = ?",
        (units, units, units, line_id),
    )
    line = store.one(
        "SELECT l.order_id, l.item_id, v.is_tracked FROM order_lines l "
        "LEFT JOIN variants v ON v.item_id = l.item_id WHERE l.id = ?",
        (line_id,),
    )
    if line is None:
        raise OrderRefusedError("Line item does not exist")
    _assign(store, _fulfillment_order(store, line["order_id"], location_id), line_id, units)
    sales.add(store, line["order_id"], line["item_id"], location_id)
    if line["is_tracked"]:
        _commit(store, line["item_id"], location_id, units)


def _assign(store: Store, number: int, line_id: int, units: int) -> None:
    touched = store.run(
        "UPDATE fulfillment_order_lines SET total = total + ?, remaining = remaining + ? "
        "WHERE fulfillment_order_id = ? AND line_id = ?",
        (units, units, number, line_id),
    )
    if not touched:
        store.run(
            "INSERT INTO fulfillment_order_lines (id, fulfillment_order_id, line_id, total, "
            "remaining) VALUES (?,?,?,?,?)",
            (store.next_id("FulfillmentOrderLineItem"), number, line_id, units, units),
        )


def _fulfillment_order(store: Store, order_id: int, location_id: int) -> int:
    """The order's open fulfilment order at the location, made when there is none."""
    known = store.one(
        "SELECT id FROM fulfillment_orders WHERE order_id = ? AND location_id = ? "
        "AND status <> 'CLOSED' ORDER BY id LIMIT 1",
        (order_id, location_id),
    )
    if known is not None:
        found: int = known["id"]
        return found
    number, now = store.next_id("FulfillmentOrder"), store.now()
    store.run(
        "INSERT INTO fulfillment_orders (id, order_id, location_id, status, created_at, "
        "updated_at) VALUES (?,?,?,'OPEN',?,?)",
        (number, order_id, location_id, now, now),
    )
    return number


def _commit(store: Store, item_id: int, location_id: int, units: int) -> None:
    levels.apply(
        store,
        [
            Change(item_id, location_id, "available", -units),
            Change(item_id, location_id, "committed", units),
        ],
    )


def release(
    store: Store, item_id: int | None, location_id: int, units: int, *, is_restocked: bool
) -> None:
    """Let committed units go: back to available, or out of the house.

    Never more than the level holds: an item that was untracked when ordered committed nothing.
    """
    level = levels.find(store, item_id, location_id) if item_id is not None else None
    if item_id is None or level is None:
        return
    units = min(units, level["committed"])
    changes = [Change(item_id, location_id, "committed", -units)]
    if is_restocked:
        changes.append(Change(item_id, location_id, "available", units))
    levels.apply(store, changes)


def refresh_status(store: Store, order_id: int) -> None:
    """Set the order's fulfilment status from what was shipped and what is left; it has changed."""
    units = store.one(
        "SELECT (SELECT coalesce(sum(unfulfilled_quantity), 0) FROM order_lines "
        "WHERE order_id = ?1) AS left_over, EXISTS (SELECT 1 FROM fulfillments "
        "WHERE order_id = ?1) AS is_shipped",
        (order_id,),
    )
    status = "UNFULFILLED"
    if units is not None and units["is_shipped"]:
        status = "PARTIALLY_FULFILLED" if units["left_over"] else "FULFILLED"
    store.run(
        "UPDATE orders SET fulfillment_status = ?, updated_at = ? WHERE id = ?",
        (status, store.now(), order_id),
    )


def refresh_fulfillment_orders(store: Store, order_id: int) -> None:
    """Close the order's fulfilment orders with nothing left; those shipped from are in progress."""
    store.run(
        "UPDATE fulfillment_orders AS f SET status = s.status, updated_at = ?1 FROM ("
        "SELECT fulfillment_order_id AS id, CASE WHEN sum(remaining) = 0 THEN 'CLOSED' "
        "WHEN sum(remaining) < sum(total) THEN 'IN_PROGRESS' ELSE 'OPEN' END AS status "
        "FROM fulfillment_order_lines WHERE fulfillment_order_id IN "
        "(SELECT id FROM fulfillment_orders WHERE order_id = ?2) GROUP BY fulfillment_order_id"
        ") AS s WHERE s.id = f.id AND s.status <> f.status",
        (store.now(), order_id),
    )
