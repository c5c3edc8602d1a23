from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """Shows: what lists, pages and dialogs of every floor share; knows nothing of stock."""

    name = "desk"
    verbose_name = _("Desk")
