"""Tells Shopify that goods left: fulfilments over the order's open fulfilment orders.

`fulfillmentCreate` knows no idempotency key, so a repeat is recognised by what is there already:
the shipment's reference is among the tracking numbers of every fulfilment made for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from channels.adapters.shopify import documents
from channels.adapters.shopify.client import Client
from channels.contract import ChannelError, Code, Payload, Shipment


@dataclass(frozen=True, slots=True)
class OpenLine:
    """Units of one order line that wait at one location."""

    location_id: str
    fulfillment_order_id: str
    id: str
    line_id: str
    remaining: int


def send(client: Client, shipment: Shipment) -> str:
    """Fulfil what of the shipment is not fulfilled yet; one call per location.

    Returns the fulfilment's id, or several joined by commas when several locations ship.
    Raises ChannelError: BAD_REQUEST when there is nothing to send or nothing to know it by,
    NOT_MATCHED for an unknown order, SCOPE_MISSING when no fulfilment order can be seen,
    QUANTITY_REFUSED when fewer units are open than asked for.
    """
    mark = shipment.reference or shipment.tracking_number
    if not mark or min(shipment.lines.values(), default=0) <= 0:
        message = "A shipment needs a reference or tracking number, and positive units"
        raise ChannelError(Code.BAD_REQUEST, message, permanent=True)
    order = _order(client, shipment.order_id)
    fulfillments = [
        one for one in order["fulfillments"] if one["status"] not in documents.DEAD_FULFILLMENTS
    ]
    made = [one["id"] for one in fulfillments if mark in _numbers(one)]
    rest = Counter(shipment.lines)
    for fulfillment_id in made:
        rest -= _units(client, fulfillment_id)
    if not rest:
        return ",".join(made)
    if order["cancelledAt"]:
        message = f"Cancelled at Shopify since {order['cancelledAt']}"
        raise ChannelError(Code.QUANTITY_REFUSED, message, permanent=True)
    lines = list(_open_lines(client, _fulfillment_orders(client, shipment.order_id)))
    others = [one["id"] for one in fulfillments if one["id"] not in made]
    done = _done_by_hand(client, rest, lines, others)
    if done:
        return ",".join([*made, *done])
    parcels = allocated(rest, lines)
    return ",".join([*made, *(_create(client, shipment, mark, parcel) for parcel in parcels)])


def allocated(units: Mapping[str, int], lines: Sequence[OpenLine]) -> list[list[Payload]]:
    """`lineItemsByFulfillmentOrder` per location for so many units of each order line. Pure.

    Raises ChannelError (QUANTITY_REFUSED) when a line has fewer open units than asked for.
    """
    by_location: dict[str, dict[str, list[Payload]]] = {}
    rest = Counter(units)
    for line in lines:
        taken = min(rest[line.line_id], line.remaining)
        if taken > 0:
            rest[line.line_id] -= taken
            orders = by_location.setdefault(line.location_id, {})
            orders.setdefault(line.fulfillment_order_id, []).append(
                {"id": line.id, "quantity": taken}
            )
    missing = +rest
    if missing:
        told = ", ".join(f"{count} of {line_id}" for line_id, count in sorted(missing.items()))
        raise ChannelError(
            Code.QUANTITY_REFUSED, f"Not open for shipping at Shopify: {told}", permanent=True
        )
    return [
        [
            {"fulfillmentOrderId": order_id, "fulfillmentOrderLineItems": items}
            for order_id, items in orders.items()
        ]
        for orders in by_location.values()
    ]


def tracking(shipment: Shipment, mark: str) -> Payload:
    """`trackingInfo`: the carrier's number first, and the mark that makes a repeat recognisable."""
    numbers = list(dict.fromkeys(filter(None, (shipment.tracking_number, mark))))
    info: Payload = {"numbers": numbers}
    if shipment.tracking_url:
        info["urls"] = [shipment.tracking_url]
    if shipment.carrier:
        info["company"] = shipment.carrier
    return info


def _done_by_hand(
    client: Client, rest: Counter[str], lines: Sequence[OpenLine], others: Sequence[str]
) -> list[str]:
    """Fulfilments not ours that already cover all of `rest`, where nothing of it is open."""
    if any(line.line_id in rest and line.remaining for line in lines):
        return []
    covered: Counter[str] = Counter()
    covering = []
    for fulfillment_id in others:
        units = _units(client, fulfillment_id)
        if units.keys() & rest.keys():
            covering.append(fulfillment_id)
            covered += units
    return covering if rest <= covered else []


def _order(client: Client, order_id: str) -> Payload:
    """The order with its fulfilments, dead ones too."""
    order: Payload | None = client.run(documents.FULFILLMENTS, {"orderId": order_id})["order"]
    if order is None:
        raise ChannelError(Code.NOT_MATCHED, f"Shopify has no order {order_id}", permanent=True)
    return order


def _numbers(fulfillment: Payload) -> set[str]:
    return {info["number"] for info in fulfillment["trackingInfo"]}


def _units(client: Client, fulfillment_id: str) -> Counter[str]:
    """Units per order line of one fulfilment."""
    units: Counter[str] = Counter()
    for node in client.pages(
        documents.FULFILLMENT_LINES, {"id": fulfillment_id}, "fulfillment", "fulfillmentLineItems"
    ):
        units[node["lineItem"]["id"]] += node["quantity"] or 0
    return units


def _fulfillment_orders(client: Client, order_id: str) -> list[Payload]:
    """What waits or waited to ship. Shopify silently leaves out what the app may not see; an
    order without any is a sign of that, for closed ones stay."""
    path = ("order", "fulfillmentOrders")
    found = list(client.pages(documents.FULFILLMENT_ORDERS, {"orderId": order_id}, *path))
    if not found:
        message = (
            "Shopify shows no fulfilment order of it:"
            " grant the app write_merchant_managed_fulfillment_orders"
        )
        raise ChannelError(Code.SCOPE_MISSING, message, permanent=True)
    return found


def _open_lines(client: Client, orders: Sequence[Payload]) -> Iterator[OpenLine]:
    for order in orders:
        if not any(one["action"] == "CREATE_FULFILLMENT" for one in order["supportedActions"]):
            continue
        location = order["assignedLocation"]["location"]
        for node in client.pages(
            documents.FULFILLMENT_ORDER_LINES, {"id": order["id"]}, "fulfillmentOrder", "lineItems"
        ):
            yield OpenLine(
                location_id=location["id"] if location else "",
                fulfillment_order_id=order["id"],
                id=node["id"],
                line_id=node["lineItem"]["id"],
                remaining=node["remainingQuantity"],
            )


def _create(client: Client, shipment: Shipment, mark: str, parcel: list[Payload]) -> str:
    fulfillment = {
        "lineItemsByFulfillmentOrder": parcel,
        "trackingInfo": tracking(shipment, mark),
        "notifyCustomer": False,
    }
    result = client.run(documents.CREATE_FULFILLMENT, {"fulfillment": fulfillment})
    created = result["fulfillmentCreate"]
    if created["userErrors"]:
        message = "; ".join(error["message"] for error in created["userErrors"])
        raise ChannelError(Code.QUANTITY_REFUSED, message, permanent=True)
    return str(created["fulfillment"]["id"])
