"""Reads the store's orders: every one changed since a moment, whole, oldest change first.

Pages follow `updatedAt`: an order changed while we read moves to the end and comes again, and
whoever stopped goes on from the last `updated_at` seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from channels.adapters.shopify import documents
from channels.adapters.shopify.client import Client
from channels.contract import Payload, RemoteOrder, RemoteOrderLine


def pull(client: Client, since: datetime | None) -> Iterator[RemoteOrder]:
    """Orders changed at or after `since`; all that the app may see when None.

    An order deleted at Shopify between two calls is left out. Raises ChannelError; ValueError
    when `since` bears no time zone.
    """
    for node in client.pages(documents.ORDERS, {"query": search(since)}, "orders"):
        lines = _lines(client, node)
        if lines is not None:
            yield order(node, lines)


def search(since: datetime | None) -> str | None:
    """The filter for orders changed at or after `since`, by whole seconds as Shopify counts."""
    if since is None:
        return None
    if since.tzinfo is None:
        raise ValueError("A moment without a time zone says nothing to a shop in another one")
    moment = since.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"updated_at:>='{moment}Z'"


def order(node: Payload, lines: Sequence[Payload]) -> RemoteOrder:
    """An order of `documents.ORDERS` with all its lines.

    It was placed at `createdAt`, when Shopify took the units; `processedAt` may be any date that
    an import gave it. A canceled order keeps an unfulfilled status: `cancelledAt` alone tells.
    """
    return RemoteOrder(
        external_id=node["id"],
        number=node["name"],
        placed_at=datetime.fromisoformat(node["createdAt"]),
        updated_at=datetime.fromisoformat(node["updatedAt"]),
        is_canceled=node["cancelledAt"] is not None,
        is_test=node["test"],
        lines=[line(one) for one in lines],
    )


def line(node: Payload) -> RemoteOrderLine:
    """A line. A removed one stays with nothing ordered; a custom one, or one whose product was
    deleted, has no variant and so no stock item."""
    variant, ordered = node["variant"], node["currentQuantity"]
    return RemoteOrderLine(
        external_id=node["id"],
        item_id=variant["inventoryItem"]["id"] if variant else "",
        sku=node["sku"] or "",
        ordered=ordered,
        # Refunded units that were never shipped may still count as unfulfilled.
        unfulfilled=min(ordered, node["unfulfilledQuantity"]),
    )


def _lines(client: Client, node: Payload) -> Sequence[Payload] | None:
    """All lines of an order, its own pages read from the start when it has more than came along.
    None when the order is gone by then."""
    came_along = node["lineItems"]
    if not came_along["pageInfo"]["hasNextPage"]:
        nodes: list[Payload] = came_along["nodes"]
        return nodes
    path = ("order", "lineItems")
    return list(client.pages(documents.ORDER_LINES, {"id": node["id"]}, *path)) or None
