from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    """Counts: products, warehouses, the ledger, receiving, stocktakes."""

    name = "inventory"
    verbose_name = _("Inventory")

    def ready(self) -> None:
        # Models exist only now, so these modules can not be imported at the top.
        import_module("inventory.sight")
        for kind in ("products", "opening", "counts"):
            import_module(f"inventory.files.{kind}")
