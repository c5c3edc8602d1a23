"""Sales orders: placed, edited, shipped, notified, archived, each by its verb."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from desk.lists import ModelAdmin
from desk.moments import MomentFilter
from desk.refusals import RefusalsMixin
from inventory.admin.statuses import COLORS
from inventory.ledger import Cause
from orders import intake
from orders.admin.bulk import BulkActions
from orders.admin.lines import AsnInline, LineInline, NewLineInline, is_editable
from orders.admin.steps import Steps
from orders.admin.totals import canceled_but_counting, held_by_canceled, with_totals
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder, SalesOrderLine

TYPED = ["source", "customer"]
COUNTING = "canceled_but_counting"


class HoldingFilter(admin.SimpleListFilter):
    """Canceled orders that go on holding stock."""

    title = _("holding")
    parameter_name = "holding"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [(COUNTING, _("Canceled but still counting"))]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[SalesOrder]) -> Any:
        return canceled_but_counting(queryset) if self.value() == COUNTING else queryset


class ArchivedFilter(admin.SimpleListFilter):
    """Archived or not."""

    title = _("archive")
    parameter_name = "archived"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [("no", _("Not archived")), ("yes", _("Archived"))]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[SalesOrder]) -> Any:
        if self.value() in {"no", "yes"}:
            return queryset.filter(archived_at__isnull=self.value() == "no")
        return queryset


@admin.register(SalesOrder)
class SalesOrderAdmin(BulkActions, Steps, RefusalsMixin, ModelAdmin):
    """Open, closed, canceled; archived or not."""

    list_display = [
        "number",
        "source",
        "customer",
        "placed_at",
        "show_status",
        "show_archived",
        "show_ordered",
        "show_shipped",
        "show_held",
    ]
    list_filter = ["status", ArchivedFilter, HoldingFilter, "source", ("placed_at", MomentFilter)]
    list_filter_submit = True
    search_fields = ["number", "customer"]
    search_help_text = _("Number or customer")
    add_fieldsets = [(None, {"fields": ["number", ("source", "customer")]})]
    fieldsets = [
        (None, {"fields": [("number", "status"), ("source", "customer"), "show_held"]}),
        (_("When"), {"fields": [("placed_at", "dispatched_at", "archived_at")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_totals(super().get_queryset(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["number", "status", "placed_at", "dispatched_at", "archived_at", "show_held"]
        return fixed if obj else []

    def get_inlines(self, _request: HttpRequest, obj: Any) -> list[Any]:
        if obj is None:
            return [NewLineInline]
        return [LineInline, *([NewLineInline] if is_editable(obj) else []), AsnInline]

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """An order is canceled or archived instead, and stays on record."""
        return False

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The list, under a warning when canceled orders hold stock."""
        if request.method == "GET":
            self._warn(request)
        return super().changelist_view(request, *args, **kwargs)

    def _warn(self, request: HttpRequest) -> None:
        orders, units = held_by_canceled()
        if orders:
            told = ngettext(
                "%(orders)d canceled order still holds %(units)d units: archive it to release"
                " them.",
                "%(orders)d canceled orders still hold %(units)d units: archive them to release"
                " them.",
                orders,
            ) % {"orders": orders, "units": units}
            address = reverse(f"{self.admin_site.name}:orders_salesorder_changelist")
            link = format_html(
                '{} <a href="{}?holding={}">{}</a>', told, address, COUNTING, gettext("Show")
            )
            self.message_user(request, link, messages.WARNING)

    def save_model(self, _request: HttpRequest, obj: SalesOrder, _form: Any, change: Any) -> None:
        """Only what may be typed: the rest may have changed since the page was opened. A new order
        is placed with its lines, in save_related."""
        if change:
            obj.save(update_fields=TYPED)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Place or edit the order, by what the lines ask."""
        lines = [line for formset in formsets for line in formset.save(commit=False)]
        cause = Cause(actor=request.user.get_username(), document=form.instance.number)
        if not change:
            self._place(form.instance, lines, cause)
        elif lines:
            ordered = {line.pk: line.ordered for line in lines if line.pk}
            added = [_drafted(line) for line in lines if not line.pk]
            intake.edit(form.instance.pk, ordered, added, cause)

    def _place(self, order: SalesOrder, lines: list[SalesOrderLine], cause: Cause) -> None:
        drafted = [_drafted(line) for line in lines]
        draft = Draft(
            number=order.number, source=order.source, customer=order.customer, lines=drafted
        )
        order.pk = intake.place(draft, cause).pk

    @display(description=_("status"), ordering="status", label=COLORS)
    def show_status(self, order: SalesOrder) -> tuple[str, str]:
        return order.status, order.get_status_display()

    @display(description=_("archived"), ordering="archived_at")
    def show_archived(self, order: SalesOrder) -> str:
        return gettext("Archived") if order.archived_at else ""

    @display(description=_("units ordered"))
    def show_ordered(self, order: Any) -> int:
        return order.totals["ordered"] if order.totals else 0

    @display(description=_("shipped"))
    def show_shipped(self, order: Any) -> int:
        return order.totals["shipped"] if order.totals else 0

    @display(description=_("held (quantity on orders)"))
    def show_held(self, order: Any) -> int:
        return order.totals["held"] if order.totals else 0


def _drafted(line: SalesOrderLine) -> DraftLine:
    return DraftLine(line.product_id, line.warehouse_id, line.ordered)
