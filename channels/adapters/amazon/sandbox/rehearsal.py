"""What a demonstration needs of this sandbox: how to connect to it, and goods to sell in it.

Every kind's sandbox has such a module with these two functions and HINTS: the demonstration names
no kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import requests

from channels.adapters.amazon.sandbox.regions import first_marketplaces

TIMEOUT = 60
CHUNK = 5000
"""Listings of one request."""
HINTS = (
    'sell there: curl {url}/_sandbox/orders -d \'{"lines":[{"sku":"37449","quantity":1}]}\'',
    "see what it shows: curl '{url}/_sandbox/listings?sku=37449'",
    "let time fly: curl {url}/_sandbox/clock -d '{\"speed\":600}'",
    "what else it can play: curl {url}/_sandbox/",
)
"""Things to try, a line each; `{url}` stands for the sandbox's address."""


def connection(url: str) -> dict[str, str]:
    """Values of the adapter's parameters for the sandbox at `url`."""
    reply = requests.get(f"{url}/_sandbox/account", timeout=TIMEOUT)
    reply.raise_for_status()
    account = reply.json()["account"]
    names = ("seller_id", "region", "client_id", "client_secret", "refresh_token")
    return {name: account[name] for name in names} | {
        "marketplaces": ",".join(first_marketplaces(account["region"])),
        "sandbox_url": url,
    }


def furnish(url: str, locations: Sequence[str], items: Iterable[dict[str, Any]]) -> int:
    """Add the items whose SKU is not listed yet, with quantity 0; returns how many were added.

    An item has `sku`, `barcode`, `name`, and may have `is_active`. The names of locations are
    ignored: Amazon keeps one number for a region.
    """
    reply = requests.get(f"{url}/_sandbox/listings", timeout=TIMEOUT)
    reply.raise_for_status()
    known = {listing["sku"] for listing in reply.json()["listings"]}
    new = [_listing(item) for item in items if item["sku"] not in known]
    for start in range(0, len(new), CHUNK):
        body = {"listings": new[start : start + CHUNK]}
        requests.post(f"{url}/_sandbox/listings", json=body, timeout=TIMEOUT).raise_for_status()
    return len(new)


def _listing(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "sku": item["sku"],
        "title": item["name"],
        "quantity": 0,
        "is_closed": not item.get("is_active", True),
    }
