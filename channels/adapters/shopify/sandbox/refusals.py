"""User errors: what a mutation answers when it refuses by business rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UserError = dict[str, Any]

REASONS = (
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
)

MESSAGES = {
    "CHANGE_FROM_QUANTITY_STALE": "The changeFromQuantity value does not match the current "
    "quantity.",
    "DIFFERENT_LOCATIONS": "The quantities can't be moved between different locations.",
    "INTERNAL_LEDGER_DOCUMENT": "Internal (gid://shopify/) ledger documents are not allowed.",
    "INVALID_AVAILABLE_DOCUMENT": "A ledger document URI is not allowed when the quantity name "
    "is available.",
    "INVALID_INVENTORY_ITEM": "The specified inventory item could not be found.",
    "INVALID_LEDGER_DOCUMENT": "The specified ledger document is invalid.",
    "INVALID_LOCATION": "The specified location could not be found.",
    "INVALID_QUANTITY_DOCUMENT": "A ledger document URI is required except when the quantity "
    "name is available.",
    "INVALID_QUANTITY_NEGATIVE": "The quantity can't be negative.",
    "INVALID_QUANTITY_TOO_HIGH": "The quantity can't be higher than {limit:,}.",
    "INVALID_QUANTITY_TOO_LOW": "The quantity can't be lower than {limit:,}.",
    "INVALID_REASON": "The specified reason is invalid. Valid values are: {values}.",
    "INVALID_REFERENCE_DOCUMENT": "The specified reference document is invalid: it must be a URI "
    "with a scheme.",
    "MAX_ONE_LEDGER_DOCUMENT": "All changes must have the same ledger document URI or, in the "
    "case of adjusting available, no ledger document URI.",
    "NON_MUTABLE_INVENTORY_ITEM": "The specified inventory item is not allowed to be adjusted "
    "via API.",
    "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR": "The combination of inventoryItemId and "
    "locationId must be unique.",
    "SAME_QUANTITY_NAME": "The quantity names for each change can't be the same.",
}


def user_error(
    code: str, path: list[str], message: str = "", values: Mapping[str, object] | None = None
) -> UserError:
    """An error with a code. `values` fill the code's own message; `message` replaces it."""
    return {
        "code": code,
        "field": path,
        "message": message or MESSAGES[code].format(**(values or {})),
    }


def plain_error(message: str, *path: str) -> UserError:
    """For payloads whose errors carry no code."""
    return {"field": list(path) or None, "message": message}
