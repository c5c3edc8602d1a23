from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Promises: sales orders and ASNs."""

    name = "orders"
    verbose_name = _("Sales")

    def ready(self) -> None:
        # Models exist only now, so these modules can not be imported at the top.
        import_module("orders.sight")
