"""The shop's stock as plain JSON rows, for scripts that check a rehearsal."""

from __future__ import annotations

from typing import Any

from channels.adapters.shopify.sandbox.gid import gid, level_gid
from channels.adapters.shopify.sandbox.store import Row, Store

_SELECT = (
    "SELECT l.*, v.sku, v.barcode, v.id AS variant_id, v.is_tracked, v.title AS variant_title, "
    "p.title, p.status, places.name AS location FROM levels l "
    "JOIN variants v ON v.item_id = l.item_id JOIN products p ON p.id = v.product_id "
    "JOIN locations places ON places.id = l.location_id"
)


def levels(store: Store, after: int = 0, limit: int = -1) -> list[dict[str, Any]]:
    """Every item at every location it was ever stocked, by level number above `after`."""
    rows = store.all(f"{_SELECT} WHERE l.id > ? ORDER BY l.id LIMIT ?", (after, limit))
    return [_level(row) for row in rows]


def levels_of(store: Store, sku: str) -> list[dict[str, Any]]:
    return [_level(row) for row in store.all(f"{_SELECT} WHERE v.sku = ? ORDER BY l.id", (sku,))]


def _level(row: Row) -> dict[str, Any]:
    available, committed = row["available"], row["committed"]
    other = row["damaged"] + row["quality_control"] + row["reserved"] + row["safety_stock"]
    return {
        "number": row["id"],
        "level_id": level_gid(row["id"], row["item_id"]),
        "item_id": gid("InventoryItem", row["item_id"]),
        "variant_id": gid("ProductVariant", row["variant_id"]),
        "location_id": gid("Location", row["location_id"]),
        "location": row["location"],
        "sku": row["sku"] or "",
        "barcode": row["barcode"] or "",
        "title": row["title"],
        "variant_title": row["variant_title"],
        "status": row["status"],
        "available": available,
        "committed": committed,
        "on_hand": available + committed + other,
        "incoming": row["incoming"],
        "is_active": bool(row["is_active"]),
        "is_tracked": bool(row["is_tracked"]),
        "updated_at": row["updated_at"],
    }


def locations(store: Store) -> list[dict[str, Any]]:
    return [
        {
            "location_id": gid("Location", row["id"]),
            "name": row["name"],
            "is_active": bool(row["is_active"]),
        }
        for row in store.all("SELECT * FROM locations ORDER BY id")
    ]


def orders(store: Store, number: int | None = None) -> list[dict[str, Any]]:
    """All orders, or the one of this number, with their lines."""
    where, parameters = ("", ()) if number is None else (" WHERE order_id = ?", (number,))
    lines: dict[int, list[dict[str, Any]]] = {}
    for row in store.all(f"SELECT * FROM order_lines{where} ORDER BY id", parameters):  # noqa: S608
        lines.setdefault(row["order_id"], []).append(
            {
                "line_id": gid("LineItem", row["id"]),
                "sku": row["sku"] or "",
                "quantity": row["quantity"],
                "current_quantity": row["current_quantity"],
                "unfulfilled_quantity": row["unfulfilled_quantity"],
            }
        )
    where = where.replace("order_id", "id")
    unseen = {row["order_id"] for row in store.all("SELECT order_id FROM unseen_sales")}
    return [
        {
            "order_id": gid("Order", row["id"]),
            "number": row["id"],
            "name": row["name"],
            "fulfillment_status": row["fulfillment_status"],
            "financial_status": row["financial_status"],
            "cancelled_at": row["cancelled_at"],
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "is_test": bool(row["is_test"]),
            "is_unseen_sale": row["id"] in unseen,
            "lines": lines.get(row["id"], []),
        }
        for row in store.all(f"SELECT * FROM orders{where} ORDER BY id", parameters)  # noqa: S608
    ]
