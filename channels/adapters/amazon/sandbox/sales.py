"""Sales the seller has not been shown, and numbers that were raised over them.

A client that raises the quantity while a sale has never stood in an answer to it can not have taken
that sale into account: it sells the same unit twice. Amazon accepts such writes, and so does the
sandbox; it keeps them for whoever judges the client.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from channels.adapters.amazon.sandbox.clock import iso
from channels.adapters.amazon.sandbox.store import Row, Store

UNSEEN = "unseen"
"""The seller had not been shown the sale when the number was applied."""
OVERTAKEN = "overtaken"
"""He was shown it after he had sent the number, and before it was applied, as a late feed is."""


def add(store: Store, order_id: str, sku: str, at: float) -> None:
    store.run(
        "INSERT OR IGNORE INTO sales (order_id, sku, placed_at) VALUES (?,?,?)", (order_id, sku, at)
    )


def tell(store: Store, order_ids: Iterable[str], at: float) -> None:
    """These orders stood in an answer that left."""
    store.run_many(
        "UPDATE sales SET told_at = ? WHERE order_id = ? AND told_at IS NULL",
        [(at, order_id) for order_id in order_ids],
    )


def forget(store: Store, order_id: str) -> None:
    """The order was cancelled and its units are back: it hides nothing any more."""
    store.run("DELETE FROM sales WHERE order_id = ?", (order_id,))


def judge(store: Store, listing: Row, quantity: int, origin: Any, at: float) -> None:
    """Keep a rise over a sale. Call before it is applied. origin: `source`, `submitted_at`."""
    before = listing["pool"]
    if before is None or quantity <= before:
        return
    rows = store.all(
        "SELECT * FROM sales WHERE sku = ? AND (told_at IS NULL OR told_at > ?) "
        "ORDER BY told_at IS NOT NULL, placed_at",
        (listing["sku"], origin["submitted_at"]),
    )
    if not rows:
        return
    kind = UNSEEN if rows[0]["told_at"] is None else OVERTAKEN
    store.run(
        "INSERT INTO overwrites "
        "(at, kind, sku, order_id, sales, before, after, source, submitted_at) "
        "VALUES (?,?,?,?,?,?,?,?,?)",
        (
            at,
            kind,
            listing["sku"],
            rows[0]["order_id"],
            len(rows),
            before,
            quantity,
            origin["source"],
            origin["submitted_at"],
        ),
    )


def count(store: Store, kind: str) -> int:
    return store.number("SELECT count(*) FROM overwrites WHERE kind = ?", (kind,))


def oversold(store: Store) -> int:
    """Units sold that the seller does not have: beyond `physical` where the rehearsal says what he
    has, else those forced beyond what Amazon showed."""
    return store.number(
        "SELECT sum(CASE WHEN physical IS NULL THEN excess ELSE max(0, sold - physical) END) FROM ("
        "SELECT l.physical, sum(i.quantity) AS sold, sum(i.excess) AS excess "
        "FROM order_items i JOIN orders o ON o.id = i.order_id JOIN listings l ON l.sku = i.sku "
        "WHERE o.fulfilled_by = 'MERCHANT' AND o.status != 'CANCELLED' GROUP BY l.sku)"
    )


def events(store: Store) -> list[dict[str, Any]]:
    """Each rise, oldest first. `order` is one such sale of `sales` many."""
    return [
        {
            "time": iso(row["at"]),
            "kind": row["kind"],
            "sku": row["sku"],
            "order": row["order_id"],
            "sales": row["sales"],
            "from": row["before"],
            "to": row["after"],
            "source": row["source"],
            "submitted": iso(row["submitted_at"]),
        }
        for row in store.all("SELECT * FROM overwrites ORDER BY id")
    ]
