"""Notices: what channels told us by themselves, and what came of it. Nobody edits them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from channels.models import ChannelOrder, Notice
from desk.cells import NOTHING, ago, link
from desk.filters import MomentFilter
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin


@admin.register(Notice)
class NoticeAdmin(ReadOnlyMixin, ModelAdmin):
    """Read-only even to superusers; made for many lines, which are never counted."""

    list_display = [
        "show_received",
        "channel",
        "topic",
        "concern",
        "show_order",
        "show_taken",
        "show_message",
    ]
    list_display_links = ["topic"]
    list_filter = [
        ("channel", RelatedDropdownFilter),
        ("concern", ChoicesDropdownFilter),
        ("received_at", MomentFilter),
    ]
    list_filter_submit = True
    list_select_related = ["channel"]
    search_fields = ["=external_id", "order_id__endswith"]
    search_help_text = _("A webhook's id, or the end of an order's id at the channel")
    ordering = ["-id"]
    sortable_by = ()
    fields = [
        ("channel", "topic", "concern"),
        "external_id",
        ("show_order", "order_id"),
        ("item_id", "location_id", "available"),
        ("raised_at", "received_at", "taken_at"),
        "show_message",
        "body",
    ]
    readonly_fields = ["show_order", "show_message"]
    empty_hint = _("Channels that send webhooks tell here, within a second, what happens there.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        ours = ChannelOrder.objects.filter(
            channel=OuterRef("channel"), external_id=OuterRef("order_id")
        )
        shown: QuerySet[Notice] = super().get_queryset(request)
        return shown.annotate(
            binding_id=Subquery(ours.values("pk")[:1]),
            binding_number=Subquery(ours.values("number")[:1]),
        )

    @display(description=_("Received"))
    def show_received(self, notice: Notice) -> str:
        return ago(notice.received_at)

    @display(description=_("Order"))
    def show_order(self, notice: Any) -> str:
        if not notice.binding_id:
            return notice.order_id.rpartition("/")[2] or NOTHING
        page = reverse("admin:channels_channelorder_change", args=[notice.binding_id])
        return link(page, notice.binding_number)

    @display(description=_("Looked into"))
    def show_taken(self, notice: Notice) -> str:
        return ago(notice.taken_at)

    @display(description=_("What came of it"))
    def show_message(self, notice: Notice) -> str:
        return notice.message or (NOTHING if notice.taken_at else gettext("Waiting"))
