"""The lines of an order on its page. The verbs write them: the page only collects what is asked."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from desk.saying import gettext
from inventory.admin.quantities import QuantitiesInline
from orders.models import SalesOrder, SalesOrderLine


def is_editable(order: Any) -> bool:
    """Whether units may still be changed; a new order's may."""
    return not isinstance(order, SalesOrder) or (
        order.archived_at is None and order.status != SalesOrder.Status.CANCELED
    )


class LineForm(forms.ModelForm):
    """Refuses beside the field what the verb would refuse, so that nothing typed is lost."""

    def clean_ordered(self) -> int:
        """Not fewer than have left or stand on sent ASNs."""
        ordered: int = self.cleaned_data["ordered"]
        least = max(self.instance.shipped, self.instance.notified)
        if ordered < least:
            raise forms.ValidationError(
                gettext(
                    "%(sku)s: %(ordered)d is less than the %(least)d already shipped or on sent"
                    " ASNs. Give at least %(least)d."
                )
                % {"sku": self.instance.product.sku, "ordered": ordered, "least": least}
            )
        return ordered


class LineInline(QuantitiesInline):
    """What was ordered, and what became of it. To take a line away, set it to 0."""

    form = LineForm

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
