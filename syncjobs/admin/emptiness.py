"""Hides runs that had nothing to do: most hints find that another run was quicker, and a list of
those would hide the runs that told something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from desk.paging import READ, bounded
from syncjobs.models import Run
from syncjobs.models.run import EMPTY

NAME = "empty"
LOOKS = {"p", "o", "e", "all"}
"""Parameters of a list that leave no row out."""


def hides(asked: Mapping[str, Any]) -> bool:
    """Whether a list asked for in this way leaves them out: only one that is not narrowed."""
    return not set(asked) - LOOKS


def told(asked: Mapping[str, Any]) -> str:
    """How many are left out, in a sentence; "" for none."""
    number = Run.objects.filter(EMPTY).order_by()[: READ + 1].count() if hides(asked) else 0
    if not number:
        return ""
    return ngettext(
        "%(number)s run that had nothing to change is not shown.",
        "%(number)s runs that had nothing to change are not shown.",
        number,
    ) % {"number": bounded(number)}


class EmptyFilter(admin.SimpleListFilter):
    """Runs with and without changes."""

    title = _("nothing to change")
    parameter_name = NAME

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [("shown", _("Show all runs")), ("only", _("Only runs without a change"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> QuerySet[Run]:
        if self.value() == "only":
            return queryset.filter(EMPTY)
        return queryset.filter(~EMPTY) if hides(request.GET) else queryset
