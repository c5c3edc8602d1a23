from importlib import import_module

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Counts: products, warehouses, the ledger, receiving, stocktakes."""

    name = "inventory"
    verbose_name = "Inventory"

    def ready(self) -> None:
        # Models exist only now, so these modules can not be imported at the top.
        import_module("inventory.sight")
