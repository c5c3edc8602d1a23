"""Unseen sales: orders no client has been told of, and numbers raised over them.

A client that raises `available` of an item while a sale of it has never stood in an answer can not
have taken that sale into account: it sells the same unit twice. Such writes are accepted, as a shop
accepts them, and kept for whoever judges the client.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from channels.adapters.shopify.sandbox.gid import gid
from channels.adapters.shopify.sandbox.levels import Change
from channels.adapters.shopify.sandbox.store import Row, Store


def add(store: Store, order_id: int, item_id: int | None, location_id: int) -> None:
    """Units of an item were taken at a location; test orders and custom lines take none."""
    store.run(
        "INSERT OR IGNORE INTO unseen_sales (item_id, location_id, order_id) "
        "SELECT ?, ?, id FROM orders WHERE id = ? AND NOT is_test AND ? IS NOT NULL",
        (item_id, location_id, order_id, item_id),
    )


def forget(store: Store, order_ids: Iterable[int]) -> None:
    """These orders were told to a client, or are cancelled: no sale is hidden any more."""
    store.run_many(
        "DELETE FROM unseen_sales WHERE order_id = ?", [(number,) for number in order_ids]
    )


def settle(store: Store, order_id: int) -> None:
    """A refund put all units of an item back where they were: that sale hides nothing any more."""
    store.run(
        "DELETE FROM unseen_sales WHERE order_id = ? AND item_id IN ("
        "SELECT l.item_id FROM order_lines l WHERE l.order_id = ? GROUP BY l.item_id "
        "HAVING sum(l.quantity) = sum((SELECT coalesce(sum(r.quantity), 0) FROM refund_lines r "
        "WHERE r.line_id = l.id AND r.restock_type IN ('CANCEL', 'RETURN'))))",
        (order_id, order_id),
    )


def judge(store: Store, changes: Sequence[Change], known: Mapping[tuple[int, int], Row]) -> None:
    """Keep each rise of `available` over an unseen sale. Call before the changes are applied.

    known: the levels as they stand, by item and location.
    """
    before = {pair: row["available"] for pair, row in known.items()}
    for change in changes:
        pair = (change.item_id, change.location_id)
        if change.name != "available" or pair not in before:
            continue
        stood = before[pair]
        before[pair] = stood + change.delta
        if change.delta > 0:
            _judge_rise(store, change, stood)


def _judge_rise(store: Store, change: Change, stood: int) -> None:
    sold = store.one(
        "SELECT min(order_id) AS first, count(*) AS n FROM unseen_sales "
        "WHERE item_id = ? AND location_id = ?",
        (change.item_id, change.location_id),
    )
    if sold is None or not sold["n"]:
        return
    store.run(
        "INSERT INTO overwrites (at, item_id, location_id, order_id, unseen, before, after) "
        "VALUES (?,?,?,?,?,?,?)",
        (
            store.now(),
            change.item_id,
            change.location_id,
            sold["first"],
            sold["n"],
            stood,
            stood + change.delta,
        ),
    )


def count(store: Store) -> int:
    row = store.one("SELECT count(*) AS n FROM overwrites")
    return row["n"] if row else 0


def events(store: Store) -> list[dict[str, Any]]:
    """Each rise, oldest first. `order` is the oldest unseen sale of `unseen` many."""
    rows = store.all(
        "SELECT w.*, v.sku, p.name AS place, o.name AS order_name FROM overwrites w "
        "LEFT JOIN variants v ON v.item_id = w.item_id "
        "LEFT JOIN locations p ON p.id = w.location_id "
        "LEFT JOIN orders o ON o.id = w.order_id ORDER BY w.id"
    )
    return [
        {
            "time": row["at"],
            "item": gid("InventoryItem", row["item_id"]),
            "sku": row["sku"] or "",
            "location": row["place"],
            "location_id": gid("Location", row["location_id"]),
            "order": gid("Order", row["order_id"]),
            "order_name": row["order_name"],
            "unseen": row["unseen"],
            "from": row["before"],
            "to": row["after"],
        }
        for row in rows
    ]
