"""Products: what they are, what there is of them, and corrections of it."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from desk.dialogs import ask, reported
from desk.lists import ModelAdmin
from desk.refusals import RefusalsMixin
from inventory import ledger, production
from inventory.admin.levels import LevelInline
from inventory.admin.product_components import ComponentInline, stock_of_bundle
from inventory.admin.product_dialogs import AdjustDialog, ProductionDialog
from inventory.admin.product_totals import totals
from inventory.models import Product

POST_BY_HAND = "inventory.add_movement"


class StockFilter(admin.SimpleListFilter):
    """By quantity at hand over all warehouses."""

    title = _("stock")
    parameter_name = "stock"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [
            ("in", _("In stock")),
            ("out", _("Out of stock")),
            ("backordered", _("Backordered")),
            ("unknown", _("Unknown")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = queryset.filter(in_stock__isnull=False)
        match self.value():
            case "in":
                return known.filter(at_hand__gt=0)
            case "out":
                return known.filter(at_hand=0)
            case "backordered":
                return queryset.filter(at_hand__lt=0)
            case "unknown":
                return queryset.filter(in_stock__isnull=True)
        return queryset


@admin.register(Product)
class ProductAdmin(RefusalsMixin, ModelAdmin):
    """Higher floors register a subclass of this; `switch` is theirs to extend."""

    list_display = [
        "sku",
        "name",
        "barcode",
        "show_in_stock",
        "show_on_orders",
        "show_at_hand",
        "show_standing",
    ]
    list_filter = ["is_active", "is_excluded", StockFilter]
    search_fields = ["sku", "name", "barcode"]
    search_help_text = _("SKU, name or barcode")
    ordering = ["sku"]
    fieldsets = [
        (None, {"fields": [("sku", "barcode"), "name", ("is_active", "is_excluded")]}),
    ]
    actions = ["exclude_from_sync", "include_in_sync", "activate", "archive"]
    actions_detail = ["adjust_stock", "record_production"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return totals(super().get_queryset(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A bundle shows what its components make instead of levels of its own."""
        fieldsets = super().get_fieldsets(request, obj)
        if not getattr(obj, "is_bundle", False):
            return fieldsets
        return [*fieldsets, (_("Bundle"), {"fields": ["show_bundle_stock"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "show_bundle_stock"]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A product that is being added has neither stock nor components yet."""
        if obj is None:
            return []
        is_bundle = getattr(obj, "is_bundle", False)
        return [ComponentInline] if is_bundle else [LevelInline, ComponentInline]

    @display(description=_("Stock by warehouse"))
    def show_bundle_stock(self, product: Any) -> str:
        """Asked once for each page, which shows a field by reading it several times."""
        if not hasattr(product, "bundle_stock"):
            product.bundle_stock = stock_of_bundle(product)
        told: str = product.bundle_stock
        return told

    @display(
        description=_("State"),
        ordering="is_active",
        label={"active": "success", "excluded": "warning", "inactive": ""},
    )
    def show_standing(self, product: Any) -> tuple[str, str]:
        if not product.is_active:
            return "inactive", gettext("inactive")
        if product.is_excluded:
            return "excluded", gettext("excluded from sync")
        return "active", gettext("active")

    @display(description=_("Quantity in stock"), ordering="in_stock")
    def show_in_stock(self, product: Any) -> Any:
        return gettext("unknown") if product.in_stock is None else product.in_stock

    @display(description=_("Quantity on orders"), ordering="on_orders")
    def show_on_orders(self, product: Any) -> int:
        return product.on_orders or 0

    @display(
        description=_("Quantity at hand"),
        ordering="at_hand",
        label={"in": "success", "out": "warning", "backordered": "danger", "unknown": "info"},
    )
    def show_at_hand(self, product: Any) -> tuple[str, str]:
        at_hand = product.at_hand or 0
        if at_hand < 0:
            return "backordered", str(at_hand)
        if product.in_stock is None:
            return "unknown", gettext("unknown")
        return ("in" if at_hand else "out"), str(at_hand)

    def has_post_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """By a method: a permission named with a dot is looked up by the system checks, which run
        before the first migration has made the table."""
        return request.user.has_perms([POST_BY_HAND])

    @transaction.atomic
    def switch(self, request: HttpRequest, products: QuerySet[Product], **flags: bool) -> None:
        """Set flags on the chosen products, in one transaction, locked in primary-key order."""
        chosen = Product.objects.filter(pk__in=products.values("pk")).order_by("pk")
        ids = list(chosen.select_for_update(no_key=True).values_list("pk", flat=True))
        Product.objects.filter(pk__in=ids).update(**flags)
        told = ngettext("%d product changed.", "%d products changed.", len(ids)) % len(ids)
        self.message_user(request, told, messages.SUCCESS)

    @action(description=_("Exclude from sync"), permissions=["change"])
    def exclude_from_sync(self, request: HttpRequest, products: QuerySet[Product]) -> None:
        self.switch(request, products, is_excluded=True)

    @action(description=_("Include in sync"), permissions=["change"])
    def include_in_sync(self, request: HttpRequest, products: QuerySet[Product]) -> None:
        self.switch(request, products, is_excluded=False)

    @action(description=_("Activate"), permissions=["change"])
    def activate(self, request: HttpRequest, products: QuerySet[Product]) -> None:
        self.switch(request, products, is_active=True)

    @action(description=_("Archive (deactivate)"), permissions=["change"])
    def archive(self, request: HttpRequest, products: QuerySet[Product]) -> None:
        self.switch(request, products, is_active=False)

    @action(
        description=_("Adjust stock"),
        icon="tune",
        permissions=["post"],
        dialog=ask(
            AdjustDialog,
            _("Adjust stock"),
            _("Corrects the quantity in stock. The reason stays in the ledger for ever."),
            _("Adjust"),
        ),
    )
    @reported
    def adjust_stock(self, _request: HttpRequest, form: AdjustDialog) -> str | None:
        given = form.cleaned_data
        warehouse, delta = given["warehouse"], given["delta"]
        cause = ledger.Cause(note=given["reason"], actor=form.actor, key=f"adjust:{given['key']}")
        if ledger.adjust(warehouse.pk, [(form.object.pk, delta)], cause).is_repeat:
            return None
        return gettext("Stock at %(warehouse)s adjusted by %(delta)+d.") % {
            "warehouse": warehouse,
            "delta": delta,
        }

    @action(
        description=_("Record production"),
        icon="factory",
        permissions=["post"],
        dialog=ask(
            ProductionDialog,
            _("Record production"),
            _("Units made go into stock, units used up in production leave it."),
            _("Record"),
        ),
    )
    @reported
    def record_production(self, _request: HttpRequest, form: ProductionDialog) -> str | None:
        given = form.cleaned_data
        outputs, inputs = form.units("produced"), form.units("consumed")
        is_done = production.record(
            given["warehouse"], outputs, inputs, given["document"], form.actor, given["key"]
        )
        return gettext("Production recorded.") if is_done else None
