from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    """Translates: accounts, listings, rules, publications, adapters."""

    name = "channels"
    verbose_name = _("Channels")

    def ready(self) -> None:
        # Models exist only now, so these modules can not be imported at the top.
        import_module("channels.sight")
        import_module("channels.due").connect()
        import_module("channels.files").connect()
        import_module("channels.mapping").connect()
        import_module("channels.onboarding").connect()
        import_module("channels.transmission").connect()
