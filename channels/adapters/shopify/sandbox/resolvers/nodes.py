"""`node` and `nodes`: objects by global id, in the order asked, null where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from channels.adapters.shopify.sandbox import views
from channels.adapters.shopify.sandbox.context import Info
from channels.adapters.shopify.sandbox.gid import parse
from channels.adapters.shopify.sandbox.paging import refusal
from channels.adapters.shopify.sandbox.resolvers.catalogue import by_number
from channels.adapters.shopify.sandbox.resolvers.orders import shown
from channels.adapters.shopify.sandbox.store import Row
from channels.adapters.shopify.sandbox.views import View

KINDS: dict[str, tuple[str, str, Callable[[Row], View]]] = {
    "Location": ("locations", "id", views.location),
    "Product": ("products", "id", views.product),
    "ProductVariant": ("variants", "id", views.variant),
    "InventoryItem": ("variants", "item_id", views.item),
    "InventoryLevel": ("levels", "id", views.level),
    "Order": ("orders", "id", views.order),
    "LineItem": ("order_lines", "id", views.line),
    "Refund": ("refunds", "id", views.refund),
    "Fulfillment": ("fulfillments", "id", views.fulfillment),
    "FulfillmentOrder": ("fulfillment_orders", "id", views.fulfillment_order),
    "WebhookSubscription": ("webhook_subscriptions", "id", views.subscription),
}


def node(_root: None, info: Info, id: str) -> View | None:  # noqa: A002
    """One object. Raises GraphQLError when the text is no global id at all."""
    parsed = parse(id)
    if parsed is None:
        raise refusal(f"Invalid global id '{id}'", "argumentLiteralsIncompatible")
    kind, number = parsed
    if kind not in KINDS:
        return None
    table, column, view = KINDS[kind]
    row = by_number(info.context.store, table, number, column)
    if row is not None and kind == "Order":
        return shown(info, row)
    return view(row) if row else None


def nodes(_root: None, info: Info, ids: Sequence[str]) -> list[View | None]:
    return [node(None, info, id) for id in ids]  # noqa: A001


RESOLVERS: dict[str, Callable[..., Any]] = {"QueryRoot.node": node, "QueryRoot.nodes": nodes}
