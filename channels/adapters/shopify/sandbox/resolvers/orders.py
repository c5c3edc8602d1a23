"""Orders with their lines, refunds and cancellation."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from channels.adapters.shopify.sandbox import cancelling, search, views
from channels.adapters.shopify.sandbox.clock import iso
from channels.adapters.shopify.sandbox.context import Info
from channels.adapters.shopify.sandbox.gid import gid, number_of
from channels.adapters.shopify.sandbox.orders import OrderRefusedError
from channels.adapters.shopify.sandbox.paging import Source, connection
from channels.adapters.shopify.sandbox.refusals import plain_error
from channels.adapters.shopify.sandbox.resolvers.catalogue import by_number, searched
from channels.adapters.shopify.sandbox.store import Row, Store
from channels.adapters.shopify.sandbox.views import View

SORTS = {
    "CREATED_AT": "created_at",
    "ID": "id",
    "ORDER_NUMBER": "number",
    "PROCESSED_AT": "processed_at",
    "UPDATED_AT": "updated_at",
}
STATUSES = {
    "any": "1",
    "open": "closed_at IS NULL AND cancelled_at IS NULL",
    "closed": "closed_at IS NOT NULL",
    "not_closed": "closed_at IS NULL",
    "cancelled": "cancelled_at IS NOT NULL",
}
VISIBLE_SECONDS = 60 * 24 * 3600
"""Without the scope read_all_orders an app sees the last 60 days."""


def _upper(name: str) -> search.Field:
    return lambda _compare, value: (f"{name} = ?", [value.upper()])


FIELDS: dict[str, search.Field] = {
    "default": search.column("name"),
    "id": search.number("id"),
    "name": search.column("name"),
    "created_at": search.moment("created_at"),
    "processed_at": search.moment("processed_at"),
    "updated_at": search.moment("updated_at"),
    "status": search.choice(STATUSES),
    "financial_status": _upper("financial_status"),
    "fulfillment_status": _upper("fulfillment_status"),
    "test": search.choice({"true": "is_test = 1", "false": "is_test = 0"}),
    "sku": lambda _compare, value: (
        "id IN (SELECT order_id FROM order_lines WHERE sku = ?)",
        [value],
    ),
    "location_id": lambda _compare, value: (
        "id IN (SELECT order_id FROM fulfillment_orders WHERE location_id = ?)",
        [value.rpartition("/")[2]],
    ),
}


def orders(_root: None, info: Info, **page: Any) -> View:
    where, parameters = searched(info, page.get("query"), FIELDS)
    store: Store = info.context.store
    if "read_all_orders" not in info.context.shop.scopes:
        where = f"({where}) AND created_at >= ?"
        parameters = [*parameters, iso(store.clock.now() - VISIBLE_SECONDS)]
    source = Source("orders", where, parameters, sort=SORTS[page["sortKey"]])
    return connection(store, source, page, partial(shown, info))


def shown(info: Info, row: Row) -> View:
    """The order as the API shows it, noted as told to the client."""
    info.context.orders_shown.add(row["id"])
    return views.order(row)


def order(_root: None, info: Info, id: str) -> View | None:  # noqa: A002
    row = by_number(info.context.store, "orders", number_of(id, "Order"))
    return shown(info, row) if row else None


def is_edited(order: View, info: Info) -> bool:
    number = order["row"]["id"]
    edit = info.context.store.one("SELECT id FROM order_edits WHERE order_id = ?", (number,))
    return edit is not None


def lines(order: View, info: Info, **page: Any) -> View:
    source = Source("order_lines", "order_id = ?", [order["row"]["id"]])
    return connection(info.context.store, source, page, views.line)


def money(info: Info, amount: str) -> View:
    value = {"amount": amount, "currencyCode": info.context.shop.currency}
    return {"shopMoney": value, "presentmentMoney": value}


def total(order: View, info: Info) -> View:
    rows = info.context.store.all(
        "SELECT price, current_quantity FROM order_lines WHERE order_id = ?", (order["row"]["id"],)
    )
    amount = sum((Decimal(row["price"]) * row["current_quantity"] for row in rows), Decimal(0))
    return money(info, str(amount))


def line_variant(line: View, info: Info) -> View | None:
    row = by_number(info.context.store, "variants", line["row"]["variant_id"])
    return views.variant(row) if row else None


def refunds(order: View, info: Info, first: int | None = None) -> list[View]:
    rows = info.context.store.all(
        "SELECT * FROM refunds WHERE order_id = ? ORDER BY id LIMIT ?",
        (order["row"]["id"], -1 if first is None else first),
    )
    return [views.refund(row) for row in rows]


def refund_lines(refund: View, info: Info, **page: Any) -> View:
    source = Source("refund_lines", "refund_id = ?", [refund["row"]["id"]])
    return connection(info.context.store, source, page, views.refund_line)


def line_of(part: View, info: Info) -> View | None:
    row = by_number(info.context.store, "order_lines", part["row"]["line_id"])
    return views.line(row) if row else None


def location_of(part: View, info: Info) -> View | None:
    row = by_number(info.context.store, "locations", part["row"]["location_id"])
    return views.location(row) if row else None


def cancel(_root: None, info: Info, **given: Any) -> View:
    """orderCancel. A shop does it in a job; here the job is done when the answer comes."""
    store: Store = info.context.store
    number = number_of(given["orderId"], "Order") or 0
    try:
        cancelling.cancel(store, number, given["reason"], is_restocked=given["restock"])
    except OrderRefusedError as error:
        exists = by_number(store, "orders", number) is not None
        entry = {
            "code": "INVALID" if exists else "NOT_FOUND",
            **plain_error(str(error), *error.path),
        }
        return {"job": None, "orderCancelUserErrors": [entry]}
    job = {"id": gid("Job", store.next_id("Job")), "done": True}
    return {"job": job, "orderCancelUserErrors": []}


RESOLVERS: dict[str, Callable[..., Any]] = {
    "QueryRoot.order": order,
    "QueryRoot.orders": orders,
    "Mutation.orderCancel": cancel,
    "Order.currencyCode": lambda _order, info: info.context.shop.currency,
    "Order.currentTotalPriceSet": total,
    "Order.edited": is_edited,
    "Order.lineItems": lines,
    "Order.refunds": refunds,
    "LineItem.variant": line_variant,
    "LineItem.originalUnitPriceSet": lambda line, info: money(info, line["row"]["price"]),
    "Refund.refundLineItems": refund_lines,
    "RefundLineItem.lineItem": line_of,
    "RefundLineItem.location": location_of,
}
