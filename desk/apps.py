from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Shows: what lists, pages and dialogs of every floor share; knows nothing of stock."""

    name = "desk"
    verbose_name = "Desk"
