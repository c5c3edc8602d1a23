"""How an order stands, in our words. Pure.

An order that Amazon ships never touches the seller's warehouses. Statuses and programs appear from
month to month: one that is not known holds its units and must not leave.
"""

from __future__ import annotations

from datetime import datetime

from channels.contract import Payload, RemoteOrder, RemoteOrderLine

CANCELED = "CANCELLED"
SHIPPED = "SHIPPED"
PAID = frozenset({"UNSHIPPED", "PARTIALLY_SHIPPED", SHIPPED, CANCELED})
"""Before these, payment is open, perhaps for days: units are held, and nothing is shipped."""


def is_amazon_fulfilled(order: Payload) -> bool:
    return bool((order.get("fulfillment") or {}).get("fulfilledBy") == "AMAZON")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def order(data: Payload, location_id: str) -> RemoteOrder:
    """A whole order. A buyer's request to cancel is no cancellation: the seller decides on it."""
    status = (data.get("fulfillment") or {}).get("fulfillmentStatus") or ""
    return RemoteOrder(
        external_id=data["orderId"],
        number=data["orderId"],
        placed_at=moment(data["createdTime"]),
        updated_at=moment(data["lastUpdatedTime"]),
        is_canceled=status == CANCELED,
        is_test=False,
        lines=[line(each, status, location_id) for each in data["orderItems"]],
        is_unpaid=status not in PAID,
    )


def line(item: Payload, status: str, location_id: str) -> RemoteOrderLine:
    """A line without a SKU has no item here. It is goods all the same, and no free text, so it is
    named by what there is, and waits for a person."""
    product = item["product"]
    sku = product.get("sellerSku") or ""
    unfulfilled, fulfilled = _units(item, status)
    return RemoteOrderLine(
        external_id=item["orderItemId"],
        item_id=sku,
        sku=sku or f"ASIN {product.get('asin') or 'unknown'}",
        unfulfilled=unfulfilled,
        fulfilled=fulfilled,
        location_id=location_id,
    )


def _units(item: Payload, status: str) -> tuple[int, int]:
    """(still to ship, shipped). Where Amazon does not count, the status tells."""
    ordered: int = item["quantityOrdered"]
    told = item.get("fulfillment") or {}
    if status not in PAID:
        return ordered, 0
    is_shipped = status == SHIPPED
    fulfilled: int = told.get("quantityFulfilled", ordered if is_shipped else 0)
    if status == CANCELED or is_shipped:
        return 0, fulfilled
    unfulfilled: int = told.get("quantityUnfulfilled", max(0, ordered - fulfilled))
    return unfulfilled, fulfilled
