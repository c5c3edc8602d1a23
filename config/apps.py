from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from config import labels, reading


class WiresConfig(AppConfig):
    """Wires: what belongs to no floor, such as the way in. It keeps no tables."""

    name = "config"
    verbose_name = _("Wiring")

    def ready(self) -> None:
        labels.translate()
        reading.connect()
