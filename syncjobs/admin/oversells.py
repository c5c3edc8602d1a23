"""Oversell cases: what was promised twice, how it could happen, what would have prevented it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib import admin, messages
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display

from desk import moments
from desk.cells import NOTHING, ago, badge, link, page_of, two_lines
from desk.dialogs import ObjectDialog, ask, reported
from desk.filters import MomentFilter
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin
from desk.saying import gettext, ngettext
from syncjobs import forensics
from syncjobs.admin import oversell_words
from syncjobs.admin.oversell_words import OVERSELLS
from syncjobs.forensics.phrases import span, units
from syncjobs.models import Oversell

CLOSE = "syncjobs.change_oversell"

KINDS = {
    "sold": ("warning", _("Sold there")),
    "heard": ("info", _("Heard of")),
    "short": ("danger", _("Oversold")),
    "moved": ("info", _("Stock")),
    "told": ("info", _("Written")),
    "answered": ("success", _("Answered")),
    "read": ("warning", _("Read")),
    "believed": ("info", _("Believed")),
    "run": ("danger", _("Run")),
}


class Moment(NamedTuple):
    """One line of a timeline as the page shows it. `moment` is ISO 8601; `url` is empty where there
    is no page or the person may not see it."""

    moment: str
    day: str
    clock: str
    kind: str
    badge: str
    what: str
    url: str


def timeline(request: HttpRequest, case: Oversell) -> list[Moment]:
    """The stored timeline with times to the millisecond and links to what it is about."""
    return [_moment(request, entry) for entry in case.timeline]


def _moment(request: HttpRequest, entry: dict[str, Any]) -> Moment:
    local = timezone.localtime(datetime.fromisoformat(entry["at"]))
    return Moment(
        local.isoformat(),
        moments.day(local),
        local.isoformat(sep=" ", timespec="milliseconds")[11:23],
        entry["kind"],
        badge(*KINDS.get(entry["kind"], ("info", entry["kind"]))),
        OVERSELLS.line(entry["what"]) or entry["what"],
        _url(request, entry["model"], entry["pk"]),
    )


def _url(request: HttpRequest, label: str, pk: int) -> str:
    model = apps.get_model(label)
    app, name = label.split(".")
    if not (admin.site.is_registered(model) and request.user.has_perms([f"{app}.view_{name}"])):
        return ""
    return page_of(model(pk=pk))


class StateFilter(DropdownFilter):
    """Open, covered again, or closed."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [
            ("unclosed", _("Not closed")),
            ("open", _("Open")),
            ("covered", _("Covered again")),
            ("closed", _("Closed")),
        ]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in {"closed", "unclosed"}:
            return queryset.filter(closed_at__isnull=self.value() == "unclosed")
        if self.value() == "open":
            return queryset.filter(closed_at=None, available__lt=0)
        if self.value() == "covered":
            return queryset.filter(closed_at=None, available__gte=0)
        return queryset


class CloseDialog(ObjectDialog):
    """A yes."""

    model = Oversell


