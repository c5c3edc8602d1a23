"""Process logs: what happened to which SKU on which channel, and what to do about it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display

from channels import reasons
from channels.models import Channel
from desk.cells import NOTHING, ago, badge, link, page_of, two_lines
from desk.lists import ModelAdmin
from desk.moments import MomentFilter
from desk.readonly import ReadOnlyMixin
from desk.refusals import RefusalsMixin
from inventory.models import Product
from syncjobs.admin.starting import NothingToSend, SenderMixin, announce, start
from syncjobs.models import ProcessLog, Run

COLORS = {
    ProcessLog.Level.INFO: "info",
    ProcessLog.Level.WARNING: "warning",
    ProcessLog.Level.ERROR: "danger",
}


class CodeFilter(DropdownFilter):
    """By reason, in words."""

    title = "reason"
    parameter_name = "code"

    def lookups(self, *_args: Any) -> list[tuple[str, str]]:
        return [(code.value, reason.label) for code, reason in reasons.REASONS.items()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(code=self.value()) if self.value() else queryset


@admin.register(ProcessLog)
class ProcessLogAdmin(SenderMixin, RefusalsMixin, ReadOnlyMixin, ModelAdmin):
    """Read-only; made for millions of lines, which are never counted."""

    list_display = [
        "show_when",
        "show_level",
        "show_sku",
        "channel",
        "show_reason",
        "show_advice",
    ]
    list_filter = [
        ("channel", RelatedDropdownFilter),
        CodeFilter,
        ("level", ChoicesDropdownFilter),
        ("created_at", MomentFilter),
    ]
    list_filter_submit = True
    list_fullwidth = True
    list_select_related = ["channel", "product", "run"]
    search_fields = ["sku", "message"]
    search_help_text = "SKU or message"
    ordering = ["-id"]
    sortable_by = ()
    actions = ["retry"]
    readonly_fields = [
        "show_when",
        "show_level",
        "show_sku",
        "channel",
        "show_reason",
        "show_advice",
        "show_run",
    ]
    fields = tuple(readonly_fields)
    empty_hint = "When a product is skipped or refused, its reason and what to do stand here."

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The page of a run leads here with its number."""
        return lookup == "run__id__exact" or super().lookup_allowed(lookup, value, request)

    @action(description="Retry: sync these products now", permissions=["send"])
    def retry(self, request: HttpRequest, lines: QuerySet[ProcessLog]) -> HttpResponse:
        products: dict[int, set[int]] = defaultdict(set)
        known = lines.filter(product__isnull=False).order_by()
        for channel_id, product_id in known.values_list("channel_id", "product_id").distinct():
            products[channel_id].add(product_id)
        if not products:
            raise NothingToSend("These lines are about no product: there is nothing to retry.")
        runs = [
            start(request, channel, Run.Kind.BULK, products[channel.pk], "Retry from process logs")
            for channel in Channel.objects.filter(pk__in=products).order_by("pk")
        ]
        return announce(request, runs)

    @display(description="When", ordering="created_at")
    def show_when(self, line: ProcessLog) -> str:
        return ago(line.created_at)

    @display(description="Level")
    def show_level(self, line: ProcessLog) -> str:
        return badge(COLORS[ProcessLog.Level(line.level)], line.get_level_display())

    @display(description="SKU")
    def show_sku(self, line: ProcessLog) -> str:
        if line.product_id is None:
            return line.sku or NOTHING
        return link(page_of(Product(pk=line.product_id)), line.sku)

    @display(description="Reason")
    def show_reason(self, line: ProcessLog) -> str:
        label = reasons.label(line.code)
        return two_lines(label, line.message) if line.message not in {"", label} else label

    @display(description="What to do")
    def show_advice(self, line: ProcessLog) -> str:
        return reasons.advice(line.code) or NOTHING

    @display(description="Run")
    def show_run(self, line: ProcessLog) -> str:
        return link(page_of(line.run), line.run) if line.run else NOTHING
