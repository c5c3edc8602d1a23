from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    """Admits: partners, their keys, what they may see, repeated requests, events for them."""

    name = "partners"
    verbose_name = _("Partners")