@admin.register(Oversell)
class OversellAdmin(ReadOnlyMixin, ModelAdmin):
    """Opened by the ledger, told by forensics; a person only closes."""

    list_display = [
        "show_product",
        "warehouse",
        "show_channel",
        "show_order",
        "short",
        "show_window",
        "show_seconds",
        "show_opened",
        "show_state",
    ]
    list_filter = [
        StateFilter,
        ("window", ChoicesDropdownFilter),
        ("channel", RelatedDropdownFilter),
        ("opened_at", MomentFilter),
    ]
    list_filter_submit = True
    list_fullwidth = True
    search_fields = ["=product__sku", "=order__number"]
    search_help_text = _("A whole SKU or order number")
    ordering = ["-id"]
    actions = ["close_cases"]
    actions_detail = ["close_case"]
    empty_hint = _(
        "Nothing was sold twice. When an order takes more than is left, a case opens here by"
        " itself: it tells from the receipts how that could happen and which setting would have"
        " prevented it."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Oversell]:
        cases: QuerySet[Oversell] = super().get_queryset(request)
        known = cases.select_related("product", "warehouse", "channel", "order")
        may_open = Value(request.user.has_perms(["orders.view_salesorder"]))
        return known.annotate(available=forensics.covered(), may_open=may_open)

    def get_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return []

    def has_close_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Whether the person may close cases."""
        return request.user.has_perms([CLOSE])

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        is_open = Oversell.objects.filter(pk=object_id, closed_at=None).exists()
        return super().get_actions_detail(request, object_id) if is_open else []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """The story instead of a form."""
        case = kwargs.get("obj")
        if isinstance(case, Oversell):
            covered = forensics.coverage(case)
            context |= {
                "title": gettext("%(sku)s: %(units)s short")
                % {"sku": case.product.sku, "units": oversell_words.units(units(case.short))},
                "subtitle": str(case.warehouse),
                "case": case,
                "advice": OVERSELLS.said(case.advice),
                "moments": timeline(request, case),
                "state": self.show_state(case),
                "seconds": self.show_seconds(case),
                "product_page": _url(request, "inventory.product", case.product_id),
                "channel_page": _url(request, "channels.channel", case.channel_id or 0),
                "order_page": _url(request, "orders.salesorder", case.order_id or 0),
                "covered": covered,
            }
        return super().render_change_form(request, context, *args, **kwargs)

    @action(description=_("Close case"), permissions=["close"])
    def close_cases(self, request: HttpRequest, cases: QuerySet[Oversell]) -> None:
        chosen = list(cases.filter(closed_at=None).order_by("pk"))
        number = forensics.close([case.pk for case in chosen], request.user.get_username())
        for case in chosen:
            self.log_change(request, case, gettext("Closed."))
        told = ngettext("%(number)d case closed.", "%(number)d cases closed.", number) % {
            "number": number
        }
        self.message_user(request, told, messages.SUCCESS if number else messages.INFO)

    @action(
        description=_("Close case"),
        icon="task_alt",
        permissions=["close"],
        dialog=ask(
            CloseDialog,
            _("Close this case?"),
            _(
                "It stays here to be read. The next oversell of the product opens a case of its"
                " own."
            ),
            _("Close case"),
        ),
    )
    @reported
    def close_case(self, _request: HttpRequest, form: CloseDialog) -> str | None:
        return gettext("Closed.") if forensics.close([form.object.pk], form.actor) else None

    @display(description=_("Product"), ordering="product__sku")
    def show_product(self, case: Oversell) -> str:
        return two_lines(case.product.sku, case.product.name)

    @display(description=_("Channel"), ordering="channel__name", empty_value=NOTHING)
    def show_channel(self, case: Oversell) -> str:
        return (
            str(case.channel)
            if case.channel
            else gettext("Placed here")
            if case.advice
            else NOTHING
        )

    @display(description=_("Order"), ordering="order__number")
    def show_order(self, case: Any) -> str:
        if case.order is None:
            return NOTHING
        return link(page_of(case.order), case.order) if case.may_open else str(case.order)

    @display(description=_("Window"), ordering="window")
    def show_window(self, case: Oversell) -> str:
        return case.get_window_display() if case.advice else gettext("Being looked into")

    @display(description=_("Was open for"), ordering="window_seconds")
    def show_seconds(self, case: Oversell) -> str:
        seconds = case.window_seconds
        return NOTHING if seconds is None else oversell_words.span(span(seconds))

    @display(description=_("Opened"), ordering="opened_at")
    def show_opened(self, case: Oversell) -> str:
        return ago(case.opened_at)

    @display(description=_("State"))
    def show_state(self, case: Oversell) -> str:
        if case.closed_at is not None:
            return badge("", gettext("Closed"))
        is_covered = (getattr(case, "available", None) or 0) >= 0
        return (
            badge("success", gettext("Covered again"))
            if is_covered
            else badge("danger", gettext("Open"))
        )
