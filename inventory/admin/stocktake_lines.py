"""The two tables of a stocktake: lines to count, and products to add."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.utils import display_for_label

from desk.lists import TabularInline
from inventory import counting
from inventory.admin.quantities import QuantitiesInline
from inventory.models import Stocktake, StocktakeLine

COLORS = {"moved": "danger", "counted": "success", "open": "info"}


class CountForm(forms.ModelForm):
    """One count. Where stock moved, the old one is not repeated: the recount is typed anew.

    What counts as typed is judged against what the page showed (the hidden initial), for stock may
    have moved since, and an old count sent along with others is no recount.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counted = self.fields.get("counted")
        if counted is None:
            return
        counted.show_hidden_initial = True
        if getattr(self.instance, "is_moved", False) and self.instance.counted is not None:
            self.initial["counted"] = None
            was = gettext("was %d") % self.instance.counted
            counted.widget.attrs["placeholder"] = was


class CountInline(QuantitiesInline):
    """Lines with their expectation; the count is all that a person writes. What moved after the
    stocktake was closed is no matter of it."""

    model = StocktakeLine
    form = CountForm
    verbose_name_plural = _("counts")
    fields = ["product", "expected", "counted", "variance", "show_state", "counted_by"]
    readonly_fields = ["product", "expected", "variance", "show_state", "counted_by"]
    extra = 0
    can_delete = False
    hide_title = True
    least = {"counted": 0}
    # A page of lines fits into one request whatever the stocktake's size.
    per_page = 100

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request).select_related("product").order_by("pk")
        is_open = Q(stocktake__status=Stocktake.Status.OPEN)
        lines: QuerySet[Any] = queryset.annotate(is_moved=is_open & counting.moved_since_frozen())
        return lines

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("state"))
    def show_state(self, line: Any) -> Any:
        state = ("counted", gettext("counted"))
        if line.counted is None:
            state = ("open", gettext("not counted"))
        elif line.is_moved:
            state = ("moved", gettext("moved: recount"))
        return display_for_label(state, "-", COLORS)


class ProductInline(TabularInline):
    """Products to put on the stocktake; those on it already are in the other table."""

    model = StocktakeLine
    verbose_name = _("product to count")
    verbose_name_plural = _("products to add")
    fields = ["product"]
    autocomplete_fields = ["product"]
    extra = 1
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        lines: QuerySet[Any] = super().get_queryset(request)
        return lines.none()
