"""Reads the seller's orders: those changed since a moment, or named ones, each whole.

In which order Amazon lists them is documented nowhere. So a stretch of time is read whole and then
told oldest change first: whoever stops between two stretches goes on where he was. Pages cost what
stretches cost, one of twenty calls that flow back one in three minutes. So a stretch is long; one
of more than a few pages is read again in quarters, that a busy seller, too, gets on; and after one
that was short the next is twice as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from channels.adapters.amazon import operations, standing
from channels.adapters.amazon.client import Client, Query, segment
from channels.adapters.amazon.failures import NotFoundError
from channels.adapters.amazon.parameters import Account
from channels.contract import Payload, RemoteOrder

PATH = "/orders/2026-01-01/orders"
DATA = ["FULFILLMENT", "CANCELLATION"]
BACK = timedelta(days=30)
"""How far a first pull reaches."""
STRETCH = timedelta(days=8)
"""A daily sweep over a week is one stretch."""
SHORTEST = timedelta(minutes=15)
PAGES = 6
"""A stretch of more pages is divided."""
PAGE_SIZE = 100
"""Orders of one page: the most that Amazon gives."""
SETTLED = timedelta(minutes=10)
"""The end of a stretch lies at least so long ago: Amazon asks for 2 minutes, and its list lags."""


class OrderReader:
    """Of one seller, all marketplaces at once. Raises ChannelError."""

    def __init__(self, client: Client, account: Account, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._account = account
        self._clock = clock

    def pull(self, since: datetime | None) -> Iterator[RemoteOrder]:
        """Orders that the seller ships, changed at or after `since`; of the last 30 days when None.

        By change, not by creation: that would miss what becomes of an order. `since` needs a time
        zone (ValueError).
        """
        now = self._clock()
        after, length = since or now - BACK, STRETCH
        if after.tzinfo is None:
            raise ValueError("A moment without a time zone says nothing to a seller in another one")
        while True:
            before = after + length if after + length <= now - SETTLED else None
            part = ((before or now) - after) / 4
            found = self._stretch(after, before, PAGES if part >= SHORTEST else None)
            if found is None:
                length = part
                continue
            yield from sorted(found, key=lambda each: each.updated_at)
            if before is None:
                return
            after = before
            if len(found) <= PAGE_SIZE:
                length = min(length * 2, STRETCH)

    def read(self, external_ids: Sequence[str]) -> Iterator[RemoteOrder]:
        """The named orders that the seller ships, once each, as they are now."""
        for order_id in dict.fromkeys(external_ids):
            data = self.get(order_id, DATA)
            if data is not None:
                yield from self._ours([data])

    def get(self, order_id: str, included: Sequence[str] = ()) -> Payload | None:
        """An order as Amazon tells it; None when there is none."""
        query: Query = {"includedData": included} if included else {}
        try:
            answered = self._client.call(operations.GET_ORDER, f"{PATH}/{segment(order_id)}", query)
        except NotFoundError:
            return None
        found: Payload = answered.data["order"]
        return found

    def touch(self) -> None:
        """One call that proves that orders may be read."""
        after = _text(self._clock() - timedelta(hours=1))
        query = self._query() | {"lastUpdatedAfter": after, "maxResultsPerPage": "1"}
        self._client.call(operations.SEARCH_ORDERS, PATH, query)

    def _stretch(
        self, after: datetime, before: datetime | None, pages: int | None
    ) -> list[RemoteOrder] | None:
        """All orders changed in it, each as it was changed last: a list may name one twice. None
        when they are on more pages than given."""
        query = self._query() | {"lastUpdatedAfter": _text(after)}
        if before is not None:
            query["lastUpdatedBefore"] = _text(before)
        found: dict[str, RemoteOrder] = {}
        listed = self._client.pages(operations.SEARCH_ORDERS, PATH, query, "paginationToken")
        for number, page in enumerate(listed, 1):
            for order in self._ours(page["orders"]):
                known = found.get(order.external_id)
                if known is None or known.updated_at <= order.updated_at:
                    found[order.external_id] = order
            has_more = bool((page.get("pagination") or {}).get("nextToken"))
            if pages is not None and number >= pages and has_more:
                return None
        return list(found.values())

    def _query(self) -> dict[str, str | Sequence[str]]:
        return {
            "marketplaceIds": self._account.marketplaces,
            "fulfilledBy": ["MERCHANT"],
            "includedData": DATA,
        }

    def _ours(self, found: Sequence[Payload]) -> Iterator[RemoteOrder]:
        region = self._account.region_id
        return (
            standing.order(one, region) for one in found if not standing.is_amazon_fulfilled(one)
        )


def _text(moment: datetime) -> str:
    """UTC, whole seconds, rounded down: nothing of the second itself is missed."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
