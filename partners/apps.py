from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Admits: partners, their keys, what they may see, repeated requests, events for them."""

    name = "partners"
    verbose_name = "Partners"
