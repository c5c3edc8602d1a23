"""Listings as the API shows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.attributes import AVAILABILITY, MERCHANT
from channels.adapters.amazon.sandbox.clock import iso
from channels.adapters.amazon.sandbox.regions import AMAZON_CODES, REGIONS
from channels.adapters.amazon.sandbox.store import Row

Json = dict[str, Any]
INCLUDED = (
    "summaries",
    "attributes",
    "issues",
    "offers",
    "fulfillmentAvailability",
    "procurement",
    "relationships",
    "productTypes",
)
PRICE = "19.99"


def item(sandbox: Sandbox, listing: Row, offers: Sequence[Row], included: Sequence[str]) -> Json:
    """An `Item` of the model, with the data sets asked for."""
    makers: dict[str, Callable[[], Any]] = {
        "summaries": lambda: [_summary(listing, offer) for offer in offers],
        "attributes": lambda: submitted(offers),
        "issues": list,
        "offers": lambda: [_offer(sandbox, offer) for offer in offers],
        "fulfillmentAvailability": lambda: [availability(sandbox, listing)],
        "procurement": list,
        "relationships": list,
        "productTypes": lambda: [
            {"marketplaceId": offer["marketplace_id"], "productType": listing["product_type"]}
            for offer in offers
        ],
    }
    return {"sku": listing["sku"]} | {name: makers[name]() for name in included}


def availability(sandbox: Sandbox, listing: Row) -> Json:
    """What Amazon sells now: no number for its own warehouses, nor where none was ever told."""
    if listing["is_fba"]:
        return {"fulfillmentChannelCode": AMAZON_CODES[sandbox.account.region]}
    shown: Json = {"fulfillmentChannelCode": MERCHANT}
    if listing["pool"] is not None:
        shown["quantity"] = listing["pool"]
    return shown


def submitted(offers: Sequence[Row]) -> Json:
    """What was last submitted for each marketplace, each element bearing the marketplace's id."""
    found: Json = {}
    for offer in offers:
        for name, elements in json.loads(offer["attributes"]).items():
            found.setdefault(name, []).extend(
                {**element, "marketplace_id": offer["marketplace_id"]} for element in elements
            )
    return found or {AVAILABILITY: []}


def status(listing: Row, offer: Row) -> list[str]:
    """BUYABLE while there is something to sell; why not is never said."""
    if offer["is_closed"]:
        return []
    stock = listing["afn"] if listing["is_fba"] else listing["pool"]
    return ["BUYABLE", "DISCOVERABLE"] if stock else ["DISCOVERABLE"]


def _summary(listing: Row, offer: Row) -> Json:
    summary = {
        "marketplaceId": offer["marketplace_id"],
        "asin": listing["asin"],
        "productType": listing["product_type"],
        "conditionType": "new_new",
        "status": status(listing, offer),
        "itemName": listing["title"],
        "createdDate": iso(offer["created_at"]),
        "lastUpdatedDate": iso(offer["updated_at"]),
    }
    if listing["is_fba"]:
        summary["fnSku"] = "X00" + listing["asin"][-7:]
    return summary


def _offer(sandbox: Sandbox, offer: Row) -> Json:
    marketplace = REGIONS[sandbox.account.region][offer["marketplace_id"]]
    return {
        "marketplaceId": marketplace.id,
        "offerType": "B2C",
        "price": {"amount": PRICE, "currencyCode": marketplace.currency},
    }
