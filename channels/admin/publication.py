"""Publications: the receipts of what was told. Nobody edits a receipt."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from channels import reasons
from channels.admin import retelling
from channels.admin.history import STATUS_COLORS
from channels.models import Publication
from channels.models.publication import Status
from desk.cells import NOTHING, ago
from desk.lists import ModelAdmin
from desk.moments import MomentFilter
from desk.readonly import ReadOnlyMixin


@admin.register(Publication)
class PublicationAdmin(ReadOnlyMixin, ModelAdmin):
    """Read-only even to superusers; made for millions of lines, which are never counted."""

    list_display = [
        "show_when",
        "show_product",
        "show_channel",
        "show_location",
        "show_told",
        "show_status",
        "show_reason",
    ]
    list_filter = [
        ("batch__channel", RelatedDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("created_at", MomentFilter),
        ("answered_at", MomentFilter),
    ]
    list_filter_submit = True
    search_fields = ["=level__listing__product__sku"]
    search_help_text = _("A whole SKU")
    ordering = ["-id"]
    sortable_by = ()
    empty_hint = _("Every number told to a channel leaves a receipt here, with its explanation.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        return (
            super()
            .get_queryset(request)
            .select_related("batch__channel", "level__location", "level__listing__product")
            .defer("batch__payload")
        )

    def get_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """The receipt instead of a form."""
        told = kwargs.get("obj")
        if isinstance(told, Publication):
            context |= {
                "title": gettext("Told %(quantity)s of %(product)s")
                % {"quantity": told.quantity, "product": told.level.listing.product},
                "publication": told,
                "sentence": retelling.sentence(told.explanation),
                "rule": retelling.rule_name(told.explanation["rule"]),
                "color": STATUS_COLORS[Status(told.status)],
                "reason": reasons.label(told.code) if told.code else "",
                "advice": reasons.advice(told.code),
                "payload": _readable(told.batch.payload),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=_("When"))
    def show_when(self, told: Publication) -> str:
        return ago(told.created_at)

    @display(description=_("Product"), header=True)
    def show_product(self, told: Publication) -> list[str]:
        product = told.level.listing.product
        return [product.sku, product.name]

    @display(description=_("Channel"))
    def show_channel(self, told: Publication) -> str:
        return told.batch.channel.name

    @display(description=_("Location"))
    def show_location(self, told: Publication) -> str:
        return told.level.location.name

    @display(description=_("Told"))
    def show_told(self, told: Publication) -> str:
        change = "" if told.delta is None else f"{told.delta:+d}"
        return format_html(
            '<strong>{}</strong> <span class="sc-quiet">{}</span>', told.quantity, change
        )

    @display(description=_("Status"), label=STATUS_COLORS)
    def show_status(self, told: Publication) -> tuple[str, str]:
        return told.status, told.get_status_display()

    @display(description=_("Reason"))
    def show_reason(self, told: Publication) -> str:
        return reasons.label(told.code) if told.code else NOTHING


def _readable(payload: str) -> str:
    """The stored message, indented for a person; its bytes in the database stay as sent."""
    return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
