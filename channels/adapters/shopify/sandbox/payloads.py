"""Webhook payloads: REST-shaped, snake_case, bare numbers beside `admin_graphql_api_id`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from channels.adapters.shopify.sandbox import levels
from channels.adapters.shopify.sandbox.gid import gid, level_gid
from channels.adapters.shopify.sandbox.store import Row, Store

Json = dict[str, Any]


def payload(store: Store, topic: str, numbers: tuple[int, ...]) -> Json | None:
    """What a delivery of this topic says, or None for an object that is gone."""
    return BUILDERS[topic](store, *numbers)


def order(store: Store, number: int) -> Json | None:
    row = store.one("SELECT * FROM orders WHERE id = ?", (number,))
    if row is None:
        return None
    lines = store.all("SELECT * FROM order_lines WHERE order_id = ? ORDER BY id", (number,))
    status = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Order", row["id"]),
        "name": row["name"],
        "number": row["number"],
        "order_number": row["number"],
        "created_at": row["created_at"],
        "processed_at": row["processed_at"],
        "updated_at": row["updated_at"],
        "cancelled_at": row["cancelled_at"],
        "cancel_reason": row["cancel_reason"] and row["cancel_reason"].lower(),
        "closed_at": row["closed_at"],
        "confirmed": True,
        "test": bool(row["is_test"]),
        "source_name": row["source_name"],
        "financial_status": row["financial_status"].lower(),
        "fulfillment_status": status.get(row["fulfillment_status"]),
        "line_items": [
            {**_line(line), "current_quantity": line["current_quantity"]} for line in lines
        ],
    }


def _line(row: Row) -> Json:
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("LineItem", row["id"]),
        "variant_id": row["variant_id"],
        "sku": row["sku"],
        "title": row["title"],
        "name": row["title"],
        "price": row["price"],
        "quantity": row["quantity"],
        "fulfillable_quantity": row["unfulfilled_quantity"],
    }


def order_edit(store: Store, number: int) -> Json | None:
    """Only what was changed: the order itself is not in it, `id` is the edit's."""
    row = store.one("SELECT * FROM order_edits WHERE id = ?", (number,))
    if row is None:
        return None
    lines = {"additions": json.loads(row["additions"]), "removals": json.loads(row["removals"])}
    return {
        "order_edit": {
            "id": row["id"],
            "app_id": None,
            "created_at": row["created_at"],
            "notify_customer": False,
            "order_id": row["order_id"],
            "staff_note": "",
            "user_id": None,
            "line_items": lines,
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": [], "removals": []},
            "committed_at": row["created_at"],
        }
    }


def refund(store: Store, number: int) -> Json | None:
    row = store.one("SELECT * FROM refunds WHERE id = ?", (number,))
    if row is None:
        return None
    lines = store.all("SELECT * FROM refund_lines WHERE refund_id = ? ORDER BY id", (number,))
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Refund", row["id"]),
        "order_id": row["order_id"],
        "created_at": row["created_at"],
        "processed_at": row["created_at"],
        "note": "",
        "restock": any(line["restock_type"] != "NO_RESTOCK" for line in lines),
        "refund_line_items": [_refund_line(store, line) for line in lines],
    }


def _refund_line(store: Store, row: Row) -> Json:
    line = store.one("SELECT * FROM order_lines WHERE id = ?", (row["line_id"],))
    return {
        "id": row["id"],
        "location_id": row["location_id"],
        "restock_type": row["restock_type"].lower(),
        "quantity": row["quantity"],
        "line_item_id": row["line_id"],
        "line_item": line and _line(line),
    }


def location(store: Store, number: int) -> Json | None:
    row = store.one("SELECT * FROM locations WHERE id = ?", (number,))
    if row is None:
        return None
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Location", row["id"]),
        "name": row["name"],
        "active": bool(row["is_active"]),
        "legacy": False,
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def fulfillment(store: Store, number: int) -> Json | None:
    row = store.one("SELECT * FROM fulfillments WHERE id = ?", (number,))
    if row is None:
        return None
    lines = store.all(
        "SELECT l.*, f.quantity AS shipped FROM fulfillment_lines f "
        "JOIN order_lines l ON l.id = f.line_id WHERE f.fulfillment_id = ? ORDER BY f.id",
        (number,),
    )
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Fulfillment", row["id"]),
        "order_id": row["order_id"],
        "location_id": row["location_id"],
        "status": "success",
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "line_items": [{**_line(line), "quantity": line["shipped"]} for line in lines],
    }


def level(store: Store, item_id: int, location_id: int) -> Json | None:
    row = levels.find(store, item_id, location_id)
    item = store.one("SELECT is_tracked FROM variants WHERE item_id = ?", (item_id,))
    if row is None or item is None:
        return None
    return {
        "inventory_item_id": item_id,
        "location_id": location_id,
        "available": row["available"] if item["is_tracked"] else None,
        "updated_at": row["updated_at"],
        "admin_graphql_api_id": level_gid(row["id"], item_id),
    }


def unstocked(_store: Store, item_id: int, location_id: int) -> Json:
    return {"inventory_item_id": item_id, "location_id": location_id}


BUILDERS: dict[str, Callable[..., Json | None]] = {
    "ORDERS_CREATE": order,
    "ORDERS_UPDATED": order,
    "ORDERS_CANCELLED": order,
    "ORDERS_EDITED": order_edit,
    "REFUNDS_CREATE": refund,
    "FULFILLMENTS_CREATE": fulfillment,
    "INVENTORY_LEVELS_UPDATE": level,
    "INVENTORY_LEVELS_CONNECT": level,
    "INVENTORY_LEVELS_DISCONNECT": unstocked,
    "LOCATIONS_CREATE": location,
    "LOCATIONS_UPDATE": location,
    "LOCATIONS_ACTIVATE": location,
    "LOCATIONS_DEACTIVATE": location,
}
"""The topics this shop sends. Others may be subscribed to and stay silent."""
