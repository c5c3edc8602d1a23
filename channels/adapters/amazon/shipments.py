"""Tells Amazon that goods left: a package of an order, confirmed by the older orders API, which is
the only one that can.

A package is known by its number within the order. Saying the same again edits it, so a repeat is
safe as long as the number is the same (documented; that the number is what it goes by is not).
"""

from __future__ import annotations

import re
from datetime import UTC

from channels.adapters.amazon import operations
from channels.adapters.amazon.client import Client, segment
from channels.adapters.amazon.failures import NotFoundError, refused
from channels.adapters.amazon.orders import OrderReader
from channels.adapters.amazon.parameters import Account
from channels.contract import ChannelError, Code, Payload, Shipment

CARRIERS = {"ups": "UPS", "fedex": "FedEx"}
"""Carriers with a code of their own at Amazon, as far as its examples show; others go by name."""
OTHER = "Other"


def send(client: Client, orders: OrderReader, account: Account, shipment: Shipment) -> str:
    """Confirm the shipment; returns the package's number.

    Raises ChannelError: TRACKING_MISSING naming what is missing on the ASN, BAD_REQUEST for what
    Amazon refuses, NOT_MATCHED for an order that it does not have.
    """
    package = detail(shipment)
    order = orders.get(shipment.order_id)
    if order is None:
        raise _unknown(shipment)
    marketplace = (order.get("salesChannel") or {}).get("marketplaceId") or account.designated
    path = f"/orders/v0/orders/{segment(shipment.order_id)}/shipmentConfirmation"
    body = {"marketplaceId": marketplace, "packageDetail": package}
    try:
        client.call(operations.CONFIRM_SHIPMENT, path, {}, body)
    except NotFoundError:
        raise _unknown(shipment) from None
    return str(package["packageReferenceId"])


def detail(shipment: Shipment) -> Payload:
    """`packageDetail`. Pure: the same shipment always gives the same. Raises ChannelError."""
    if not shipment.tracking_number.strip():
        raise _missing("tracking number")
    if not shipment.carrier.strip():
        raise _missing("carrier")
    if shipment.sent_at is None:
        raise refused("The ASN has no time of sending, and Amazon takes no shipment without one")
    if min(shipment.lines.values(), default=0) <= 0:
        raise refused("The ASN has no units of lines that Amazon knows")
    return {
        "packageReferenceId": _number(shipment.reference),
        **carrier(shipment.carrier),
        "trackingNumber": shipment.tracking_number,
        "shipDate": shipment.sent_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "orderItems": [
            {"orderItemId": line, "quantity": units} for line, units in shipment.lines.items()
        ],
    }


def carrier(name: str) -> Payload:
    code = CARRIERS.get(name.strip().casefold())
    return {"carrierCode": code} if code else {"carrierCode": OTHER, "carrierName": name.strip()}


def _missing(name: str) -> ChannelError:
    message = f"Amazon takes no shipment without a {name}: enter it on the ASN"
    return refused(message, Code.TRACKING_MISSING)


def _number(reference: str) -> str:
    """The ASN's own number: Amazon takes positive numbers alone, each ASN has another."""
    found = re.search(r"([1-9]\d*)\D*$", reference)
    if found is None:
        raise refused(f"The reference {reference!r} holds no number to tell the package by")
    return found[1]


def _unknown(shipment: Shipment) -> ChannelError:
    return refused(f"Amazon has no order {shipment.order_id}", Code.NOT_MATCHED)
