"""One page for every click that would change many: what the channels would be told, what is skipped
and why, and whether the run would pause and ask. What is confirmed is the action, not the numbers:
the result says what really happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext

from channels import selling
from channels.admin.previewing import CONFIRMED
from channels.selling import Foresight
from desk import numbers

LOOKED_AT = 10_000
"""Chosen records that a preview looks at."""


def carried(request: HttpRequest, name: str) -> list[tuple[str, str]]:
    """Hidden inputs that have the list run the same action on the same records."""
    chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
    return [
        ("action", name),
        ("select_across", request.POST.get("select_across", "0")),
        ("index", "0"),
        (CONFIRMED, "1"),
        *((ACTION_CHECKBOX_NAME, each) for each in chosen),
    ]


def told_context(foresight: Foresight) -> dict[str, Any]:
    """What the shared partial needs of a foresight."""
    return {
        "foresight": foresight,
        "preview": foresight.preview,
        "verdicts": selling.verdicts(foresight.preview.zeros_at),
        "looked_at": foresight.counted,
    }


def ask(
    page: ModelAdmin,
    request: HttpRequest,
    name: str,
    foresight: Foresight,
    **shown: Any,
) -> HttpResponse:
    """The page that asks whether an action on chosen records is to run. `shown`: title, subtitle,
    lead (what happens, in a sentence), confirm_label (what the button says)."""
    context = {
        **page.admin_site.each_context(request),
        **told_context(foresight),
        "opts": page.opts,
        "hidden": carried(request, name),
        "back": request.get_full_path(),
        **shown,
    }
    return TemplateResponse(request, "admin/stockcast/preview.html", context)


def first_of(chosen: QuerySet[Any], most: int = LOOKED_AT) -> tuple[list[int], bool]:
    """Primary keys of the first of these records, and whether they are all."""
    ids = list(chosen.order_by("pk").values_list("pk", flat=True)[: most + 1])
    return ids[:most], len(ids) <= most


def counted(ids: Sequence[int], *, is_whole: bool) -> str:
    """How many were chosen: exactly, or at least."""
    if not is_whole:
        return gettext("more than %(number)s chosen") % {"number": numbers.shown(len(ids))}
    return ngettext("%(number)s chosen", "%(number)s chosen", len(ids)) % {
        "number": numbers.shown(len(ids))
    }
