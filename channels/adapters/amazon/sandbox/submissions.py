"""Submissions: checked at once, accepted, and applied later, in the order of acceptance.

Accepted changes the attributes, which say what was last submitted for a marketplace. Applied
changes the pool, which is what Amazon sells, one for the whole region.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from channels.adapters.amazon.sandbox import attributes, sales
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.store import Row

Json = dict[str, Any]


def accept(
    sandbox: Sandbox, offers: Sequence[Row], patches: Sequence[Json], source: str = "patch"
) -> None:
    """Take in checked patches of one SKU's offers, to be applied after the usual delay."""
    now = sandbox.now()
    for offer in offers:
        submit(sandbox, offer, attributes.apply(json.loads(offer["attributes"]), patches), now)
    if sandbox.habits.is_submission_lost:
        return
    sku = offers[0]["sku"]
    last = sandbox.store.one("SELECT max(due_at) AS at FROM submissions WHERE sku = ?", (sku,))
    # Never before one accepted earlier, should the delay have been shortened since.
    due_at = max(now + sandbox.habits.apply_seconds, (last["at"] if last else 0) or 0)
    sandbox.store.run_many(
        "INSERT INTO submissions (sku, channel_code, quantity, submitted_at, due_at, source) "
        "VALUES (?,?,?,?,?,?)",
        [(sku, *change, now, due_at, source) for change in attributes.changes(patches)],
    )


def submit(sandbox: Sandbox, offer: Row, wanted: Json, at: float) -> None:
    """Keep what was submitted for one marketplace."""
    sandbox.store.run(
        "UPDATE offers SET attributes = ?, updated_at = ? WHERE sku = ? AND marketplace_id = ?",
        (json.dumps(wanted), at, offer["sku"], offer["marketplace_id"]),
    )


def apply_due(sandbox: Sandbox, until: float) -> None:
    """Apply what was accepted and is due by then."""
    rows = sandbox.store.all(
        "SELECT * FROM submissions WHERE due_at <= ? ORDER BY due_at, id", (until,)
    )
    for row in rows:
        apply(sandbox, row["sku"], row["channel_code"], row["quantity"], row, row["due_at"])
    sandbox.store.run_many("DELETE FROM submissions WHERE id = ?", [(row["id"],) for row in rows])


def apply(
    sandbox: Sandbox, sku: str, code: str, quantity: int | None, origin: Any, at: float
) -> None:
    """Change what Amazon sells. origin: has `source` and `submitted_at`."""
    listing = sandbox.store.one("SELECT * FROM listings WHERE sku = ?", (sku,))
    if listing is None:  # deleted since
        return
    if code != attributes.MERCHANT:
        sandbox.store.run("UPDATE listings SET is_fba = 1, pool = NULL WHERE sku = ?", (sku,))
        return
    if listing["is_fba"] and quantity is not None:
        # The offer is the merchant's from now on, and Amazon's own units are stranded.
        sandbox.store.run(
            "INSERT INTO conversions (at, sku, source) VALUES (?,?,?)", (at, sku, origin["source"])
        )
    if quantity is not None:
        sales.judge(sandbox.store, listing, quantity, origin, at)
    is_fba = listing["is_fba"] and quantity is None
    sandbox.store.run(
        "UPDATE listings SET is_fba = ?, pool = ? WHERE sku = ?", (is_fba, quantity, sku)
    )
    sandbox.store.run("UPDATE offers SET updated_at = ? WHERE sku = ?", (at, sku))
