"""Mutations that connect items to locations and switch tracking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from channels.adapters.shopify.sandbox import catalogue, levels, views
from channels.adapters.shopify.sandbox.context import Info, Request
from channels.adapters.shopify.sandbox.gid import number_of
from channels.adapters.shopify.sandbox.idempotency import KeyRefusedError, Outcome
from channels.adapters.shopify.sandbox.refusals import UserError, plain_error
from channels.adapters.shopify.sandbox.resolvers.catalogue import by_number
from channels.adapters.shopify.sandbox.resolvers.stock import once
from channels.adapters.shopify.sandbox.store import Row, Store
from channels.adapters.shopify.sandbox.views import View


def activate(_root: None, info: Info, **given: Any) -> View:
    store: Store = info.context.store
    try:
        outcome = once(info, given, lambda: _activate(store, given))
    except KeyRefusedError as error:
        return {"inventoryLevel": None, "userErrors": [plain_error(error.message)]}
    level = outcome["level"] and levels.find(store, *outcome["level"])
    return {
        "inventoryLevel": views.level(level) if level else None,
        "userErrors": outcome["errors"],
    }


def _activate(store: Store, given: Mapping[str, Any]) -> Outcome:
    item = by_number(
        store, "variants", number_of(given["inventoryItemId"], "InventoryItem"), "item_id"
    )
    place = by_number(store, "locations", number_of(given["locationId"], "Location"))
    error = _activation_error(item, place, given)
    if error or item is None or place is None:
        return {"level": None, "errors": [error]}
    item_id, place_id = item["item_id"], place["id"]
    key = [item_id, place_id]
    level = levels.find(store, item_id, place_id)
    number = given.get("available", given.get("onHand"))
    if level is not None and level["is_active"] and number is not None:
        message = (
            "Not allowed to set available quantity when the item is already active at the location."
        )
        return {"level": key, "errors": [plain_error(message, "available")]}
    levels.connect(store, item_id, place_id, available=number or 0)
    return {"level": key, "errors": []}


def _activation_error(
    item: Row | None, place: Row | None, given: Mapping[str, Any]
) -> UserError | None:
    if given.get("available") is not None and given.get("onHand") is not None:
        return plain_error("Only one of available and onHand can be given.", "available")
    if item is None:
        return plain_error("The inventory item couldn't be found.", "inventoryItemId")
    if place is None or not place["is_active"]:
        return plain_error("The location couldn't be found or is not active.", "locationId")
    return None


def deactivate(_root: None, info: Info, inventoryLevelId: str) -> View:  # noqa: N803
    store: Store = info.context.store

    def perform() -> Outcome:
        level = by_number(store, "levels", number_of(inventoryLevelId, "InventoryLevel"))
        if level is None:
            message = "The inventory level couldn't be found."
            return {"errors": [plain_error(message, "inventoryLevelId")]}
        hindrance = levels.hindrance(store, level) if level["is_active"] else None
        if hindrance:
            return {"errors": [plain_error(hindrance[1], "inventoryLevelId")]}
        levels.disconnect(store, level)
        return {"errors": []}

    try:
        outcome = once(info, inventoryLevelId, perform, is_required=False)
    except KeyRefusedError as error:
        return {"userErrors": [plain_error(error.message)]}
    return {"userErrors": outcome["errors"]}


def toggle(
    _root: None,
    info: Info,
    inventoryItemId: str,  # noqa: N803
    inventoryItemUpdates: Sequence[Mapping[str, Any]],  # noqa: N803
) -> View:
    """inventoryBulkToggleActivation: one item at many locations, all or nothing."""
    request: Request = info.context
    number = number_of(inventoryItemId, "InventoryItem")
    item = by_number(request.store, "variants", number, "item_id")
    if item is None:
        missing = _coded("INVENTORY_ITEM_NOT_FOUND", "The item was not found.", "inventoryItemId")
        return {"inventoryItem": None, "inventoryLevels": None, "userErrors": [missing]}
    errors = [
        error
        for index, update in enumerate(inventoryItemUpdates)
        if (error := _toggle_error(request.store, item, update, index)) is not None
    ]
    places = [number_of(update["locationId"], "Location") or 0 for update in inventoryItemUpdates]
    for place, update in zip(places, inventoryItemUpdates, strict=True):
        if not errors:
            _toggle_one(request.store, item["item_id"], place, is_on=update["activate"])
    rows = [levels.find(request.store, item["item_id"], place) for place in places]
    return {
        "inventoryItem": views.item(item),
        "inventoryLevels": None if errors else [views.level(row) for row in rows if row],
        "userErrors": errors,
    }


def _toggle_error(
    store: Store, item: Row, update: Mapping[str, Any], index: int
) -> UserError | None:
    path = ("inventoryItemUpdates", str(index), "locationId")
    place = by_number(store, "locations", number_of(update["locationId"], "Location"))
    if place is None or not place["is_active"]:
        return _coded("LOCATION_NOT_FOUND", "The location was not found.", *path)
    level = levels.find(store, item["item_id"], place["id"])
    if update["activate"] or level is None or not level["is_active"]:
        return None
    hindrance = levels.hindrance(store, level)
    return _coded(*hindrance, *path) if hindrance else None


def _toggle_one(store: Store, item: int, place: int, *, is_on: bool) -> None:
    level = levels.find(store, item, place)
    if is_on:
        levels.connect(store, item, place)
    elif level is not None:
        levels.disconnect(store, level)


def _coded(code: str, message: str, *path: str) -> UserError:
    return {"code": code, **plain_error(message, *path)}


def update_item(
    _root: None,
    info: Info,
    id: str,  # noqa: A002
    input: Mapping[str, Any],  # noqa: A002
) -> View:
    """inventoryItemUpdate: tracking and SKU; tracking may be locked by another app."""
    store: Store = info.context.store
    number = number_of(id, "InventoryItem")
    item = by_number(store, "variants", number, "item_id")
    if item is None:
        error = plain_error("The product couldn't be updated because it does not exist.", "id")
        return {"inventoryItem": None, "userErrors": [error]}
    is_tracked = input.get("tracked")
    if is_tracked is not None and bool(item["is_tracked"]) != is_tracked and item["lock_reason"]:
        error = plain_error(f"Tracking can't be changed: {item['lock_reason']}", "input", "tracked")
        return {"inventoryItem": views.item(item), "userErrors": [error]}
    _save_item(store, item, input)
    row = by_number(store, "variants", number, "item_id")
    return {"inventoryItem": views.item(row) if row else None, "userErrors": []}


def _save_item(store: Store, item: Row, given: Mapping[str, Any]) -> None:
    tracked = given.get("tracked")
    sku = given["sku"] if "sku" in given else item["sku"]
    store.run(
        "UPDATE variants SET is_tracked = ?, sku = ?, updated_at = ? WHERE id = ?",
        (item["is_tracked"] if tracked is None else tracked, sku, store.now(), item["id"]),
    )
    if sku != item["sku"]:
        catalogue.reindex_sku(store, item["id"], sku)


RESOLVERS: dict[str, Callable[..., Any]] = {
    "Mutation.inventoryActivate": activate,
    "Mutation.inventoryDeactivate": deactivate,
    "Mutation.inventoryBulkToggleActivation": toggle,
    "Mutation.inventoryItemUpdate": update_item,
}
