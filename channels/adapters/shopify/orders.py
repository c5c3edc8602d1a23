"""Reads the store's orders: those changed since a moment, or named ones, each whole.

Pages follow `updatedAt`: an order changed while we read moves to the end and comes again, and
whoever stopped goes on from the last `updated_at` seen. Most orders read on a day are new, and of
those the page tells all; the others are read again, ten at a time, with what happened to them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from channels.adapters.shopify import documents, failures, order_documents, standing
from channels.adapters.shopify.client import Client
from channels.adapters.shopify.order_documents import CAME_ALONG, PLAIN_AT_ONCE, WHOLE_AT_ONCE
from channels.adapters.shopify.standing import Standing, Units
from channels.contract import ChannelError, Code, Payload, RemoteOrder


def search(since: datetime | None) -> str | None:
    """The filter for orders changed at or after `since`, by whole seconds as Shopify counts."""
    if since is None:
        return None
    if since.tzinfo is None:
        raise ValueError("A moment without a time zone says nothing to a shop in another one")
    moment = since.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"updated_at:>='{moment}Z'"


class OrderReader:
    """Reads orders of one store. An order deleted at Shopify between two calls is left out.

    An app may read orders and yet not what waits to be shipped: Shopify then shows nothing of it,
    or refuses. A refusal is remembered, and lines bear no location.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._has_places = True

    def pull(self, since: datetime | None) -> Iterator[RemoteOrder]:
        """Orders changed at or after `since`; all that the app may see when None.

        Raises ChannelError; ValueError when `since` bears no time zone.
        """
        nodes = self._listed({"query": search(since)})
        while page := list(islice(nodes, order_documents.ORDERS_PER_PAGE)):
            yield from self._orders(page)

    def read(self, external_ids: Sequence[str]) -> Iterator[RemoteOrder]:
        """The named orders, once each, in the order asked. Raises ChannelError."""
        wanted = list(dict.fromkeys(external_ids))
        for start in range(0, len(wanted), PLAIN_AT_ONCE):
            ids = wanted[start : start + PLAIN_AT_ONCE]
            if len(ids) <= WHOLE_AT_ONCE:
                yield from self._finished(self._nodes(ids, is_whole=True))
            else:
                yield from self._orders(self._nodes(ids, is_whole=False))

    def _orders(self, plain: Sequence[Payload]) -> Iterator[RemoteOrder]:
        """Orders of nodes read plain, those that have moved on read again."""
        moved = [node["id"] for node in plain if standing.has_moved(node)]
        whole: dict[str, Payload] = {}
        for start in range(0, len(moved), WHOLE_AT_ONCE):
            nodes = self._nodes(moved[start : start + WHOLE_AT_ONCE], is_whole=True)
            whole.update((node["id"], node) for node in nodes)
        gone = set(moved) - whole.keys()
        nodes = [whole.get(node["id"], node) for node in plain if node["id"] not in gone]
        yield from self._finished(nodes)

    def _finished(self, nodes: Sequence[Payload]) -> Iterator[RemoteOrder]:
        for node in nodes:
            lines = self._lines(node)
            if lines:
                yield standing.order(node, lines, self._standing(node))

    def _lines(self, node: Payload) -> Sequence[Payload]:
        """All lines of an order, its own pages read from the start when it has more than came
        along; none when the order is gone by then."""
        came_along = node["lineItems"]
        if not came_along["pageInfo"]["hasNextPage"]:
            nodes: list[Payload] = came_along["nodes"]
            return nodes
        variables = {"id": node["id"]}
        return list(self._client.pages(order_documents.LINES, variables, "order", "lineItems"))

    def _standing(self, node: Payload) -> Standing:
        if "fulfillments" not in node:
            return Standing(self._assigned(node))
        done = self._done(node)
        returned: Counter[str] = Counter()
        for refund in done["refunds"]:
            lines = self._all(refund, "refundLineItems", order_documents.REFUND_LINES, "node")
            returned += standing.returned(lines)
        shipped: list[Units] = []
        for one in done["fulfillments"]:
            lines = self._all(
                one, "fulfillmentLineItems", documents.FULFILLMENT_LINES, "fulfillment"
            )
            shipped += standing.shipped(one, lines)
        return Standing(self._assigned(node), shipped, returned)

    def _assigned(self, node: Payload) -> list[Units]:
        found = node.get("fulfillmentOrders")
        if found is None:
            return []
        waiting = found["nodes"]
        if found["pageInfo"]["hasNextPage"]:
            path = ("order", "fulfillmentOrders")
            variables = {"orderId": node["id"]}
            waiting = self._client.pages(documents.FULFILLMENT_ORDERS, variables, *path)
        return [
            units
            for one in waiting
            for units in standing.assigned(
                one,
                self._all(one, "lineItems", documents.FULFILLMENT_ORDER_LINES, "fulfillmentOrder"),
            )
        ]

    def _done(self, node: Payload) -> Payload:
        """The order's fulfilments and refunds, all of them."""
        if max(len(node["fulfillments"]), len(node["refunds"])) < CAME_ALONG:
            return node
        done: Payload | None = self._client.run(order_documents.DONE, {"id": node["id"]})["order"]
        if done is None:
            raise failures.vanished(order_documents.DONE.name)
        if max(len(done["fulfillments"]), len(done["refunds"])) == order_documents.LISTED:
            message = (
                f"Order {node['name']} has {order_documents.LISTED} fulfilments or refunds, more"
                " than Shopify shows: archive it there and book its stock by hand"
            )
            raise ChannelError(Code.BAD_REQUEST, message, permanent=True)
        return done

    def _all(
        self, holder: Payload, name: str, operation: documents.Operation, root: str
    ) -> Sequence[Payload]:
        """Lines of a part of an order: as they came along, or its own pages when there are more or
        when only the part came. No part that is asked for is without lines."""
        came_along = holder.get(name)
        if came_along is not None and not came_along["pageInfo"]["hasNextPage"]:
            nodes: list[Payload] = came_along["nodes"]
            return nodes
        found = list(self._client.pages(operation, {"id": holder["id"]}, root, name))
        if not found:
            raise failures.vanished(operation.name)
        return found

    def _listed(self, variables: Payload) -> Iterator[Payload]:
        try:
            yield from self._client.pages(self._list(), variables, "orders")
        except ChannelError as error:
            if not self._blames_places(error):
                raise
            yield from self._client.pages(self._list(), variables, "orders")

    def _list(self) -> documents.Operation:
        return order_documents.orders(has_places=self._has_places)

    def _nodes(self, ids: Sequence[str], *, is_whole: bool) -> list[Payload]:
        """Those of the orders that are there."""
        try:
            found = self._asked(ids, is_whole=is_whole)
        except ChannelError as error:
            if not self._blames_places(error):
                raise
            found = self._asked(ids, is_whole=is_whole)
        return [node for node in found if node]

    def _asked(self, ids: Sequence[str], *, is_whole: bool) -> list[Payload | None]:
        operation = order_documents.by_id(len(ids), has_places=self._has_places, is_whole=is_whole)
        try:
            nodes: list[Payload | None] = self._client.run(operation, {"ids": list(ids)})["nodes"]
        except failures.TooCostlyError:
            # The vendor may reckon otherwise than we do: half as much is surely cheaper.
            if len(ids) == 1:
                raise
            middle = len(ids) // 2
            first = self._asked(ids[:middle], is_whole=is_whole)
            return first + self._asked(ids[middle:], is_whole=is_whole)
        return nodes

    def _blames_places(self, error: ChannelError) -> bool:
        """Whether a refusal may be due to the locations, which are then no longer asked for."""
        is_blamed = error.code is Code.SCOPE_MISSING and self._has_places
        self._has_places = self._has_places and not is_blamed
        return is_blamed
