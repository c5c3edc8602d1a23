"""What a key may do, by resource: `products:read`, `products:write`. One list for all floors."""

from __future__ import annotations

from typing import NamedTuple


class Resource(NamedTuple):
    """label: for people. can_write: whether there is anything to change by the API."""

    label: str
    can_write: bool = True


RESOURCES = {
    "products": Resource("Products"),
    "warehouses": Resource("Warehouses"),
    "stock-levels": Resource("Stock levels", can_write=False),
    "movements": Resource("Stock movements"),
    "purchase-orders": Resource("Purchase orders and receipts"),
    "stocktakes": Resource("Stocktakes"),
    "sales-orders": Resource("Sales orders"),
    "asns": Resource("ASNs"),
    "channels": Resource("Channels and locations", can_write=False),
    "listings": Resource("Listings (where a product is communicated)"),
    "profiles": Resource("Global profiles"),
    "selling-lists": Resource("Selling lists"),
    "communicated-inventory": Resource("Communicated inventory", can_write=False),
    "publications": Resource("Publications", can_write=False),
    "sync-runs": Resource("Sync runs"),
    "process-logs": Resource("Process logs", can_write=False),
    "findings": Resource("Drift"),
    "webhooks": Resource("Webhooks"),
}


def choices() -> list[tuple[str, str]]:
    """Every scope with its label."""
    found = []
    for name, resource in RESOURCES.items():
        found.append((f"{name}:read", f"{resource.label}: read"))
        if resource.can_write:
            found.append((f"{name}:write", f"{resource.label}: write"))
    return found
