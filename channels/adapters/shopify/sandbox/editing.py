"""Editing an order that was placed: other numbers of units on its lines, and new lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from channels.adapters.shopify.sandbox.orders import (
    NewLine,
    OrderRefusedError,
    add_line,
    add_units,
    refresh_fulfillment_orders,
    refresh_status,
)
from channels.adapters.shopify.sandbox.store import Store
from channels.adapters.shopify.sandbox.withdrawing import open_order, withdraw


def edit(store: Store, order_id: int, wanted: Mapping[int, int], added: Sequence[NewLine]) -> int:
    """Edit an order; the edit's number.

    wanted: line -> the units it shall have; a line with none left stays on the order. Units that
    are taken off go back to available. Raises OrderRefusedError, also below what was shipped.
    """
    open_order(store, order_id)
    deltas: dict[int, int] = {}
    for line_id, units in wanted.items():
        delta = _set_units(store, order_id, line_id, units)
        if delta:
            deltas[line_id] = delta
    for line in added:
        deltas[add_line(store, order_id, line)] = line.quantity
    refresh_fulfillment_orders(store, order_id)
    refresh_status(store, order_id)
    number = _note(store, order_id, deltas)
    store.emit("ORDERS_EDITED", number)
    store.emit("ORDERS_UPDATED", order_id)
    return number


def _set_units(store: Store, order_id: int, line_id: int, units: int) -> int:
    """How many units more (or, below zero, fewer) the line has now."""
    line = store.one("SELECT * FROM order_lines WHERE id = ? AND order_id = ?", (line_id, order_id))
    if line is None:
        raise OrderRefusedError(f"Line item {line_id} is not on this order")
    delta: int = units - line["current_quantity"]
    if delta < 0:
        withdraw(store, line_id, -delta, is_restocked=True)
    elif delta > 0:
        add_units(store, line_id, _place_of(store, line_id), delta)
    return delta


def _place_of(store: Store, line_id: int) -> int:
    """Where the line's units ship from."""
    row = store.one(
        "SELECT f.location_id FROM order_lines l "
        "JOIN fulfillment_orders f ON f.order_id = l.order_id "
        "JOIN fulfillment_order_lines p ON p.fulfillment_order_id = f.id AND p.line_id = l.id "
        "WHERE l.id = ? ORDER BY p.id LIMIT 1",
        (line_id,),
    )
    if row is None:
        raise OrderRefusedError(f"Line item {line_id} ships from nowhere")
    number: int = row["location_id"]
    return number


def _note(store: Store, order_id: int, deltas: Mapping[int, int]) -> int:
    number = store.next_id("OrderEdit")
    additions = [{"id": line, "delta": delta} for line, delta in deltas.items() if delta > 0]
    removals = [{"id": line, "delta": -delta} for line, delta in deltas.items() if delta < 0]
    store.run(
        "INSERT INTO order_edits (id, order_id, additions, removals, created_at) "
        "VALUES (?,?,?,?,?)",
        (number, order_id, json.dumps(additions), json.dumps(removals), store.now()),
    )
    return number
