"""What the first page shows: what waits for somebody, each channel's health, and the figures of the
house; for each person what concerns them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from desk.cells import list_of
from syncjobs.admin.channel import HELP
from syncjobs.admin.dashboard import cards, charts, failures, needs, steps, tiles
from syncjobs.admin.dashboard.seen import DAY, Seen
from syncjobs.models import ProcessLog

__all__ = ["fill"]


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the first page's context what this person may see; at most eight queries."""
    seen = Seen(request)
    context["title"] = gettext("Dashboard")
    if seen.may("channels.view_channel"):
        context["cards"] = cards.cards(seen)
        context["freshness_help"] = HELP
    is_watching = seen.may("channels.view_channel") or seen.may("orders.view_salesorder")
    context |= {
        "is_watching": is_watching,
        "needs": needs.needs(seen),
        "steps": steps.steps(seen),
        "work": tiles.work(seen),
        "tiles": tiles.tiles(seen),
    }
    context["is_calm"] = is_watching and not (
        context["needs"] or any(each.color for each in context["work"] + context["tiles"])
    )
    if seen.may("channels.view_publication"):
        context["charts"] = charts.charts(seen)
    if seen.may("inventory.view_movement"):
        context["moved"] = charts.moved(seen)
        context["is_week"] = seen.hours != DAY
    if seen.may("syncjobs.view_processlog"):
        context["failures"] = failures.failures(seen)
        context["logs_url"] = list_of(ProcessLog)
    return context
