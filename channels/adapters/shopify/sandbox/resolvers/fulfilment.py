"""Fulfilment orders (what is to ship, from where) and fulfilments (what has shipped)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from channels.adapters.shopify.sandbox import fulfilling, views
from channels.adapters.shopify.sandbox.context import Info
from channels.adapters.shopify.sandbox.gid import gid, number_of
from channels.adapters.shopify.sandbox.orders import OrderRefusedError
from channels.adapters.shopify.sandbox.paging import Source, connection
from channels.adapters.shopify.sandbox.refusals import plain_error
from channels.adapters.shopify.sandbox.resolvers.catalogue import by_number, getter
from channels.adapters.shopify.sandbox.resolvers.orders import line_of, location_of, shown
from channels.adapters.shopify.sandbox.store import Store
from channels.adapters.shopify.sandbox.views import View

READ_SCOPE = "read_merchant_managed_fulfillment_orders"


def of_order(order: View, info: Info, first: int | None = None) -> list[View]:
    rows = info.context.store.all(
        "SELECT * FROM fulfillments WHERE order_id = ? ORDER BY id LIMIT ?",
        (order["row"]["id"], -1 if first is None else first),
    )
    return [views.fulfillment(row) for row in rows]


def orders_of_order(order: View, info: Info, **page: Any) -> View:
    """Without the scope the list is empty and nothing says why, as in a shop."""
    where = "order_id = ?" if READ_SCOPE in info.context.shop.scopes else "order_id = ? AND 0"
    source = Source("fulfillment_orders", where, [order["row"]["id"]])
    return connection(info.context.store, source, page, views.fulfillment_order)


def order_of(fulfillment: View, info: Info) -> View | None:
    row = by_number(info.context.store, "orders", fulfillment["row"]["order_id"])
    return shown(info, row) if row else None


def tracking(fulfillment: View, _info: Info, first: int | None = None) -> Any:
    return fulfillment["tracking"][:first]


def units(fulfillment: View, info: Info) -> int:
    row = info.context.store.one(
        "SELECT sum(quantity) AS n FROM fulfillment_lines WHERE fulfillment_id = ?",
        (fulfillment["row"]["id"],),
    )
    return row["n"] or 0 if row else 0


def fulfilled_lines(fulfillment: View, info: Info, **page: Any) -> View:
    source = Source("fulfillment_lines", "fulfillment_id = ?", [fulfillment["row"]["id"]])
    return connection(info.context.store, source, page, views.fulfillment_line)


def assigned_location(order: View, info: Info) -> View:
    place = location_of(order, info)
    return {"name": place["name"] if place else "", "location": place}


def order_lines(order: View, info: Info, **page: Any) -> View:
    source = Source("fulfillment_order_lines", "fulfillment_order_id = ?", [order["row"]["id"]])
    return connection(info.context.store, source, page, views.fulfillment_order_line)


def line_sku(part: View, info: Info) -> Any:
    line = line_of(part, info)
    return line["sku"] if line else None


def line_item_id(part: View, info: Info) -> str | None:
    line = line_of(part, info)
    number = line["row"]["item_id"] if line else None
    return None if number is None else gid("InventoryItem", number)


def create(
    _root: None,
    info: Info,
    fulfillment: Mapping[str, Any],
    message: str | None = None,
) -> View:
    """fulfillmentCreate. Not idempotent, in the shop as here."""
    store: Store = info.context.store
    try:
        parts = _parts(fulfillment["lineItemsByFulfillmentOrder"])
        number = fulfilling.fulfil(store, parts, fulfillment.get("trackingInfo"))
    except OrderRefusedError as error:
        return {"fulfillment": None, "userErrors": [plain_error(error.message, "fulfillment")]}
    row = by_number(store, "fulfillments", number)
    return {"fulfillment": views.fulfillment(row) if row else None, "userErrors": []}


def _parts(groups: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[int, int] | None]:
    if not groups:
        raise OrderRefusedError("At least one fulfillment order is required.")
    parts: dict[int, Mapping[int, int] | None] = {}
    for group in groups:
        number = number_of(group["fulfillmentOrderId"], "FulfillmentOrder") or 0
        lines = group.get("fulfillmentOrderLineItems")
        parts[number] = lines and {
            number_of(line["id"], "FulfillmentOrderLineItem") or 0: line["quantity"]
            for line in lines
        }
    return parts


RESOLVERS: dict[str, Callable[..., Any]] = {
    "QueryRoot.fulfillment": getter("Fulfillment", "fulfillments", views.fulfillment),
    "QueryRoot.fulfillmentOrder": getter(
        "FulfillmentOrder", "fulfillment_orders", views.fulfillment_order
    ),
    "Mutation.fulfillmentCreate": create,
    "Order.fulfillments": of_order,
    "Order.fulfillmentOrders": orders_of_order,
    "Fulfillment.order": order_of,
    "Fulfillment.location": location_of,
    "Fulfillment.trackingInfo": tracking,
    "Fulfillment.totalQuantity": units,
    "Fulfillment.fulfillmentLineItems": fulfilled_lines,
    "FulfillmentLineItem.lineItem": line_of,
    "FulfillmentOrder.assignedLocation": assigned_location,
    "FulfillmentOrder.lineItems": order_lines,
    "FulfillmentOrderLineItem.lineItem": line_of,
    "FulfillmentOrderLineItem.sku": line_sku,
    "FulfillmentOrderLineItem.inventoryItemId": line_item_id,
}
