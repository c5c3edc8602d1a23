"""Which operation a request is: by method and path, the path still percent-encoded.

An unencoded slash in a SKU makes a path nobody knows, which Amazon answers 403 and not 404.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from channels.adapters.amazon.sandbox import (
    documents,
    feeds,
    listings,
    ordersv0,
    searching,
    searchorders,
    tokens,
)
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import Call, Reply

Handler = Callable[[Sandbox, Call], Reply]


@dataclass(frozen=True, slots=True)
class Operation:
    """service: whose rules a request meets first: the API's, the token's or the storage's.
    bucket: which budget it spends where that is not simply its name."""

    name: str
    method: str
    path: re.Pattern[str]
    handler: Handler
    service: Literal["api", "token", "storage"] = "api"
    bucket: Callable[[Call], str] | None = None


def _operation(
    name: str,
    route: str,
    handler: Handler,
    service: Literal["api", "token", "storage"] = "api",
    bucket: Callable[[Call], str] | None = None,
) -> Operation:
    method, _, path = route.partition(" ")
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
    return Operation(name, method, pattern, handler, service, bucket)


ITEMS = "/listings/2021-08-01/items/{seller}"
FEEDS = "/feeds/2021-06-30"
ORDERS = "/orders/2026-01-01/orders"
OLD_ORDERS = "/orders/v0/orders"
OPERATIONS = (
    _operation("token", "POST /auth/o2/token", tokens.grant, "token"),
    _operation("upload", f"PUT {documents.PATH}{{document}}", documents.upload, "storage"),
    _operation("download", f"GET {documents.PATH}{{document}}", documents.download, "storage"),
    _operation("getListingsItem", f"GET {ITEMS}/{{sku}}", listings.get_item),
    _operation(
        "patchListingsItem",
        f"PATCH {ITEMS}/{{sku}}",
        listings.patch_item,
        bucket=listings.bucket_of_patch,
    ),
    _operation("searchListingsItems", f"GET {ITEMS}", searching.search),
    _operation("createFeedDocument", f"POST {FEEDS}/documents", documents.create),
    _operation("getFeedDocument", f"GET {FEEDS}/documents/{{document}}", documents.get),
    _operation("createFeed", f"POST {FEEDS}/feeds", feeds.create, bucket=feeds.bucket_of_create),
    _operation("getFeeds", f"GET {FEEDS}/feeds", feeds.search),
    _operation("getFeed", f"GET {FEEDS}/feeds/{{feed}}", feeds.get),
    _operation("cancelFeed", f"DELETE {FEEDS}/feeds/{{feed}}", feeds.cancel),
    _operation("searchOrders", f"GET {ORDERS}", searchorders.search),
    _operation("getOrder", f"GET {ORDERS}/{{order}}", searchorders.get),
    _operation("getOrdersV0", f"GET {OLD_ORDERS}", ordersv0.search),
    _operation("getOrderV0", f"GET {OLD_ORDERS}/{{order}}", ordersv0.get),
    _operation("getOrderItemsV0", f"GET {OLD_ORDERS}/{{order}}/orderItems", ordersv0.get_items),
    _operation(
        "confirmShipment",
        f"POST {OLD_ORDERS}/{{order}}/shipmentConfirmation",
        ordersv0.confirm_shipment,
    ),
)
NAMES = tuple(operation.name for operation in OPERATIONS)


def find(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation, and what its path names, decoded."""
    for operation in OPERATIONS:
        match = operation.path.fullmatch(path) if operation.method == method else None
        if match:
            return operation, {name: unquote(text) for name, text in match.groupdict().items()}
    return None
