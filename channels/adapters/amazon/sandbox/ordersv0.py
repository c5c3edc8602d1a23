"""Orders v0: shipment confirmation, and the reads that clients of it still use."""

from __future__ import annotations

import re
from typing import Any

from channels.adapters.amazon.sandbox import orders
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import Call, Json, Reply, invalid, not_found
from channels.adapters.amazon.sandbox.clock import iso, parse_iso
from channels.adapters.amazon.sandbox.orders import OrderRefusedError, Package
from channels.adapters.amazon.sandbox.regions import REGIONS
from channels.adapters.amazon.sandbox.store import Row

STATUSES = {
    "PENDING_AVAILABILITY": "PendingAvailability",
    "PENDING": "Pending",
    "UNSHIPPED": "Unshipped",
    "PARTIALLY_SHIPPED": "PartiallyShipped",
    "SHIPPED": "Shipped",
    "CANCELLED": "Canceled",
    "UNFULFILLABLE": "Unfulfillable",
}


def search(sandbox: Sandbox, call: Call) -> Reply:
    """GET /orders/v0/orders, by marketplace and time of update or creation, in one page."""
    query = call.query
    region = REGIONS[sandbox.account.region]
    wanted = query.list("MarketplaceIds", region, 50, is_required=True)
    created, updated = query.moment("CreatedAfter"), query.moment("LastUpdatedAfter")
    if (created is None) == (updated is None):
        raise invalid("Exactly one of 'CreatedAfter' and 'LastUpdatedAfter' must be given.")
    column, after = ("created_at", created) if updated is None else ("updated_at", updated)
    size = query.whole("MaxResultsPerPage", 100, 100)
    before = sandbox.now() - sandbox.habits.settle_seconds
    rows = sandbox.store.all(
        f"SELECT * FROM orders WHERE {column} >= ? AND {column} <= ? AND listed_at <= ? "  # noqa: S608
        f"ORDER BY {column}, rowid",
        (after, before, sandbox.now()),
    )
    found = [_order(sandbox, row) for row in rows if row["marketplace_id"] in wanted]
    bound = "CreatedBefore" if updated is None else "LastUpdatedBefore"
    return Reply(200, {"payload": {"Orders": found[:size], bound: iso(before)}})


def get(sandbox: Sandbox, call: Call) -> Reply:
    """GET /orders/v0/orders/{orderId}"""
    return Reply(200, {"payload": _order(sandbox, _found(sandbox, call))})


def get_items(sandbox: Sandbox, call: Call) -> Reply:
    """GET /orders/v0/orders/{orderId}/orderItems"""
    row = _found(sandbox, call)
    shown = [_item(sandbox, row, item) for item in orders.items(sandbox, row["id"])]
    payload = {"AmazonOrderId": row["id"], "OrderItems": shown}
    return Reply(200, {"payload": payload}, told=[row["id"]])


def _found(sandbox: Sandbox, call: Call) -> Row:
    row = orders.order(sandbox, call.args["order"])
    if row is None:
        raise not_found(f"Order '{call.args['order']}' does not exist.")
    return row


def _order(sandbox: Sandbox, row: Row) -> Json:
    items = orders.items(sandbox, row["id"])
    shipped = sum(item["fulfilled"] for item in items)
    return {
        "AmazonOrderId": row["id"],
        "PurchaseDate": iso(row["created_at"]),
        "LastUpdateDate": iso(row["updated_at"]),
        "OrderStatus": STATUSES[row["status"]],
        "FulfillmentChannel": "AFN" if row["fulfilled_by"] == orders.AMAZON else "MFN",
        "MarketplaceId": row["marketplace_id"],
        "SalesChannel": REGIONS[sandbox.account.region][row["marketplace_id"]].name,
        "NumberOfItemsShipped": shipped,
        "NumberOfItemsUnshipped": sum(item["quantity"] for item in items) - shipped,
    }


def _item(sandbox: Sandbox, order: Row, row: Row) -> Json:
    is_zero = order["status"] == "CANCELLED" and sandbox.habits.is_cancel_zeroed
    item: Json = {
        "ASIN": row["asin"],
        "OrderItemId": row["id"],
        "Title": row["title"],
        "QuantityOrdered": 0 if is_zero else row["quantity"],
        "QuantityShipped": row["fulfilled"],
    }
    if not (row["is_sku_hidden"] or sandbox.habits.is_sku_hidden):
        item["SellerSKU"] = row["sku"]
    return item


def confirm_shipment(sandbox: Sandbox, call: Call) -> Reply:
    """POST /orders/v0/orders/{orderId}/shipmentConfirmation"""
    body = call.body if isinstance(call.body, dict) else {}
    detail = body.get("packageDetail")
    if not isinstance(detail, dict):
        raise invalid("'packageDetail' is missing.")
    row = _found(sandbox, call)
    if body.get("marketplaceId") != row["marketplace_id"]:
        raise invalid("'marketplaceId' is not the marketplace of the order.")
    if row["fulfilled_by"] == orders.AMAZON:
        raise invalid("The order is fulfilled by Amazon.")
    try:
        orders.ship(sandbox, row, _package(detail))
    except OrderRefusedError as error:
        raise invalid(str(error)) from error
    return Reply(204)


def _package(detail: Json) -> Package:
    for name in ("packageReferenceId", "carrierCode", "trackingNumber", "shipDate"):
        if not isinstance(detail.get(name), str) or not detail[name]:
            raise invalid(f"'{name}' is missing.")
    if not re.fullmatch(r"0*[1-9]\d*", detail["packageReferenceId"], re.ASCII):
        raise invalid("'packageReferenceId' must be a positive number.")
    carrier: str = detail["carrierCode"]
    if carrier == "Other":
        carrier = detail.get("carrierName") or ""
        if not carrier:
            raise invalid("'carrierName' is required when 'carrierCode' is Other.")
    try:
        shipped_at = parse_iso(detail["shipDate"])
    except ValueError as error:
        raise invalid("'shipDate' is not an ISO 8601 date-time.") from error
    return Package(
        detail["packageReferenceId"],
        carrier,
        detail["trackingNumber"],
        shipped_at,
        _units(detail.get("orderItems")),
    )


def _units(given: Any) -> dict[str, int]:
    """Units by order item."""
    if not isinstance(given, list) or not given:
        raise invalid("'orderItems' must be a list that is not empty.")
    units: dict[str, int] = {}
    for each in given:
        count = each.get("quantity") if isinstance(each, dict) else None
        if not isinstance(count, int) or isinstance(count, bool) or count <= 0:
            raise invalid("'quantity' of an order item must be a number above 0.")
        if not isinstance(each.get("orderItemId"), str):
            raise invalid("'orderItemId' is missing.")
        units[each["orderItemId"]] = units.get(each["orderItemId"], 0) + count
    return units
