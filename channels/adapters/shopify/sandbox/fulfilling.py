"""Shipping: fulfilment orders, fulfilments, and the committed units they let go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from channels.adapters.shopify.sandbox.orders import (
    OrderRefusedError,
    refresh_fulfillment_orders,
    refresh_status,
    release,
)
from channels.adapters.shopify.sandbox.store import Row, Store


def fulfil(
    store: Store,
    parts: Mapping[int, Mapping[int, int] | None],
    tracking: Mapping[str, Any] | None = None,
) -> int:
    """Ship units of fulfilment orders: committed falls and with it on_hand.

    `parts`: fulfilment order -> units by its line, or None for all that is left. All of them must
    stand at one location of one order. Returns the fulfilment's number; raises OrderRefusedError.
    """
    rows = [_open_fulfillment_order(store, number) for number in parts]
    order_id, location_id = rows[0]["order_id"], rows[0]["location_id"]
    if any((row["order_id"], row["location_id"]) != (order_id, location_id) for row in rows):
        raise OrderRefusedError("All fulfillment orders must belong to one order and location.")
    shipped = [
        (line, units)
        for number, wanted in parts.items()
        for line, units in _chosen(store, number, wanted)
    ]
    fulfillment_id = _add_fulfillment(store, order_id, location_id, tracking or {})
    for line, units in shipped:
        _ship_line(store, fulfillment_id, location_id, line, units)
    refresh_fulfillment_orders(store, order_id)
    refresh_status(store, order_id)
    store.emit("FULFILLMENTS_CREATE", fulfillment_id)
    store.emit("ORDERS_UPDATED", order_id)
    return fulfillment_id


def _open_fulfillment_order(store: Store, number: int) -> Row:
    row = store.one("SELECT * FROM fulfillment_orders WHERE id = ?", (number,))
    if row is None:
        raise OrderRefusedError("Fulfillment order does not exist.")
    if row["status"] == "CLOSED":
        raise OrderRefusedError(f"Fulfillment order {number} has an unfulfillable status= closed.")
    return row


def _chosen(store: Store, number: int, wanted: Mapping[int, int] | None) -> list[tuple[Row, int]]:
    lines = store.all(
        "SELECT f.*, l.item_id FROM fulfillment_order_lines f JOIN order_lines l "
        "ON l.id = f.line_id WHERE f.fulfillment_order_id = ? ORDER BY f.id",
        (number,),
    )
    if wanted is None:
        return [(line, line["remaining"]) for line in lines if line["remaining"]]
    known = {line["id"]: line for line in lines}
    for line_id, units in wanted.items():
        if line_id not in known:
            raise OrderRefusedError("Fulfillment order line item does not exist.")
        if not 0 < units <= known[line_id]["remaining"]:
            raise OrderRefusedError("Invalid fulfillment order line item quantity requested.")
    return [(known[line_id], units) for line_id, units in wanted.items()]


def _add_fulfillment(
    store: Store, order_id: int, location_id: int, tracking: Mapping[str, Any]
) -> int:
    number, now = store.next_id("Fulfillment"), store.now()
    order = store.one("SELECT name FROM orders WHERE id = ?", (order_id,))
    earlier = store.one("SELECT count(*) n FROM fulfillments WHERE order_id = ?", (order_id,))
    label = f"{order['name'] if order else ''}-F{(earlier['n'] if earlier else 0) + 1}"
    store.run(
        "INSERT INTO fulfillments (id, order_id, location_id, name, tracking, created_at, "
        "updated_at) VALUES (?,?,?,?,?,?,?)",
        (number, order_id, location_id, label, json.dumps(tracking_rows(tracking)), now, now),
    )
    return number


def tracking_rows(tracking: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parcels of a tracking input: `number`/`url` or the lists `numbers`/`urls`."""
    numbers = tracking.get("numbers") or [tracking.get("number")]
    urls = tracking.get("urls") or [tracking.get("url")]
    return [
        {
            "number": number,
            "company": tracking.get("company"),
            "url": urls[index] if index < len(urls) else None,
        }
        for index, number in enumerate(numbers)
        if number or (index < len(urls) and urls[index])
    ]


def _ship_line(store: Store, fulfillment_id: int, location_id: int, line: Row, units: int) -> None:
    store.run(
        "UPDATE fulfillment_order_lines SET remaining = remaining - ? WHERE id = ?",
        (units, line["id"]),
    )
    store.run(
        "UPDATE order_lines SET unfulfilled_quantity = unfulfilled_quantity - ? WHERE id = ?",
        (units, line["line_id"]),
    )
    store.run(
        "INSERT INTO fulfillment_lines (id, fulfillment_id, line_id, quantity) VALUES (?,?,?,?)",
        (store.next_id("FulfillmentLineItem"), fulfillment_id, line["line_id"], units),
    )
    release(store, line["item_id"], location_id, units, is_restocked=False)
