"""Communicate inventory to external sources: what every channel is told, and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.views import ChangeList

from channels import reasons
from channels.admin.cells import STATE_COLORS, activity
from channels.admin.explanation import explain
from channels.admin.filters import (
    ActivityFilter,
    DiffersFilter,
    LocationFilter,
    RuleFilter,
    WarehouseFilter,
)
from channels.communicated import should
from channels.models import Communicated
from channels.publishing import Place, decide
from channels.rules import PLAIN, Decision
from desk.cells import NOTHING, ago, badge, two_lines
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin
from desk.refusals import RefusalsMixin

UNKNOWN = "unknown"


class DecidedList(ChangeList):
    """Puts on each row of the page the number it should show: two queries for all of them."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        decisions = decide(
            Place(row.product_id, row.location_id) for row in rows if row.location_id
        )
        for row in rows:
            row.decision = decisions.get(Place(row.product_id, row.location_id or 0))
        self.result_list = rows


def _why_none(decision: Decision | None) -> str:
    if decision is None:
        return "No location"
    if decision.is_left_alone:
        return "Told once and left alone until Update Q"
    if decision.is_cleared:
        return "Never counted: the number is taken away"
    return "Never counted: nothing is sent"


def _acknowledged(row: Any) -> str | int:
    decided = row.decision.quantity if row.decision else None
    shown = UNKNOWN if row.acknowledged is None else row.acknowledged
    if decided in {None, row.acknowledged}:
        return NOTHING if row.acknowledged is None else shown
    return format_html('<span class="sc-warn" title="Differs">{}</span>', shown)


@admin.register(Communicated)
class CommunicatedAdmin(RefusalsMixin, ReadOnlyMixin, ModelAdmin):
    """Read-only. Sending is added by the floor that can send."""

    list_display = [
        "show_product",
        "show_place",
        "on_hand",
        "committed",
        "show_available",
        "backordered",
        "show_should",
        "show_acknowledged",
        "show_acknowledged_at",
        "show_state",
        "show_rule",
    ]
    list_filter = [
        ("channel", RelatedDropdownFilter),
        WarehouseFilter,
        LocationFilter,
        ("state", ChoicesDropdownFilter),
        DiffersFilter,
        RuleFilter,
        ActivityFilter,
    ]
    list_filter_submit = True
    list_fullwidth = True
    search_fields = ["product__sku", "product__name"]
    search_help_text = "SKU or name"
    ordering = ["product__sku", "channel__name", "location__name"]
    empty_hint = (
        "Nothing is communicated yet. Connect a channel, then tick it under Marketplace on a "
        "product's page: one row appears here for each of the channel's locations."
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DecidedList

    def get_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """The explanation instead of a form."""
        row = kwargs.get("obj")
        if isinstance(row, Communicated):
            context |= {
                "explanation": explain(row),
                "title": f"{row.product.sku} {row.product.name}",
                "subtitle": f"{row.channel.name}"
                + (f" · {row.location.name}" if row.location else ""),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Communicated]:
        rows: QuerySet[Communicated] = super().get_queryset(request)
        return rows.select_related("product", "channel", "location", "profile", "selling_list")

    @display(description="Product", ordering="product__sku", header=True)
    def show_product(self, row: Communicated) -> list[str]:
        return [row.product.sku, row.product.name]

    @display(description="Channel", ordering="channel__name", header=True)
    def show_place(self, row: Communicated) -> list[str]:
        return [row.channel.name, row.location.name if row.location else "no location"]

    @display(description="Quantity at hand", ordering="available")
    def show_available(self, row: Communicated) -> str | int:
        if row.available < 0:
            return format_html('<span class="sc-bad">{}</span>', row.available)
        return row.available

    # Not sorted by: no column of the database is this number.
    @display(description="Should send")
    def show_should(self, row: Any) -> str:
        number = should(row.decision)
        if row.decision is None or number is None:
            return format_html('<span title="{}">{}</span>', _why_none(row.decision), NOTHING)
        if row.decision.is_left_alone:
            why = "Told once and left alone until Update Q"
            return format_html('<span class="sc-quiet" title="{}">{}</span>', why, number)
        return format_html("<strong>{}</strong>", number)

    @display(description="Acknowledged", ordering="acknowledged")
    def show_acknowledged(self, row: Any) -> str | int:
        """And, where the channel says so, whether it offers the product."""
        number = _acknowledged(row)
        words = activity(row.is_buyable)
        return two_lines(number, words) if words else number

    @display(description="When", ordering="acknowledged_at")
    def show_acknowledged_at(self, row: Communicated) -> str:
        if row.told_at is None:
            return ago(row.acknowledged_at)
        since = format_html("unconfirmed since {}", ago(row.told_at))
        return two_lines(ago(row.acknowledged_at), since)

    @display(description="State", ordering="state")
    def show_state(self, row: Communicated) -> str:
        state = badge(STATE_COLORS[Communicated.State(row.state)], row.get_state_display())
        if not row.reason:
            return state
        why = format_html(
            '<span title="{}">{}</span>', reasons.advice(row.reason), reasons.label(row.reason)
        )
        return two_lines(state, why)

    @display(description="Rule", ordering="profile__name")
    def show_rule(self, row: Communicated) -> Any:
        rule = row.profile.name if row.profile else PLAIN.name
        return two_lines(rule, row.selling_list.name) if row.selling_list else rule
