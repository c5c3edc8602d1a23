"""The lines of an order on its page. The verbs write them: the page only collects what is asked."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from desk.readonly import ReadOnlyMixin
from inventory.admin.quantities import QuantitiesInline
from orders.models import Asn, SalesOrder, SalesOrderLine

NOTICE: Any = ["show_number", "status", "show_units", "carrier", "tracking_number", "sent_at"]


def is_editable(order: Any) -> bool:
    """Whether units may still be changed; a new order's may."""
    return not isinstance(order, SalesOrder) or (
        order.archived_at is None and order.status != SalesOrder.Status.CANCELED
    )


class LineInline(QuantitiesInline):
    """What was ordered, and what became of it. To take a line away, set it to 0."""

    model = SalesOrderLine
    verbose_name_plural = _("lines")
    fields = ["product", "warehouse", "ordered", "shipped", "notified", "returned"]
    readonly_fields = ["product", "warehouse", "shipped", "notified", "returned"]
    least = {"ordered": 0}
    extra = 0
    can_delete = False
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("product", "warehouse")

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_editable(obj) and super().has_change_permission(request, obj)


class NewLineInline(QuantitiesInline):
    """Lines to add."""

    model = SalesOrderLine
    verbose_name_plural = _("new lines")
    fields = ["product", "warehouse", "ordered"]
    least = {"ordered": 1}
    autocomplete_fields = ["product"]
    extra = 0
    can_delete = False
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).none()

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """An order has at least one line; the form says so before anything is tried."""
        is_new = obj is None
        return super().get_formset(request, obj, min_num=int(is_new), validate_min=is_new, **kwargs)

    def get_min_num(self, _request: HttpRequest, obj: Any = None, **_kwargs: Any) -> int:
        return int(obj is None)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_editable(obj) and super().has_add_permission(request, obj)


class AsnInline(ReadOnlyMixin, TabularInline):
    """The order's ASNs. Who sees this table may see their pages, too: both ask the same."""

    model = Asn
    fields = NOTICE
    readonly_fields = NOTICE
    extra = 0
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("lines__order_line__product")

    @display(description=_("ASN"))
    def show_number(self, asn: Asn) -> str:
        page = reverse(f"{self.admin_site.name}:orders_asn_change", args=[asn.pk])
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', page, asn
        )

    @display(description=_("units"))
    def show_units(self, asn: Asn) -> str:
        return ", ".join(
            f"{line.quantity} × {line.order_line.product.sku}" for line in asn.lines.all()
        )
