from django.apps import AppConfig


class WiresConfig(AppConfig):
    """Wires: what belongs to no floor, such as the way in. It keeps no tables."""

    name = "config"
    verbose_name = "Wiring"
