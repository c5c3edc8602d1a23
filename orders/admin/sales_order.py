"""Sales orders: placed, edited, shipped, notified, archived, each by its verb."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from desk.filters import MomentFilter
from desk.lists import ModelAdmin
from desk.refusals import RefusalsMixin
from inventory.ledger import Cause
from inventory.models import Product
from orders import intake
from orders.admin import numbered
from orders.admin.banner import Banner
from orders.admin.bulk import BulkActions
from orders.admin.filters import (
    ArchivedFilter,
    BlockedFilter,
    HoldingFilter,
    SourceFilter,
    WarehouseFilter,
)
from orders.admin.lines import LineInline, NewLineInline, is_editable
from orders.admin.listing import Rows
from orders.admin.page import Page
from orders.admin.steps import Steps
from orders.admin.warehouse_work import Work
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder, SalesOrderLine

TYPED = ["source", "customer"]


@admin.register(SalesOrder)
class SalesOrderAdmin(Rows, Banner, Page, Work, BulkActions, Steps, RefusalsMixin, ModelAdmin):
    """Open, closed, canceled; archived or not.

    A floor above, which knows channels, extends it by unregistering and subclassing: more_blocks,
    told_after and held_down say what it adds."""

    list_filter = [
        ("status", ChoicesDropdownFilter),
        ArchivedFilter,
        HoldingFilter,
        BlockedFilter,
        ("lines__warehouse", WarehouseFilter),
        SourceFilter,
        ("placed_at", MomentFilter),
    ]
    list_filter_submit = True
    search_fields = ["number__istartswith", "customer__istartswith"]
    search_help_text = _(
        "How a number or a customer's name begins, a channel's own number, or a whole SKU"
    )
    empty_hint = _("Orders of connected channels appear here by themselves; or add one by hand.")
    fieldsets = [(None, {"fields": ["number", ("source", "customer")]})]

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> list[str]:
        return ["number"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        if obj is None:
            return [NewLineInline]
        may_edit = is_editable(obj) and self.has_change_permission(request, obj)
        return [LineInline, NewLineInline] if may_edit else []

    def get_search_results(
        self, _request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A whole SKU finds the orders of that product, and one that has it for its number."""
        product = Product.objects.filter(sku__iexact=numbered.readable(search_term)).first()
        if product is None:
            return numbered.searched(queryset, search_term), False
        lines = Exists(SalesOrderLine.objects.filter(order=OuterRef("pk"), product=product))
        named = numbered.whole(search_term)
        return queryset.filter(lines | Q(pk__in=named) if named else lines), False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """An order is canceled or archived instead, and stays on record."""
        return False

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

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, under the banner."""
        if request.method == "GET":
            extra_context = {**(extra_context or {}), "counting": self.counting(request)}
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response


def _drafted(line: SalesOrderLine) -> DraftLine:
    return DraftLine(line.product_id, line.warehouse_id, line.ordered)
