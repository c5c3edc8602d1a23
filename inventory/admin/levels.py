"""Stock levels: looked at here, changed by verbs only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from desk.cells import flag
from desk.lists import ChangeList, ModelAdmin
from desk.paging import FoundFirst
from desk.readonly import ReadOnlyMixin
from inventory.admin.exporting import ExportMixin
from inventory.models import StockLevel


def link_to_movements(level: StockLevel) -> str:
    """A link to the ledger's lines that make up this level."""
    url = reverse("admin:inventory_movement_changelist")
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500"'
        ' href="{}?product__id__exact={}&warehouse__id__exact={}">{}</a>',
        url,
        level.product_id,
        level.warehouse_id,
        gettext("Movements"),
    )


def _in_sight(request: HttpRequest, columns: Sequence[Any]) -> list[Any]:
    """Who may not read the ledger is not led to it."""
    may_read = request.user.has_perms(["inventory.view_movement"])
    return [each for each in columns if may_read or each != "show_movements"]


class LevelList(ChangeList):
    """Sorted by one column alone: by SKU, too, where it is alike, would be to join a million."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        found: list[Any] = super().get_ordering(request, queryset.order_by())
        return found


@admin.register(StockLevel)
class StockLevelAdmin(ExportMixin, ReadOnlyMixin, ModelAdmin):
    """All levels, product by product."""

    file_kind = "opening_stock"

    list_display = [
        "product",
        "warehouse",
        "on_hand",
        "committed",
        "available",
        "show_backordered",
        "incoming",
        "staged",
        "show_known",
        "show_movements",
    ]
    list_filter = [("warehouse", RelatedDropdownFilter), "is_known"]
    list_filter_submit = True
    list_select_related = ["product", "warehouse"]
    search_fields = ["product__sku", "product__name", "product__barcode"]
    search_help_text = _("SKU, name or barcode")
    ordering = ["product__sku", "warehouse__code"]
    fields = [
        ("product", "warehouse"),
        ("on_hand", "committed", "available"),
        ("incoming", "staged", "is_known"),
        "show_movements",
    ]
    readonly_fields = ["available", "show_movements"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LevelList

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A movement would have to write an index of each quantity: all are looked through."""
        return FoundFirst(*args, **kwargs)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return _in_sight(request, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return _in_sight(request, super().get_fields(request, obj))

    @display(description=_("Quantity backordered"))
    def show_backordered(self, level: StockLevel) -> int:
        return max(level.committed - level.on_hand, 0)

    @display(description=_("Known"), ordering="is_known")
    def show_known(self, level: StockLevel) -> str:
        return flag(gettext("yes"), is_on=level.is_known)

    @display(description=_("ledger"))
    def show_movements(self, level: StockLevel) -> str:
        return link_to_movements(level)
