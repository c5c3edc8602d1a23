"""How this floor's states look in lists and on pages."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext

from channels.models import Communicated
from desk import moments
from desk.cells import NOTHING, ago, badge

STATE_COLORS = {
    Communicated.State.OFF: "",
    Communicated.State.EXCLUDED: "",
    Communicated.State.NEW: "info",
    Communicated.State.SKIPPED: "warning",
    Communicated.State.ERROR: "danger",
    Communicated.State.PENDING: "info",
    Communicated.State.PENDING_UPDATE: "primary",
    Communicated.State.UNCONFIRMED: "info",
    Communicated.State.OUT_OF_STOCK: "warning",
    Communicated.State.LINKED: "success",
    Communicated.State.SOURCE: "success",
}


def activity(is_buyable: bool | None) -> str:  # noqa: FBT001 - a column's value
    """Whether the channel offers it, in a word; empty when the channel does not say."""
    if is_buyable is None:
        return ""
    return (
        badge("success", gettext("Active")) if is_buyable else badge("warning", gettext("Inactive"))
    )


def when(moment: datetime.datetime | None, never: str = NOTHING, *, is_past: bool) -> str:
    """How long ago; on a page of a past moment the time itself: “ago” counts from now."""
    if moment is None or not is_past:
        return ago(moment, never)
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}">{}</time>',
        local.isoformat(),
        moments.exact(moment),
    )
