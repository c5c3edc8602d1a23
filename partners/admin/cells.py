"""What lists and pages of partners show alike."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from urllib.parse import urlencode

from django.contrib.admin.utils import quote
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from partners import scopes
from partners.models import ApiKey

NOTHING = "–"
EVERYTHING = {name for name, _ in scopes.choices()}


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


def badge(color: str, text: object) -> SafeString:
    """A small coloured label, as lists show it."""
    return render_to_string("unfold/helpers/label.html", {"type": color, "text": text})


def moment(at: datetime.datetime | None, never: str = NOTHING) -> str:
    """How long ago or in how long, with the full time on hover."""
    if at is None:
        return never
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        formats.date_format(local, "Y-m-d H:i:s T"),
        naturaltime(at),
    )


def key_state(key: ApiKey) -> SafeString:
    """Whether a key opens anything, and if not, why."""
    if key.revoked_at:
        return badge("danger", "Revoked")
    if key.expires_at and key.expires_at <= timezone.now():
        return badge("warning", "Expired")
    if not key.partner.is_active:
        return badge("", "Partner is off")
    return badge("success", "In use" if key.last_used_at else "Ready")


def rights(allowed: Collection[str]) -> str:
    """What a key may do, in a few words."""
    known = EVERYTHING & set(allowed)
    if known == EVERYTHING:
        return "Everything"
    reads = [name.partition(":")[0] for name in known if name.endswith(":read")]
    writes = [name.partition(":")[0] for name in known if name.endswith(":write")]
    if not known:
        return "Nothing"
    parts = [_some("read", reads), _some("write", writes)]
    return "; ".join(part for part in parts if part)


def _some(verb: str, names: list[str]) -> str:
    if len(names) > 3:
        return f"{verb} {len(names)} resources"
    labels = sorted(scopes.RESOURCES[name].label.partition(" (")[0].lower() for name in names)
    return f"{verb} {', '.join(labels)}" if labels else ""
