"""Stocktakes: choose products, count them, close."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldBooleanWidget

from desk.dialogs import ObjectDialog, ask, reported
from desk.lists import ModelAdmin
from desk.refusals import RefusalsMixin
from desk.saying import gettext
from desk.searching import NumberSearchMixin
from inventory import counting
from inventory.admin.count_sheet import CountSheetMixin
from inventory.admin.statuses import COLORS, OfferedMixin
from inventory.admin.stocktake_lines import CountInline, ProductInline
from inventory.admin.warehouse_work.count import CountingMixin
from inventory.admin.warehouse_work.review import ReviewMixin
from inventory.errors import InvalidLines
from inventory.models import Stocktake

Status = Stocktake.Status


class StocktakeDialog(ObjectDialog):
    """A yes."""

    model = Stocktake


class CloseDialog(StocktakeDialog):
    """A yes, with or without what was not counted."""

    skip_uncounted = forms.BooleanField(
        label=_("Leave lines without a count as they are"),
        required=False,
        widget=UnfoldBooleanWidget,
    )


def is_open(stocktake: Any) -> bool:
    """Whether it may still be counted; a new stocktake is open."""
    return not isinstance(stocktake, Stocktake) or stocktake.status == Status.OPEN


@admin.register(Stocktake)
class StocktakeAdmin(
    CountSheetMixin,
    CountingMixin,
    ReviewMixin,
    RefusalsMixin,
    NumberSearchMixin,
    OfferedMixin,
    ModelAdmin,
):
    """Open, closed, canceled."""

    list_display = ["__str__", "warehouse", "show_status", "note", "opened_by", "opened_at"]
    list_filter = ["status", ("warehouse", RelatedDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["warehouse"]
    prefix = "ST-"
    search_fields = ["note", "opened_by"]
    search_help_text = _("Number, note or who opened it")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("warehouse", "status"),
                    "note",
                    ("opened_by", "opened_at"),
                    ("closed_by", "closed_at"),
                ]
            },
        ),
    ]
    add_fieldsets = [(None, {"fields": ["warehouse", "note"]})]
    actions_detail = [
        "count_scanned",
        "review_counts",
        "count_sheet",
        "add_stocked",
        "close_stocktake",
        "cancel_stocktake",
    ]
    offered = {
        Status.OPEN: (
            "count",
            "review",
            "count-sheet",
            "add_stocked",
            "close_stocktake",
            "cancel_stocktake",
        ),
        Status.CLOSED: ("review",),
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["status", "opened_by", "opened_at", "closed_by", "closed_at"]
        return [*fixed, "warehouse"] if obj else fixed

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        counts = [CountInline] if obj else []
        return [*counts, ProductInline] if is_open(obj) else counts

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A stocktake is canceled instead, and stays on record."""
        return False

    def save_model(self, request: HttpRequest, obj: Stocktake, form: Any, change: Any) -> None:
        if not change:
            obj.opened_by = request.user.get_username()
            super().save_model(request, obj, form, change)
        else:
            obj.save(update_fields=["note"])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: Any) -> None:
        """Lines are written by the verbs, which freeze the expectation under lock."""
        lines = formset.save(commit=False)
        counted = {line.product_id: line.counted for line in lines if line.pk}
        if None in counted.values():
            raise InvalidLines(
                gettext("A count can be replaced, not taken back: give a number."), field="counted"
            )
        if added := [line.product_id for line in lines if not line.pk]:
            counting.add(form.instance, added)
        if counted:
            counting.record(form.instance, counted, request.user.get_username())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stocktake]:
        return super().get_queryset(request).select_related("warehouse")

    @display(description=_("status"), ordering="status", label=COLORS)
    def show_status(self, stocktake: Stocktake) -> tuple[str, str]:
        return stocktake.status, stocktake.get_status_display()

    @action(
        description=_("Close and post"),
        icon="task_alt",
        permissions=["change"],
        dialog=ask(
            CloseDialog,
            _("Close and post the differences?"),
            _("Stock is set to what was counted. Lines that moved since must be counted again."),
            _("Close"),
        ),
    )
    @reported
    def close_stocktake(self, _request: HttpRequest, form: CloseDialog) -> str | None:
        skip = form.cleaned_data["skip_uncounted"]
        is_done = counting.close(form.object, form.actor, skip_uncounted=skip)
        return gettext("Closed: the differences are posted.") if is_done else None

    @action(
        description=_("Cancel"),
        icon="block",
        permissions=["change"],
        dialog=ask(
            StocktakeDialog,
            _("Cancel this stocktake?"),
            _("No stock changes."),
            _("Cancel the stocktake"),
        ),
    )
    @reported
    def cancel_stocktake(self, _request: HttpRequest, form: StocktakeDialog) -> str | None:
        is_done = counting.cancel(form.object, form.actor)
        return gettext("Canceled: no stock changed.") if is_done else None

    @action(
        description=_("Add all products kept here"),
        icon="playlist_add",
        permissions=["change"],
        dialog=ask(
            StocktakeDialog,
            _("Add all products?"),
            _("Every product that this warehouse ever kept is put on the stocktake."),
            _("Add"),
        ),
    )
    @reported
    def add_stocked(self, _request: HttpRequest, form: StocktakeDialog) -> str | None:
        levels = form.object.warehouse.levels.filter(is_known=True)
        is_done = counting.add(form.object, levels.values_list("product_id", flat=True))
        return gettext("All products kept here are on the stocktake.") if is_done else None
