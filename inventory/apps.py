from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Counts: products, warehouses, the ledger, receiving, stocktakes."""

    name = "inventory"
    verbose_name = "Inventory"
