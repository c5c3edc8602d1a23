"""Stock levels: reading them and the one way of changing their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from channels.adapters.shopify.sandbox.store import Row, Store

ON_HAND_PARTS = (
    "available",
    "committed",
    "damaged",
    "quality_control",
    "reserved",
    "safety_stock",
)
NAMES = (*ON_HAND_PARTS, "incoming", "on_hand")
ADJUSTABLE = ("available", "damaged", "incoming", "quality_control", "reserved", "safety_stock")
_COLUMNS = (*ON_HAND_PARTS, "incoming")


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an adjustment: `name` moved by `delta` at an item's level."""

    item_id: int
    location_id: int
    name: str
    delta: int
    document: str | None = None


def quantity(level: Row | None, name: str) -> int:
    """The named quantity of a level; 0 where the item was never stocked."""
    if level is None:
        return 0
    if name == "on_hand":
        return sum(level[part] for part in ON_HAND_PARTS)
    number: int = level[name]
    return number


def find(store: Store, item_id: int, location_id: int) -> Row | None:
    return store.one(
        "SELECT * FROM levels WHERE item_id = ? AND location_id = ?", (item_id, location_id)
    )


def apply(store: Store, changes: Sequence[Change]) -> None:
    """Add the deltas to their columns. `on_hand` is a sum and follows by itself.

    Only `available` carries a time of its own, as recorded shops show it.
    """
    for item_id, location_id in dict.fromkeys((row.item_id, row.location_id) for row in changes):
        store.emit("INVENTORY_LEVELS_UPDATE", item_id, location_id)
    now = store.now()
    by_name: dict[str, list[tuple[int, str, str, int, int]]] = {}
    for change in changes:
        if change.name in _COLUMNS:
            row = (change.delta, now, now, change.item_id, change.location_id)
            by_name.setdefault(change.name, []).append(row)
    for name, rows in by_name.items():
        moved_at = "?" if name == "available" else "coalesce(available_updated_at, ?)"
        store.run_many(
            f"UPDATE levels SET {name} = {name} + ?, updated_at = ?, "  # noqa: S608
            f"available_updated_at = {moved_at} WHERE item_id = ? AND location_id = ?",
            rows,
        )


def with_on_hand(changes: Iterable[Change]) -> list[Change]:
    """Each change followed by the change of `on_hand` it brings, as the API reports them."""
    rows: list[Change] = []
    for change in changes:
        rows.append(change)
        if change.name in ON_HAND_PARTS:
            rows.append(Change(change.item_id, change.location_id, "on_hand", change.delta))
    return rows


def connect(store: Store, item_id: int, location_id: int, available: int = 0) -> None:
    """Make a level active. One that existed keeps its numbers and ignores `available`."""
    store.emit("INVENTORY_LEVELS_CONNECT", item_id, location_id)
    now = store.now()
    touched = store.run(
        "UPDATE levels SET is_active = 1, updated_at = ? WHERE item_id = ? AND location_id = ?",
        (now, item_id, location_id),
    )
    if touched:
        return
    store.run(
        "INSERT INTO levels (id, item_id, location_id, is_active, available, created_at, "
        "updated_at, available_updated_at) VALUES (?,?,?,1,?,?,?,?)",
        (store.next_id("InventoryLevel"), item_id, location_id, available, now, now, now),
    )


def disconnect(store: Store, level: Row) -> None:
    """Make a level inactive; its numbers stay on it and come back with it."""
    store.emit("INVENTORY_LEVELS_DISCONNECT", level["item_id"], level["location_id"])
    store.run(
        "UPDATE levels SET is_active = 0, updated_at = ? WHERE id = ?", (store.now(), level["id"])
    )


def hindrance(store: Store, level: Row) -> tuple[str, str] | None:
    """Why a level can not be made inactive: (code, message), or None when it can."""
    for name in ("committed", "incoming", "reserved"):
        if level[name] > 0:
            code = f"{name.upper()}_INVENTORY_AT_LOCATION"
            return code, f"The inventory item has {name} inventory at this location."
    others = store.one(
        "SELECT count(*) AS n FROM levels WHERE item_id = ? AND is_active AND id <> ?",
        (level["item_id"], level["id"]),
    )
    if others is None or not others["n"]:
        message = "Couldn't deactivate: the item needs to be stocked at at least one location."
        return "CANNOT_DEACTIVATE_FROM_ONLY_LOCATION", message
    return None
