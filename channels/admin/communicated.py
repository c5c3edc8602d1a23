"""Communicate inventory to external sources: what every channel is told, and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.views import ChangeList

from channels import communicated, finding, reasons
from channels.admin import communicated_above as above
from channels.admin import communicated_export as export
from channels.admin import communicated_moment
from channels.admin.cells import STATE_COLORS, activity, when
from channels.admin.communicated_filters import (
    ActivityFilter,
    ChannelFilter,
    DiffersFilter,
    LocationFilter,
    ProfileFilter,
    SellingListFilter,
    StateFilter,
    WarehouseFilter,
)
from channels.admin.communicated_list import CommunicatedList
from channels.admin.explanation import explain
from channels.admin.following import differs_since, so_long
from channels.communicated import SILENT
from channels.models import Communicated
from channels.rules import Decision
from desk import numbers
from desk.cells import NOTHING, badge, list_of, two_lines
from desk.errors import Refused
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin
from desk.refusals import RefusalsMixin

FOLLOWED = "part"
PARTS = {
    "drawer": "admin/channels/communicated/drawn.html",
    FOLLOWED: "admin/channels/communicated/explanation.html",
}
"""Asked for instead of the whole page: what the drawer shows, and what a page follows."""


def _why_none(decision: Decision | None) -> str:
    if decision is None:
        return gettext("No location")
    if decision.is_left_alone:
        return gettext("Told once and left alone until Update Q")
    if decision.is_cleared:
        return gettext("Never counted: the number is taken away")
    return gettext("Never counted: nothing is sent")


def _known(row: communicated.Row, number: int) -> str:
    """A dash where nothing was recorded by then: a 0 would be taken for a count."""
    return NOTHING if row.is_unknown else numbers.shown(number)


def _rule(row: communicated.Row) -> str:
    rule = row.profile or gettext("Product value")
    return f"{rule} · {row.selling_list}" if row.selling_list else rule


def _acknowledged(row: communicated.Row) -> str:
    """Marked where the channel shows another number than it is told."""
    decided = row.explanation.quantity if row.explanation else None
    if decided in {None, row.acknowledged} or row.state in SILENT:
        return NOTHING if row.acknowledged is None else numbers.shown(row.acknowledged)
    number = gettext("unknown")
    if row.acknowledged is not None:
        number = numbers.shown(row.acknowledged)
    differs = gettext("Differs from what it should show")
    return format_html('<span class="sc-warn" title="{}">{}</span>', differs, number)


@admin.register(Communicated)
class CommunicatedAdmin(RefusalsMixin, ReadOnlyMixin, ModelAdmin):
    """Read-only. Sending is added by the floor that can send."""

    is_counted_in_rows = True

    list_display = [
        "show_product",
        "show_place",
        "show_on_hand",
        "show_committed",
        "show_available",
        "show_backordered",
        "show_should",
        "show_acknowledged",
        "show_acknowledged_at",
        "show_state",
    ]
    list_filter = [
        ("channel", ChannelFilter),
        ("location__feeds__warehouse", WarehouseFilter),
        ("location", LocationFilter),
        StateFilter,
        DiffersFilter,
        ("profile", ProfileFilter),
        ("selling_list", SellingListFilter),
        ActivityFilter,
    ]
    list_filter_submit = True
    list_filter_sheet = True
    list_fullwidth = True
    list_before_template = "admin/channels/communicated/above.html"
    list_after_template = "admin/channels/communicated/drawer.html"
    search_fields = ["product__sku", "product__name"]
    search_help_text = _("SKU or name")
    ordering = ["product__sku"]
    empty_hint = _(
        "Nothing is communicated yet. Connect a channel, then tick it under Marketplace on a"
        " product's page: one row appears here for each of the channel's locations."
    )

    class Media:
        js = ["stockcast/drawer.js", "stockcast/follow.js"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CommunicatedList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return finding.matching(queryset, search_term), False

    def get_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return []

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.export_view)
        return [
            path("export/<str:form>/", view, name="channels_communicated_export"),
            *super().get_urls(),
        ]

    def export_view(self, request: HttpRequest, form: str) -> Any:
        """What is filtered, as a file. Raises PermissionDenied, Http404 for an unknown form."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return export.answer(self.get_changelist_instance(request), form)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(list_of(Communicated))
        except Refused:  # said again where the moment is typed
            return HttpResponseRedirect(f"../../?{request.GET.urlencode()}")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list now, or as of a past moment. A moment that can not be shown stays typed, and
        what is shown is of now."""
        try:
            moment = communicated_moment.asked(request)
            shown = above.context(request, moment)
        except Refused as refused:
            shown = above.refused(request, refused)
        return super().changelist_view(request, shown | (extra_context or {}))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """The explanation instead of a form; the drawer shows the same."""
        row = kwargs.get("obj")
        if isinstance(row, Communicated):
            context |= {
                "explanation": explain(row, _moment(request), request.GET.get("span", "")),
                "title": f"{row.product.sku} {row.product.name}",
                "subtitle": f"{row.channel.name}"
                + (f" · {row.location.name}" if row.location else ""),
                "original": row,
            }
            for part, name in PARTS.items():
                if part in request.GET:
                    context["is_followed"] = part == FOLLOWED
                    return TemplateResponse(request, name, context)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        return self.get_queryset(request).filter(pk=unquote(object_id)).first()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Communicated]:
        rows: QuerySet[Communicated] = super().get_queryset(request)
        return rows.select_related(
            "product", "channel", "location", "profile", "selling_list", "listing", "level"
        )

    @display(description=_("Product"), ordering="product__sku", header=True)
    def show_product(self, row: Any) -> list[str]:
        return [row.shown.sku, row.shown.product]

    @display(description=_("Channel"), header=True)
    def show_place(self, row: Any) -> list[str]:
        return [row.shown.channel, row.shown.location or gettext("no location")]

    @display(description=_("Quantity in stock"), ordering="on_hand")
    def show_on_hand(self, row: Any) -> str | int:
        return _known(row.shown, row.shown.on_hand)

    @display(description=_("Quantity on orders"), ordering="committed")
    def show_committed(self, row: Any) -> str | int:
        return _known(row.shown, row.shown.committed)

    @display(description=_("Quantity at hand"), ordering="available")
    def show_available(self, row: Any) -> str | int:
        number: int = row.shown.available
        return (
            _known(row.shown, number)
            if number >= 0
            else format_html('<span class="sc-bad">{}</span>', numbers.shown(number))
        )

    @display(description=_("Quantity backordered"), ordering="backordered")
    def show_backordered(self, row: Any) -> str | int:
        return _known(row.shown, row.shown.backordered)

    @display(description=_("Should send"), ordering="should")
    def show_should(self, row: Any) -> str:
        number, decision = row.shown.should, row.shown.explanation
        if decision is None or number is None:
            return format_html('<span title="{}">{}</span>', _why_none(decision), NOTHING)
        written = numbers.shown(number)
        if decision.is_left_alone:
            why = gettext("Told once and left alone until Update Q")
            return format_html('<span class="sc-quiet" title="{}">{}</span>', why, written)
        if row.shown.untold:
            why = gettext("%(number)s would be right; %(why)s") % {
                "number": written,
                "why": communicated.not_sent(row.shown),
            }
            return format_html('<span class="sc-quiet" title="{}">{}</span>', why, written)
        return format_html("<strong>{}</strong>", written)

    @display(description=_("Acknowledged"), ordering="acknowledged")
    def show_acknowledged(self, row: Any) -> str | int:
        """And, where the channel says so, whether it offers the product."""
        number = _acknowledged(row.shown)
        words = activity(row.shown.is_buyable)
        return two_lines(number, words) if words else number

    @display(description=_("When"), ordering="acknowledged_at")
    def show_acknowledged_at(self, row: Any) -> str:
        """And since when it does not show what it should."""
        told = row.shown
        acknowledged_at = when(told.acknowledged_at, is_past=row.is_past)
        differs = None if row.is_past else differs_since(row, told)
        if differs is not None:
            words = format_html(gettext("has differed for {}"), so_long(differs))
            return two_lines(acknowledged_at, words)
        if told.unconfirmed_since is None:
            return acknowledged_at
        since = when(told.unconfirmed_since, is_past=row.is_past)
        return two_lines(acknowledged_at, format_html(gettext("unconfirmed since {}"), since))

    @display(description=_("State and rule"))
    def show_state(self, row: Any) -> str:
        """And why, and what rule its number goes by."""
        if row.is_past and row.shown.is_unknown:
            return two_lines(NOTHING, gettext("nothing was known yet"))
        kind = Communicated.State(row.shown.state)
        state = badge(STATE_COLORS[kind], kind.label)
        if not row.shown.reason:
            return two_lines(state, _rule(row.shown))
        why = format_html(
            '<span title="{}">{}</span>',
            reasons.advice(row.shown.reason),
            reasons.label(row.shown.reason),
        )
        return two_lines(state, two_lines(why, _rule(row.shown)))


def _moment(request: HttpRequest) -> Any:
    """Of an explanation; what is no past moment is now."""
    try:
        return communicated_moment.asked(request)
    except Refused as refused:
        messages.error(request, refused.message)
        return None
