"""Rows as the API shows them. Keys are field names; `__typename` tells what a `Node` is."""

from __future__ import annotations

import json
from typing import Any

from channels.adapters.shopify.sandbox.gid import gid, level_gid
from channels.adapters.shopify.sandbox.store import Row

View = dict[str, Any]


def location(row: Row) -> View:
    return {
        "__typename": "Location",
        "id": gid("Location", row["id"]),
        "legacyResourceId": str(row["id"]),
        "name": row["name"],
        "isActive": bool(row["is_active"]),
        "fulfillsOnlineOrders": bool(row["is_active"]),
        "shipsInventory": bool(row["is_active"]),
        "isFulfillmentService": False,
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "row": row,
    }


def product(row: Row) -> View:
    return {
        "__typename": "Product",
        "id": gid("Product", row["id"]),
        "legacyResourceId": str(row["id"]),
        "title": row["title"],
        "status": row["status"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "row": row,
    }


def variant(row: Row) -> View:
    return {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", row["id"]),
        "legacyResourceId": str(row["id"]),
        "sku": row["sku"],
        "barcode": row["barcode"],
        "title": row["title"],
        "price": row["price"],
        "position": row["position"],
        "inventoryPolicy": row["policy"],
        "requiresComponents": bool(row["is_bundle"]),
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "row": row,
    }


def item(row: Row) -> View:
    """The inventory item of a variant's row."""
    return {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", row["item_id"]),
        "legacyResourceId": str(row["item_id"]),
        "sku": row["sku"],
        "tracked": bool(row["is_tracked"]),
        "trackedEditable": {"locked": bool(row["lock_reason"]), "reason": row["lock_reason"]},
        "requiresShipping": True,
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "row": row,
    }


def level(row: Row) -> View:
    return {
        "__typename": "InventoryLevel",
        "id": level_gid(row["id"], row["item_id"]),
        "isActive": bool(row["is_active"]),
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "row": row,
    }


def order(row: Row) -> View:
    return {
        "__typename": "Order",
        "id": gid("Order", row["id"]),
        "legacyResourceId": str(row["id"]),
        "name": row["name"],
        "number": row["number"],
        "createdAt": row["created_at"],
        "processedAt": row["processed_at"],
        "updatedAt": row["updated_at"],
        "cancelledAt": row["cancelled_at"],
        "cancelReason": row["cancel_reason"],
        "closed": row["closed_at"] is not None,
        "closedAt": row["closed_at"],
        "confirmed": True,
        "test": bool(row["is_test"]),
        "sourceName": row["source_name"],
        "sourceIdentifier": None,
        "displayFinancialStatus": row["financial_status"],
        "displayFulfillmentStatus": row["fulfillment_status"],
        "returnStatus": "NO_RETURN",
        "fulfillable": row["fulfillment_status"] != "FULFILLED" and row["cancelled_at"] is None,
        "tags": [],
        "row": row,
    }


def line(row: Row) -> View:
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", row["id"]),
        "name": row["title"],
        "title": row["title"],
        "sku": row["sku"],
        "quantity": row["quantity"],
        "currentQuantity": row["current_quantity"],
        "unfulfilledQuantity": row["unfulfilled_quantity"],
        "refundableQuantity": row["current_quantity"],
        "nonFulfillableQuantity": 0,
        "requiresShipping": True,
        "isGiftCard": False,
        "customAttributes": [],
        "row": row,
    }


def refund(row: Row) -> View:
    return {
        "__typename": "Refund",
        "id": gid("Refund", row["id"]),
        "legacyResourceId": str(row["id"]),
        "createdAt": row["created_at"],
        "row": row,
    }


def refund_line(row: Row) -> View:
    return {
        "id": gid("RefundLineItem", row["id"]),
        "quantity": row["quantity"],
        "restockType": row["restock_type"],
        "restocked": row["restock_type"] != "NO_RESTOCK",
        "row": row,
    }


def fulfillment(row: Row) -> View:
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", row["id"]),
        "legacyResourceId": str(row["id"]),
        "name": row["name"],
        "status": "SUCCESS",
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "tracking": json.loads(row["tracking"]),
        "row": row,
    }


def fulfillment_line(row: Row) -> View:
    return {
        "id": gid("FulfillmentLineItem", row["id"]),
        "quantity": row["quantity"],
        "row": row,
    }


def fulfillment_order(row: Row) -> View:
    is_closed = row["status"] == "CLOSED"
    return {
        "__typename": "FulfillmentOrder",
        "id": gid("FulfillmentOrder", row["id"]),
        "status": row["status"],
        "requestStatus": "UNSUBMITTED",
        "fulfillAt": row["created_at"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "orderId": gid("Order", row["order_id"]),
        "supportedActions": [] if is_closed else [{"action": "CREATE_FULFILLMENT"}],
        "row": row,
    }


def fulfillment_order_line(row: Row) -> View:
    return {
        "id": gid("FulfillmentOrderLineItem", row["id"]),
        "totalQuantity": row["total"],
        "remainingQuantity": row["remaining"],
        "row": row,
    }


def subscription(row: Row) -> View:
    return {
        "__typename": "WebhookSubscription",
        "id": gid("WebhookSubscription", row["id"]),
        "legacyResourceId": str(row["id"]),
        "topic": row["topic"],
        "uri": row["uri"],
        "format": "JSON",
        "includeFields": json.loads(row["include_fields"]),
        "filter": row["filter"],
        "name": row["name"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "row": row,
    }
