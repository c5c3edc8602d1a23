"""Sending a feed to the sandbox and reading what became of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from typing import Any

from tests.channels.amazon.rehearsal import DE, Rehearsal, good

FEEDS = "/feeds/2021-06-30/feeds"
KIND = "JSON_LISTINGS_FEED"


def message(number: int, sku: str, quantity: object, op: str = "merge") -> dict[str, Any]:
    """A PATCH of the quantity of DEFAULT."""
    element = {"fulfillment_channel_code": "DEFAULT", "quantity": quantity}
    patch = {"op": op, "path": "/attributes/fulfillment_availability", "value": [element]}
    return {
        "messageId": number,
        "sku": sku,
        "operationType": "PATCH",
        "productType": "PRODUCT",
        "patches": [patch],
    }


def document(seller: Rehearsal, *messages: Any, **header: Any) -> dict[str, Any]:
    whole = {"sellerId": seller.seller, "version": "2.0", "issueLocale": "en_US"} | header
    return {"header": whole, "messages": list(messages)}


def quantities(seller: Rehearsal, **wanted: int) -> dict[str, Any]:
    """A feed's document that tells each SKU its quantity."""
    rows = enumerate(wanted.items(), start=1)
    return document(seller, *(message(number, *row) for number, row in rows))


def submit(
    seller: Rehearsal, content: object, kind: str = KIND, marketplaces: Sequence[str] = (DE,)
) -> str:
    """Upload a document and make a feed of it; the feed's id."""
    made = seller.document()
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    good(seller.upload(made["url"], raw))
    body = {
        "feedType": kind,
        "marketplaceIds": list(marketplaces),
        "inputFeedDocumentId": made["feedDocumentId"],
    }
    feed_id: str = good(seller.call("POST", FEEDS, body=body), 202).json()["feedId"]
    return feed_id


def feed(seller: Rehearsal, feed_id: str) -> dict[str, Any]:
    found: dict[str, Any] = good(seller.call("GET", f"{FEEDS}/{feed_id}")).json()
    return found


def status(seller: Rehearsal, feed_id: str) -> str:
    found: str = feed(seller, feed_id)["processingStatus"]
    return found


def report(seller: Rehearsal, feed_id: str) -> dict[str, Any]:
    """The processing report of a feed that is done."""
    number = feed(seller, feed_id)["resultFeedDocumentId"]
    named = good(seller.call("GET", f"/feeds/2021-06-30/documents/{number}")).json()
    raw = good(seller.session.get(named["url"], timeout=20)).content
    if named.get("compressionAlgorithm") == "GZIP":
        raw = gzip.decompress(raw)
    found: dict[str, Any] = json.loads(raw)
    return found
