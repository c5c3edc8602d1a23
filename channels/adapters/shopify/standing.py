"""How far an order has come, from what Shopify shows of it. Pure: no call, no clock.

Lines here are `LineItem`s of an order; everything else refers to them by id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from channels.adapters.shopify.documents import DEAD_FULFILLMENTS
from channels.contract import Payload, RemoteOrder, RemoteOrderLine

Units = tuple[str, str, int]
"""A line's id, a location's id ("" when unknown), and how many units of the line stand there."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What has happened to the lines of one order, and where.

    assigned: units that wait to be shipped, none of them for a part that is over.
    shipped: units that left. returned: units a refund put back into stock after they left.
    """

    assigned: Sequence[Units] = ()
    shipped: Sequence[Units] = ()
    returned: Mapping[str, int] = field(default_factory=dict)

    def fulfilled(self, line_id: str) -> int:
        return sum(units for line, _, units in self.shipped if line == line_id)

    def place(self, line_id: str, unfulfilled: int) -> str:
        """The one location the line's units left from or are to leave from, else "".

        Shopify silently leaves out what the app may not see: units to ship that wait nowhere may
        be anywhere.
        """
        waiting = {place for line, place, units in self.assigned if line == line_id and units > 0}
        left = {place for line, place, units in self.shipped if line == line_id and units > 0}
        if unfulfilled and not waiting:
            return ""
        # When nothing waits and nothing left (a canceled order), where it did wait once.
        places = waiting | left or {place for line, place, _ in self.assigned if line == line_id}
        return places.pop() if len(places) == 1 else ""


def has_moved(node: Payload) -> bool:
    """Whether an order read plain must be read whole: something of it was shipped, refunded or
    removed, or it has more lines than came along. Units shipped and units refunded show in the
    numbers of a line, so equal numbers prove that nothing was."""
    lines = node["lineItems"]
    return lines["pageInfo"]["hasNextPage"] or any(
        not line["quantity"] == line["currentQuantity"] == line["unfulfilledQuantity"]
        for line in lines["nodes"]
    )


def order(node: Payload, lines: Sequence[Payload], standing: Standing) -> RemoteOrder:
    """An order with all its lines.

    It was placed at `createdAt`, when Shopify took the units; `processedAt` may be any date that
    an import gave it. A canceled order keeps an unfulfilled status: `cancelledAt` alone tells.
    """
    is_canceled = node["cancelledAt"] is not None
    return RemoteOrder(
        external_id=node["id"],
        number=node["name"],
        placed_at=datetime.fromisoformat(node["createdAt"]),
        updated_at=datetime.fromisoformat(node["updatedAt"]),
        is_canceled=is_canceled,
        is_test=node["test"],
        lines=[line(one, standing, is_canceled=is_canceled) for one in lines],
    )


def line(node: Payload, standing: Standing, *, is_canceled: bool) -> RemoteOrderLine:
    """A line. A removed one stays, with nothing to ship; a custom one, or one whose product was
    deleted, has no variant and so no stock item. Of a canceled order nothing is to ship."""
    variant = node["variant"]
    # Refunded units that were never shipped may still count as unfulfilled.
    unfulfilled = max(0, min(node["currentQuantity"], node["unfulfilledQuantity"]))
    unfulfilled = 0 if is_canceled else unfulfilled
    fulfilled = standing.fulfilled(node["id"])
    return RemoteOrderLine(
        external_id=node["id"],
        item_id=variant["inventoryItem"]["id"] if variant else "",
        sku=node["sku"] or "",
        unfulfilled=unfulfilled,
        fulfilled=fulfilled,
        returned=min(fulfilled, standing.returned.get(node["id"], 0)),
        location_id=standing.place(node["id"], unfulfilled),
    )


def assigned(fulfillment_order: Payload, lines: Iterable[Payload]) -> Iterator[Units]:
    """Units of a fulfilment order; of one that was canceled none wait, they stand in another."""
    is_over = fulfillment_order["status"] == "CANCELLED"
    place = place_of(fulfillment_order["assignedLocation"])
    for one in lines:
        yield one["lineItem"]["id"], place, 0 if is_over else one["remainingQuantity"]


def shipped(fulfillment: Payload, lines: Iterable[Payload]) -> Iterator[Units]:
    """Units of a fulfilment; none of one that came to nothing."""
    if fulfillment["status"] not in DEAD_FULFILLMENTS:
        for one in lines:
            yield one["lineItem"]["id"], place_of(fulfillment), one["quantity"] or 0


def returned(refund_lines: Iterable[Payload]) -> Counter[str]:
    """Units per line that were shipped and put back. Units put back before they were shipped bear
    another type (`CANCEL`) and are no longer to ship."""
    units: Counter[str] = Counter()
    for one in refund_lines:
        if one["restockType"] == "RETURN":
            units[one["lineItem"]["id"]] += one["quantity"]
    return units


def place_of(node: Payload) -> str:
    """The location's id, "" when it is unknown or was deleted."""
    location = node["location"]
    return str(location["id"]) if location else ""
