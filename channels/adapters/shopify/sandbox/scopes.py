"""Which access scope a root field needs."""

from __future__ import annotations

from collections.abc import Iterable

from graphql import GraphQLError

from channels.adapters.shopify.sandbox.shop import Shop

NEEDS = {
    "locations": ("read_locations", "read_inventory"),
    "location": ("read_locations", "read_inventory"),
    "product": ("read_products",),
    "productVariant": ("read_products",),
    "productVariants": ("read_products",),
    "inventoryItem": ("read_inventory", "read_products"),
    "inventoryItems": ("read_inventory", "read_products"),
    "inventoryLevel": ("read_inventory",),
    "inventoryProperties": ("read_inventory",),
    "order": ("read_orders",),
    "orders": ("read_orders",),
    "inventorySetQuantities": ("write_inventory",),
    "inventoryAdjustQuantities": ("write_inventory",),
    "inventoryMoveQuantities": ("write_inventory",),
    "inventoryActivate": ("write_inventory",),
    "inventoryDeactivate": ("write_inventory",),
    "inventoryBulkToggleActivation": ("write_inventory",),
    "inventoryItemUpdate": ("write_inventory",),
    "fulfillmentCreate": ("write_merchant_managed_fulfillment_orders",),
    "orderCancel": ("write_orders",),
}
"""Root field -> scopes, any one of which opens it. Fields not named here are open to every app."""


def missing_scope(shop: Shop, root_fields: Iterable[str]) -> GraphQLError | None:
    """The refusal of the first root field the app may not use, or None."""
    for field in root_fields:
        wanted = NEEDS.get(field)
        if wanted and not set(wanted) & set(shop.scopes):
            names = " or ".join(f"`{scope}`" for scope in wanted)
            return GraphQLError(
                f"Access denied for {field} field. Required access: {names} access scope.",
                path=[field],
                extensions={"code": "ACCESS_DENIED", "requiredAccess": f"{names} access scope."},
            )
    return None
