"""Listings and their offers in marketplaces: adding and finding them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.attributes import AVAILABILITY, CHANNEL, MERCHANT
from channels.adapters.amazon.sandbox.regions import AMAZON_CODES
from channels.adapters.amazon.sandbox.store import Row

Json = dict[str, Any]
CHUNK = 500
"""Values of one IN list, below SQLite's limit."""


@dataclass(frozen=True, slots=True)
class NewListing:
    """A listing to add. quantity: units Amazon sells; None when it was never told a number.
    physical: what the seller really has, where the rehearsal counts sales beyond it."""

    sku: str
    marketplaces: Sequence[str]
    asin: str = ""
    product_type: str = "PRODUCT"
    title: str = ""
    quantity: int | None = 0
    lead_time: int | None = None
    is_fba: bool = False
    is_closed: bool = False
    physical: int | None = None


def add(sandbox: Sandbox, listings: Iterable[NewListing]) -> None:
    """Add listings, or put those there already in the state given."""
    now = sandbox.now()
    new = list(listings)
    sandbox.store.run_many(
        "INSERT OR REPLACE INTO listings "
        "(sku, asin, product_type, title, is_fba, pool, afn, physical, created_at) "
        "VALUES (?,?,?,?,?,?,?,?,?)",
        [
            (
                each.sku,
                each.asin or asin_of(each.sku),
                each.product_type,
                each.title or each.sku,
                each.is_fba,
                None if each.is_fba else each.quantity,
                (each.quantity or 0) if each.is_fba else 0,
                each.physical,
                now,
            )
            for each in new
        ],
    )
    sandbox.store.run_many("DELETE FROM offers WHERE sku = ?", [(each.sku,) for each in new])
    sandbox.store.run_many(
        "INSERT INTO offers (sku, marketplace_id, attributes, is_closed, created_at, updated_at) "
        "VALUES (?,?,?,?,?,?)",
        [
            (each.sku, marketplace, _attributes(sandbox, each), each.is_closed, now, now)
            for each in new
            for marketplace in each.marketplaces
        ],
    )


def _attributes(sandbox: Sandbox, listing: NewListing) -> str:
    if listing.is_fba:
        return json.dumps({AVAILABILITY: [{CHANNEL: AMAZON_CODES[sandbox.account.region]}]})
    element: Json = {CHANNEL: MERCHANT}
    if listing.quantity is not None:
        element["quantity"] = listing.quantity
    if listing.lead_time is not None:
        element["lead_time_to_ship_max_days"] = listing.lead_time
    return json.dumps({AVAILABILITY: [element]})


def asin_of(sku: str) -> str:
    """An ASIN for a SKU that was given none; the same every time."""
    return "B0" + hashlib.sha256(sku.encode()).hexdigest()[:8].upper()


def known(sandbox: Sandbox) -> set[str]:
    return {row["sku"] for row in sandbox.store.all("SELECT sku FROM listings")}


def listing(sandbox: Sandbox, sku: str) -> Row | None:
    return sandbox.store.one("SELECT * FROM listings WHERE sku = ?", (sku,))


def offers(
    sandbox: Sandbox, skus: Sequence[str], marketplaces: Sequence[str]
) -> dict[str, list[Row]]:
    """The offers of SKUs in these marketplaces, in the marketplaces' order."""
    found: dict[str, list[Row]] = {}
    for start in range(0, len(skus), CHUNK):
        part = skus[start : start + CHUNK]
        rows = sandbox.store.all(
            f"SELECT * FROM offers WHERE sku IN ({marks(part)}) "  # noqa: S608 - only marks
            f"AND marketplace_id IN ({marks(marketplaces)})",
            [*part, *marketplaces],
        )
        for row in rows:
            found.setdefault(row["sku"], []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: marketplaces.index(row["marketplace_id"]))
    return found


def marks(values: Sequence[object]) -> str:
    """Placeholders for an IN list."""
    return ",".join("?" * len(values))
