"""What a key may do, by resource: `products:read`, `products:write`. One list for all floors."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Resource(NamedTuple):
    """label: for people. can_write: whether there is anything to change by the API."""

    label: str | Promise
    can_write: bool = True


RESOURCES = {
    "products": Resource(_("Products")),
    "warehouses": Resource(_("Warehouses")),
    "stock-levels": Resource(_("Stock levels"), can_write=False),
    "movements": Resource(_("Stock movements")),
    "purchase-orders": Resource(_("Purchase orders and receipts")),
    "stocktakes": Resource(_("Stocktakes")),
    "sales-orders": Resource(_("Sales orders")),
    "asns": Resource("ASNs"),
    "channels": Resource(_("Channels and locations"), can_write=False),
    "listings": Resource(_("Listings (where a product is communicated)")),
    "profiles": Resource(_("Global profiles")),
    "selling-lists": Resource(_("Selling lists")),
    "communicated-inventory": Resource(_("Communicated inventory"), can_write=False),
    "publications": Resource(_("Publications"), can_write=False),
    "sync-runs": Resource(_("Sync runs")),
    "process-logs": Resource(_("Process logs"), can_write=False),
    "findings": Resource(_("Drift")),
    "webhooks": Resource(_("Webhooks")),
}


def choices() -> list[tuple[str, str]]:
    """Every scope with its label."""
    found = []
    for name, resource in RESOURCES.items():
        found.append((f"{name}:read", gettext("%(resource)s: read") % {"resource": resource.label}))
        if resource.can_write:
            found.append(
                (f"{name}:write", gettext("%(resource)s: write") % {"resource": resource.label})
            )
    return found
