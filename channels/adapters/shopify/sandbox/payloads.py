"""Webhook payloads: REST-shaped, snake_case, bare numbers beside `admin_graphql_api_id`."""

from __future__ import annotations

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
        "line_items": [_line(line) for line in lines],
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
        "current_quantity": row["current_quantity"],
        "fulfillable_quantity": row["unfulfilled_quantity"],
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
    "FULFILLMENTS_CREATE": fulfillment,
    "INVENTORY_LEVELS_UPDATE": level,
    "INVENTORY_LEVELS_CONNECT": level,
    "INVENTORY_LEVELS_DISCONNECT": unstocked,
}
"""The topics this shop sends. Others may be subscribed to and stay silent."""
