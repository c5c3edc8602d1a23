"""What stands above the communicated table: quick filters, a past moment, and the files."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from channels.admin import communicated_moment
from desk import moments
from desk.errors import Refused

NARROWED = ("state__exact", "differs", "p", "e")
"""Left out when another quick filter is chosen; what was searched and chosen besides stays."""


class Chip(NamedTuple):
    """A quick filter: its name, what it counts, where it leads, whether it is the one that goes."""

    name: str
    hint: str
    url: str
    is_current: bool


def without(request: HttpRequest, name: str) -> str:
    """The same address without one parameter."""
    query = request.GET.copy()
    query.pop(name, None)
    return f".?{query.urlencode()}"


def context(request: HttpRequest, moment: datetime | None) -> dict[str, Any]:
    """What the template above the table shows."""
    query = request.GET.urlencode()
    return {
        "chips": [] if moment else _chips(request),
        "as_of": communicated_moment.typed(moment) if moment else "",
        "as_of_typed": communicated_moment.typed(moment) if moment else "",
        "as_of_words": moments.second(moment) if moment else "",
        "zone": timezone.get_current_timezone_name(),
        "kept": _kept(request),
        "now_url": without(request, communicated_moment.PARAMETER),
        "ignored": _is_narrowed(request) and moment is not None,
        "files": [
            (form.upper(), f"{reverse('admin:channels_communicated_export', args=[form])}?{query}")
            for form in ("csv", "xlsx")
        ],
    }


def refused(request: HttpRequest, error: Refused) -> dict[str, Any]:
    """The same of now, with the moment that was refused as it was typed, and why. From here on the
    request asks for none."""
    text = request.GET.get(communicated_moment.PARAMETER, "")
    query = request.GET.copy()
    query.pop(communicated_moment.PARAMETER, None)
    request.GET = query  # type: ignore[assignment]
    typed = communicated_moment.retyped(text)
    return context(request, None) | {"as_of_typed": typed, "as_of_error": error.message}


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What the form of the moment sends along."""
    return [
        (name, value)
        for name, values in request.GET.lists()
        if name not in {communicated_moment.PARAMETER, "p", "e"}
        for value in values
    ]


def _is_narrowed(request: HttpRequest) -> bool:
    """By something that is only known of now."""
    now_only = {"state__exact", "differs", "activity", "rule", "telling", "o"}
    now_only |= {"profile__id__exact", "selling_list__id__exact"}
    return any(request.GET.get(name) for name in now_only)


def _chips(request: HttpRequest) -> list[Chip]:
    choices: list[tuple[str, str, dict[str, str]]] = [
        (gettext("All"), "", {}),
        (gettext("Differs"), _differing(), {"differs": "yes"}),
        (
            gettext("Pending"),
            gettext("What was changed here and is not sent yet: by itself, or asked for."),
            {"state__exact": "waiting"},
        ),
        (
            gettext("Unconfirmed"),
            gettext("What the channel took and does not show yet, as far as we have seen."),
            {"state__exact": "unconfirmed"},
        ),
        (
            gettext("Needs attention"),
            gettext("What the channel refuses, and what can not be sent until somebody acts."),
            {"state__exact": "attention"},
        ),
        (
            gettext("Left too high"),
            gettext(
                "Excluded, so nothing is sent, and the channel goes on showing more than there is."
            ),
            {"differs": "left"},
        ),
    ]
    current = {name: request.GET[name] for name in NARROWED[:2] if request.GET.get(name)}
    return [
        Chip(name, hint, _url(request, wanted), wanted == current) for name, hint, wanted in choices
    ]


def _differing() -> str:
    """What counts as differing, as finding.differing has it."""
    return gettext(
        "Rows that are told, whose channel shows another number than it should. What is told"
        " nothing (new, excluded, unmatched) and what is not known does not count."
    )


def _url(request: HttpRequest, wanted: dict[str, str]) -> str:
    query = request.GET.copy()
    for name in NARROWED:
        query.pop(name, None)
    query.update(wanted)
    return f"?{query.urlencode()}"
