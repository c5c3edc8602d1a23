"""Publications: the receipts of what was told. Nobody edits a receipt."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from channels import reasons
from channels.admin import message, retelling
from channels.admin.filters import StatusFilter
from channels.admin.history import ACKNOWLEDGED, STATUS_COLORS, STATUS_MEANINGS
from channels.models import Publication
from channels.models.publication import Status
from desk import numbers
from desk.cells import NOTHING, ago, badge
from desk.filters import MomentFilter
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin


def _number(told: Publication) -> str:
    return NOTHING if told.quantity is None else numbers.shown(told.quantity)


def _why(told: Publication) -> str:
    """Why the channel did not take it; of one that it took there is nothing to say."""
    return reasons.label(told.code) if told.code and told.status not in ACKNOWLEDGED else ""


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
        ("status", StatusFilter),
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
                % {"quantity": _number(told), "product": told.level.listing.product},
                "publication": told,
                "sentence": retelling.sentence(told.explanation),
                "rule": retelling.rule_name(told.explanation["rule"]),
                "color": STATUS_COLORS[Status(told.status)],
                "reason": _why(told),
                "meaning": STATUS_MEANINGS[Status(told.status)],
                "advice": reasons.advice(told.code),
                "asked": message.asked(told),
                "answered": message.answered(told),
                "answer": message.answer_of(told),
                "message": message.message_of(told),
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
        change = "" if told.delta is None else numbers.change(told.delta)
        return format_html(
            '<strong>{}</strong> <span class="sc-quiet">{}</span>', _number(told), change
        )

    @display(description=_("Status"))
    def show_status(self, told: Publication) -> str:
        """With what it means, on hover; a receipt's own page says it in full."""
        status = Status(told.status)
        label = badge(STATUS_COLORS[status], status.label)
        return format_html('<span title="{}">{}</span>', STATUS_MEANINGS[status], label)

    @display(description=_("Reason"))
    def show_reason(self, told: Publication) -> str:
        return _why(told) or NOTHING
