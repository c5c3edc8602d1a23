"""Orders: Shopify itself moves units from available to committed when one is placed, and lets
committed go when it is fulfilled or cancelled. Nobody writes those numbers from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels.adapters.shopify.sandbox import levels
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
    by_location: dict[int, int] = {}
    for line in order.lines:
        line_id = _add_line(store, order_id, line)
        place_id = line.location_id
        if place_id not in by_location:
            by_location[place_id] = _add_fulfillment_order(store, order_id, place_id)
        store.run(
            "INSERT INTO fulfillment_order_lines (id, fulfillment_order_id, line_id, total, "
            "remaining) VALUES (?,?,?,?,?)",
            (
                store.next_id("FulfillmentOrderLineItem"),
                by_location[place_id],
                line_id,
                line.quantity,
                line.quantity,
            ),
        )
        if line.variant is not None and line.variant["is_tracked"]:
            _commit(store, line.variant["item_id"], place_id, line.quantity)
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


def _add_line(store: Store, order_id: int, line: NewLine) -> int:
    variant = line.variant
    line_id = store.next_id("LineItem")
    store.run(
        "INSERT INTO order_lines (id, order_id, variant_id, item_id, title, sku, price, quantity, "
        "current_quantity, unfulfilled_quantity) VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            line_id,
            order_id,
            variant["id"] if variant is not None else None,
            variant["item_id"] if variant is not None else None,
            line.title,
            variant["sku"] if variant is not None else None,
            line.price,
            line.quantity,
            line.quantity,
            line.quantity,
        ),
    )
    return line_id


def _add_fulfillment_order(store: Store, order_id: int, location_id: int) -> int:
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
    """Set the order's fulfilment status from its lines."""
    units = store.one(
        "SELECT sum(current_quantity) AS wanted, sum(unfulfilled_quantity) AS left_over "
        "FROM order_lines WHERE order_id = ?",
        (order_id,),
    )
    status = "UNFULFILLED"
    if units and units["left_over"] == 0:
        status = "FULFILLED"
    elif units and units["left_over"] < units["wanted"]:
        status = "PARTIALLY_FULFILLED"
    store.run(
        "UPDATE orders SET fulfillment_status = ?, updated_at = ? WHERE id = ?",
        (status, store.now(), order_id),
    )
