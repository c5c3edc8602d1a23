"""Reading stock levels and their named quantities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from channels.adapters.shopify.sandbox import levels, views
from channels.adapters.shopify.sandbox.context import Info
from channels.adapters.shopify.sandbox.executor import Rows
from channels.adapters.shopify.sandbox.gid import number_of
from channels.adapters.shopify.sandbox.paging import Source, connection, refusal
from channels.adapters.shopify.sandbox.resolvers.catalogue import by_number
from channels.adapters.shopify.sandbox.store import Row
from channels.adapters.shopify.sandbox.views import View

DISPLAY_NAMES = {
    "available": "Available",
    "committed": "Committed",
    "damaged": "Damaged",
    "incoming": "Incoming",
    "on_hand": "On hand",
    "quality_control": "Quality control",
    "reserved": "Reserved",
    "safety_stock": "Safety stock",
}


def shown(row: Row | None, include_inactive: bool) -> View | None:  # noqa: FBT001
    if row is None or not (row["is_active"] or include_inactive):
        return None
    return views.level(row)


def of_item(
    item: View,
    info: Info,
    locationId: str,  # noqa: N803 - the API's own argument name
    includeInactive: bool,  # noqa: N803, FBT001
) -> View | None:
    place = number_of(locationId, "Location") or 0
    return shown(levels.find(info.context.store, item["row"]["item_id"], place), includeInactive)


def of_location(
    location: View,
    info: Info,
    inventoryItemId: str,  # noqa: N803
    includeInactive: bool,  # noqa: N803, FBT001
) -> View | None:
    item = number_of(inventoryItemId, "InventoryItem") or 0
    return shown(levels.find(info.context.store, item, location["row"]["id"]), includeInactive)


def _all(column: str, owner_key: str) -> Callable[..., View]:
    def resolve(owner: View, info: Info, **page: Any) -> View:
        where = f"{column} = ?" + ("" if page["includeInactive"] else " AND is_active")
        source = Source("levels", where, [owner["row"][owner_key]])
        return connection(info.context.store, source, page, views.level)

    return resolve


def level(_root: None, info: Info, id: str) -> View | None:  # noqa: A002
    row = by_number(info.context.store, "levels", number_of(id, "InventoryLevel"))
    return views.level(row) if row else None


def item_of(level: View, info: Info) -> View | None:
    row = by_number(info.context.store, "variants", level["row"]["item_id"], "item_id")
    return views.item(row) if row else None


def location_of(level: View, info: Info) -> View | None:
    row = by_number(info.context.store, "locations", level["row"]["location_id"])
    return views.location(row) if row else None


def quantities(level: View, _info: Info, names: Sequence[str]) -> Rows:
    row, tail = level["row"], f"{level['id'].rpartition('/')[2]}&name="
    unknown = set(names) - set(levels.NAMES)
    if unknown:
        message = f"The quantity names {sorted(unknown)} are not among {sorted(levels.NAMES)}."
        raise refusal(message, "INVALID_FIELD_ARGUMENTS")
    return Rows(
        {
            "id": f"gid://shopify/InventoryQuantity/{tail}{name}",
            "name": name,
            "quantity": levels.quantity(row, name),
            # Recorded shops date `available` alone.
            "updatedAt": row["available_updated_at"] if name == "available" else None,
        }
        for name in names
    )


def properties(_root: None, _info: Info) -> View:
    return {
        "quantityNames": [
            {
                "name": name,
                "displayName": DISPLAY_NAMES[name],
                "isInUse": True,
                "comprises": list(levels.ON_HAND_PARTS) if name == "on_hand" else [],
                "belongsTo": ["on_hand"] if name in levels.ON_HAND_PARTS else [],
            }
            for name in levels.NAMES
        ]
    }


def _hindrance(level: View, info: Info) -> str | None:
    found = levels.hindrance(info.context.store, level["row"])
    return found[1] if found else None


RESOLVERS: dict[str, Callable[..., Any]] = {
    "QueryRoot.inventoryLevel": level,
    "QueryRoot.inventoryProperties": properties,
    "InventoryItem.inventoryLevel": of_item,
    "InventoryItem.inventoryLevels": _all("item_id", "item_id"),
    "Location.inventoryLevel": of_location,
    "Location.inventoryLevels": _all("location_id", "id"),
    "InventoryLevel.item": item_of,
    "InventoryLevel.location": location_of,
    "InventoryLevel.quantities": quantities,
    "InventoryLevel.canDeactivate": lambda level, info: _hindrance(level, info) is None,
    "InventoryLevel.deactivationAlert": _hindrance,
}
