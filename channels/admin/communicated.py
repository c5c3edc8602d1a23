"""Communicate inventory to external sources: what every channel is told, and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.views import ChangeList

from channels import reasons
from channels.admin.cells import NOTHING, STATE_COLORS, ago, badge, two_lines
from channels.admin.explanation import explain
from channels.admin.filters import DiffersFilter, LocationFilter, WarehouseFilter
from channels.models import Communicated
from channels.publishing import Place, decide
from inventory.admin.readonly import ReadOnlyMixin
from inventory.admin.refusals import RefusalsMixin

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
    ]
    list_filter = [
        ("channel", RelatedDropdownFilter),
        WarehouseFilter,
        LocationFilter,
        ("state", ChoicesDropdownFilter),
        DiffersFilter,
    ]
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    search_fields = ["product__sku", "product__name"]
    search_help_text = "SKU or name"
    show_full_result_count = False
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
        return super().get_queryset(request).select_related("product", "channel", "location")

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

    # Every rule so far gives more for more at hand, so that column's order is this one's too.
    @display(description="Should send", ordering="available")
    def show_should(self, row: Any) -> str:
        if row.decision is None or row.decision.quantity is None:
            why = "No location" if row.decision is None else "Never counted: nothing is sent"
            return format_html('<span title="{}">{}</span>', why, NOTHING)
        return format_html("<strong>{}</strong>", row.decision.quantity)

    @display(description="Acknowledged", ordering="acknowledged")
    def show_acknowledged(self, row: Any) -> str | int:
        should = row.decision.quantity if row.decision else None
        shown = UNKNOWN if row.acknowledged is None else row.acknowledged
        if should in {None, row.acknowledged}:
            return NOTHING if row.acknowledged is None else shown
        return format_html('<span class="sc-warn" title="Differs">{}</span>', shown)

    @display(description="When", ordering="acknowledged_at")
    def show_acknowledged_at(self, row: Communicated) -> str:
        return ago(row.acknowledged_at)

    @display(description="State", ordering="state")
    def show_state(self, row: Communicated) -> str:
        state = badge(STATE_COLORS[Communicated.State(row.state)], row.get_state_display())
        if not row.reason:
            return state
        why = format_html(
            '<span title="{}">{}</span>', reasons.advice(row.reason), reasons.label(row.reason)
        )
        return two_lines(state, why)
