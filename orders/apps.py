from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Promises: sales orders and ASNs."""

    name = "orders"
    verbose_name = "Sales"
