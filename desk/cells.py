"""Small things that lists and pages of every floor show alike."""

from __future__ import annotations

import datetime
from urllib.parse import urlencode

from django.contrib.admin.utils import quote
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk import moments

NOTHING = "–"


def page_of(thing: Model) -> str:
    """Address of a record's own page."""
    options = thing._meta  # noqa: SLF001 - Django's documented API
    return reverse(
        f"admin:{options.app_label}_{options.model_name}_change", args=[quote(str(thing.pk))]
    )


def list_of(model: type[Model], **filters: object) -> str:
    """Address of a model's list, filtered."""
    options = model._meta  # noqa: SLF001 - Django's documented API
    url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return f"{url}?{urlencode(filters)}" if filters else url


def link(url: str, text: object) -> SafeString:
    """A link in the house's colour."""
    return format_html('<a class="sc-link" href="{}">{}</a>', url, text)


def ago(moment: datetime.datetime | None, never: str = NOTHING) -> str:
    """How long ago or in how long, with the full time on hover; `never` for None. `data-ago`: in
    seconds, from which a page that is followed counts on."""
    if moment is None:
        return never
    local = timezone.localtime(moment)
    return format_html(
        '<time data-ago="{}" datetime="{}" title="{}">{}</time>',
        f"{(timezone.now() - moment).total_seconds():.0f}",
        local.isoformat(),
        moments.exact(moment),
        naturaltime(moment),
    )


def badge(color: str, text: object) -> SafeString:
    """A small coloured label, as lists show it: success, warning, danger, info, primary, ""."""
    return render_to_string("unfold/helpers/label.html", {"type": color, "text": text})


def flag(text: object, *, is_on: bool, color: str = "") -> SafeString | str:
    """A switch in a list: its word where it is on, a dash where it is off. A column of crosses
    would look like as many faults."""
    return badge(color, text) if is_on else NOTHING


def two_lines(first: object, second: object) -> SafeString:
    """A value with a quieter line below it."""
    return format_html(
        '<span class="sc-two"><span>{}</span><span class="sc-quiet">{}</span></span>', first, second
    )
