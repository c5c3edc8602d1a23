"""How this floor's states look in lists and on pages."""

from __future__ import annotations

from channels.models import Communicated
from desk.cells import badge

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
    return badge("success", "Active") if is_buyable else badge("warning", "Inactive")
