"""Stock levels: looked at here, changed by verbs only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin
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


class LevelInline(ReadOnlyMixin, TabularInline):
    """Stock by warehouse, on the product's page."""

    model = StockLevel
    verbose_name_plural = _("stock by warehouse")
    fields = readonly_fields = (
        "warehouse",
        "on_hand",
        "committed",
        "available",
        "incoming",
        "staged",
        "is_known",
        "show_movements",
    )
    extra = 0
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        levels: QuerySet[Any] = super().get_queryset(request)
        return levels.select_related("warehouse")

    @display(description=_("ledger"))
    def show_movements(self, level: StockLevel) -> str:
        return link_to_movements(level)


@admin.register(StockLevel)
class StockLevelAdmin(ReadOnlyMixin, ModelAdmin):
    """All levels, product by product."""

    list_display = [
        "product",
        "warehouse",
        "on_hand",
        "committed",
        "available",
        "show_backordered",
        "incoming",
        "staged",
        "is_known",
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

    @display(description=_("Quantity backordered"))
    def show_backordered(self, level: StockLevel) -> int:
        return max(level.committed - level.on_hand, 0)

    @display(description=_("ledger"))
    def show_movements(self, level: StockLevel) -> str:
        return link_to_movements(level)
