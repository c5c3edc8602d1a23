"""Labels that nobody wrote: Django makes them of the names of models and fields, in English."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

OTHERS = {"auth": _("People"), "django_celery_beat": _("Schedules")}
"""Apps that are not ours, as the menu calls them."""


def translate() -> None:
    """Make them translatable as if they were written. Migrations keep what was written alone, so
    they know of nothing new. Called once, at start."""
    for app, name in OTHERS.items():
        apps.get_app_config(app).verbose_name = name
    with translation.override(None):
        for options in _every():
            options.verbose_name = gettext_lazy(str(options.verbose_name))
            # Django would put an s behind the translated name.
            options.verbose_name_plural = gettext_lazy(str(options.verbose_name_plural))
            for field in options.local_fields + options.local_many_to_many:
                field.verbose_name = gettext_lazy(str(field.verbose_name))


def texts() -> set[str]:
    """All labels and helps of our models, in English."""
    found: set[str] = set()
    with translation.override(None):
        for options in _every():
            found |= {str(options.verbose_name), str(options.verbose_name_plural)}
            for field in options.local_fields + options.local_many_to_many:
                found |= {str(field.verbose_name), str(field.help_text)}
    return found - {""}


def _every() -> Iterator[Any]:
    """What Django knows of each model of our floors."""
    for floor in apps.get_app_configs():
        if Path(floor.path).parent == Path(settings.BASE_DIR):
            for model in floor.get_models(include_auto_created=True):
                yield model._meta  # noqa: SLF001 - Django's documented API
