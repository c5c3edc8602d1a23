"""What a demonstration needs of this sandbox: how to connect to it, and goods on its shelves.

Every kind's sandbox has such a module with these two functions and HINTS: the demonstration names
no kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import requests

TOKEN = "shpat_rehearsal_only"  # noqa: S105 - opens nothing but a sandbox on this machine
SECRET = "rehearsal-secret"  # noqa: S105 - likewise
TIMEOUT = 60
_OUTAGE = '{"kind":"http_status","status":503,"times":null}'
HINTS = (
    f"to connect it by hand: sandbox address {{url}}, access token {TOKEN}, secret {SECRET}",
    'sell there: curl {url}/_sandbox/orders -d \'{"lines":[{"sku":"37449","quantity":1}]}\'',
    "see what it shows: curl '{url}/_sandbox/levels?sku=37449'",
    f"break it: curl {{url}}/_sandbox/faults -d '{_OUTAGE}'",
    "mend it:  curl {url}/_sandbox/faults/clear -d '{}'",
    "what else it can play: curl {url}/_sandbox/",
)
"""Things to try, a line each; `{url}` stands for the sandbox's address."""


def connection(url: str) -> dict[str, str]:
    """Values of the adapter's parameters for the sandbox at `url`; it is told to accept them."""
    shop = _post(url, "shop", {"token": TOKEN, "client_secret": SECRET})["shop"]
    domain = f"{shop['name']}.myshopify.com"
    return {
        "shop_domain": domain,
        "access_token": TOKEN,
        "client_secret": SECRET,
        "sandbox_url": url,
    }


def furnish(url: str, locations: Sequence[str], items: Iterable[dict[str, Any]]) -> int:
    """Add locations and the items whose SKU is not there yet; returns how many were added.

    An item has `sku`, `barcode`, `name`, and may have `is_active` and `is_tracked` (both true).
    """
    _post(url, "locations", {"locations": [{"name": name} for name in locations]})
    reply = requests.get(f"{url}/_sandbox/state", timeout=TIMEOUT)
    reply.raise_for_status()
    known = {level["sku"] for level in reply.json()["levels"]}
    variants = [_variant(item, locations[0]) for item in items if item["sku"] not in known]
    if variants:
        _post(url, "variants", {"variants": variants})
    return len(variants)


def _variant(item: dict[str, Any], location: str) -> dict[str, Any]:
    return {
        "sku": item["sku"],
        "barcode": item["barcode"],
        "title": item["name"],
        "status": "ACTIVE" if item.get("is_active", True) else "DRAFT",
        "is_tracked": item.get("is_tracked", True),
        "levels": {location: 0},
    }


def _post(url: str, path: str, body: dict[str, Any]) -> Any:
    reply = requests.post(f"{url}/_sandbox/{path}", json=body, timeout=TIMEOUT)
    reply.raise_for_status()
    return reply.json()
