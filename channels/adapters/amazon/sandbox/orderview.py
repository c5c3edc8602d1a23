"""Orders as the API of 2026 shows them, whole; `included` then takes away what was not asked for.

`orders` writes what this reads.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.catalogue import CHUNK, marks
from channels.adapters.amazon.sandbox.clock import iso
from channels.adapters.amazon.sandbox.regions import REGIONS
from channels.adapters.amazon.sandbox.store import Row

Json = dict[str, Any]
INCLUDED = (
    "BUYER",
    "RECIPIENT",
    "PROCEEDS",
    "EXPENSE",
    "PROMOTION",
    "CANCELLATION",
    "FULFILLMENT",
    "PACKAGES",
    "TAX",
    "PAYMENT",
    "FULFILLMENT_ORDERS",
)
"""Data sets that can be asked for. Those about money and people are taken in and left out: a
rehearsal holds neither."""
SHIP_SECONDS = 2 * 86_400


def views(sandbox: Sandbox, ids: Sequence[str]) -> list[Json]:
    """The orders of these ids, in their order, with all data sets."""
    found: dict[str, Json] = {}
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        items, packages = (
            _by_order(sandbox, "order_items", part),
            _by_order(sandbox, "packages", part),
        )
        for row in sandbox.store.all(
            f"SELECT * FROM orders WHERE id IN ({marks(part)})",  # noqa: S608 - only marks
            part,
        ):
            found[row["id"]] = _view(sandbox, row, items[row["id"]], packages[row["id"]])
    return [found[each] for each in ids if each in found]


def _by_order(sandbox: Sandbox, table: str, ids: Sequence[str]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in sandbox.store.all(
        f"SELECT * FROM {table} WHERE order_id IN ({marks(ids)}) ORDER BY rowid",  # noqa: S608
        ids,
    ):
        grouped[row["order_id"]].append(row)
    return grouped


def _view(sandbox: Sandbox, row: Row, items: list[Row], packages: list[Row]) -> Json:
    marketplace = REGIONS[sandbox.account.region][row["marketplace_id"]]
    return {
        "orderId": row["id"],
        "createdTime": iso(row["created_at"]),
        "lastUpdatedTime": iso(row["updated_at"]),
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": marketplace.id,
            "marketplaceName": marketplace.name,
        },
        "fulfillment": {
            "fulfillmentStatus": row["status"],
            "fulfilledBy": row["fulfilled_by"],
            "fulfillmentServiceLevel": "STANDARD",
            "shipByWindow": {
                "earliestDateTime": iso(row["created_at"]),
                "latestDateTime": iso(row["created_at"] + SHIP_SECONDS),
            },
        },
        "orderItems": [_item(sandbox, row, item, marketplace.currency) for item in items],
        "packages": [_package(package) for package in packages],
    }


def _item(sandbox: Sandbox, order: Row, row: Row, currency: str) -> Json:
    is_cancelled = order["status"] == "CANCELLED"
    is_zero = is_cancelled and sandbox.habits.is_cancel_zeroed
    product: Json = {"asin": row["asin"], "title": row["title"]}
    if not (row["is_sku_hidden"] or sandbox.habits.is_sku_hidden):
        product["sellerSku"] = row["sku"]
    if not order["status"].startswith("PENDING"):
        product["price"] = {"unitPrice": {"amount": row["price"], "currencyCode": currency}}
    item: Json = {
        "orderItemId": row["id"],
        "quantityOrdered": 0 if is_zero else row["quantity"],
        "product": product,
        "fulfillment": {
            "quantityFulfilled": row["fulfilled"],
            "quantityUnfulfilled": 0 if is_cancelled else row["quantity"] - row["fulfilled"],
        },
    }
    cancellation: Json = {}
    if order["cancel_request"]:
        cancellation["cancellationRequest"] = {
            "requester": "BUYER",
            "cancelReason": order["cancel_request"],
        }
    if is_cancelled:
        cancellation["cancellationExecution"] = {
            "cancelledBy": "MERCHANT",
            "cancelReason": order["cancel_reason"],
        }
    return {**item, "cancellation": cancellation} if cancellation else item


def _package(row: Row) -> Json:
    return {
        "packageReferenceId": row["reference"],
        "createdTime": iso(row["created_at"]),
        "packageStatus": {"status": "SHIPPED"},
        "carrier": row["carrier"],
        "shipTime": iso(row["shipped_at"]),
        "trackingNumber": row["tracking"],
        "packageItems": [
            {"orderItemId": item_id, "quantity": count}
            for item_id, count in json.loads(row["items"]).items()
        ],
    }


def included(view: Json, wanted: Collection[str]) -> Json:
    """A view with the data sets of `wanted` alone."""
    without = {name for name in ("FULFILLMENT", "CANCELLATION", "PACKAGES") if name not in wanted}
    dropped = {name.lower() for name in without}
    shown = {name: value for name, value in view.items() if name not in dropped}
    shown["orderItems"] = [
        {name: value for name, value in item.items() if name not in dropped}
        for item in view["orderItems"]
    ]
    return shown
