"""Products: what they are, what there is of them, and corrections of it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from desk import numbers
from desk.cells import page_of
from desk.dialogs import ask, find, reported
from desk.lists import ModelAdmin
from desk.refusals import RefusalsMixin
from desk.saying import gettext, ngettext
from desk.shown import AsShownForm
from inventory import production
from inventory.admin.exporting import ExportMixin
from inventory.admin.product_adjusting import ASKED
from inventory.admin.product_components import ComponentInline
from inventory.admin.product_dialogs import ProductionDialog
from inventory.admin.product_page import ProductPage
from inventory.admin.product_standing import StockFilter
from inventory.admin.product_totals import totals
from inventory.models import BundleComponent, Product

POST_BY_HAND = "inventory.add_movement"


PART = 2000
"""Products changed in one transaction."""


def parts_of(chosen: QuerySet[Any], size: int = PART) -> Iterator[list[int]]:
    """Primary keys of these records, part by part, so that a million need no more memory than one
    part. What a part's change takes out of the choice is behind it, so nothing is passed over."""
    ids = chosen.order_by("pk").values_list("pk", flat=True)
    after = 0
    while part := list(ids.filter(pk__gt=after)[:size]):
        yield part
        after = part[-1]


@admin.register(Product)
class ProductAdmin(ExportMixin, ProductPage, RefusalsMixin, ModelAdmin):
    """Higher floors register a subclass of this; `switch` is theirs to extend."""

    file_kind = "products"
    form = AsShownForm

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
    search_help_text = _("Any part of a SKU, a name or a barcode")
    ordering = ["sku"]
    # A quantity is added up over warehouses, for the rows that are shown: there is no order by it.
    sortable_by = ["sku", "name", "barcode"]
    fieldsets = [
        (None, {"fields": [("sku", "barcode"), "name", ("is_active", "is_excluded")]}),
    ]
    actions = ["exclude_from_sync", "include_in_sync", "activate", "archive"]
    actions_detail = ["adjust_stock", "record_production"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return totals(super().get_queryset(request))

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A product that is being added has no components yet."""
        return [ComponentInline] if obj is not None else []

    @display(
        description=_("State"),
        label={"active": "success", "excluded": "warning", "inactive": ""},
    )
    def show_standing(self, product: Any) -> tuple[str, str]:
        if not product.is_active:
            return "inactive", gettext("inactive")
        if product.is_excluded:
            return "excluded", gettext("excluded from sync")
        return "active", gettext("active")

    @display(description=_("Quantity in stock"))
    def show_in_stock(self, product: Any) -> Any:
        return gettext("unknown") if product.in_stock is None else product.in_stock

    @display(description=_("Quantity on orders"))
    def show_on_orders(self, product: Any) -> int:
        return product.on_orders or 0

    @display(
        description=_("Quantity at hand"),
        label={"in": "success", "out": "warning", "backordered": "danger", "unknown": "info"},
    )
    def show_at_hand(self, product: Any) -> tuple[str, str]:
        at_hand = product.at_hand or 0
        if at_hand < 0:
            return "backordered", numbers.shown(at_hand)
        if product.in_stock is None:
            return "unknown", gettext("unknown")
        return ("in" if at_hand else "out"), numbers.shown(at_hand)

    def has_post_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """By a method: a permission named with a dot is looked up by the system checks, which run
        before the first migration has made the table."""
        return request.user.has_perms([POST_BY_HAND])

    def switch(
        self, request: HttpRequest, products: QuerySet[Product], name: str, **flags: bool
    ) -> HttpResponse | None:
        """Set flags on the chosen products, part by part, and say how many changed. `name`: of the
        action that does it."""
        changed = same = 0
        for part in parts_of(products):
            number = self._switch_part(part, flags)
            changed, same = changed + number, same + len(part) - number
        told = ngettext("%(number)s product changed.", "%(number)s products changed.", changed) % {
            "number": changed
        }
        if same:
            told += " " + ngettext(
                "%(number)s was so already.", "%(number)s were so already.", same
            ) % {"number": same}
        self.message_user(request, told, messages.SUCCESS)
        return None

    @transaction.atomic
    def _switch_part(self, part: list[int], flags: dict[str, bool]) -> int:
        chosen = Product.objects.filter(pk__in=part).exclude(**flags).order_by("pk")
        ids = list(chosen.select_for_update(no_key=True).values_list("pk", flat=True))
        Product.objects.filter(pk__in=ids).update(**flags)
        self.switched(ids)
        return len(ids)

    def switched(self, product_ids: list[int]) -> None:
        """These products were switched, in the same transaction; for the floors above to hear."""

    @action(description=_("Exclude from sync…"), permissions=["change"])
    def exclude_from_sync(
        self, request: HttpRequest, products: QuerySet[Product]
    ) -> HttpResponse | None:
        return self.switch(request, products, "exclude_from_sync", is_excluded=True)

    @action(description=_("Include in sync…"), permissions=["change"])
    def include_in_sync(
        self, request: HttpRequest, products: QuerySet[Product]
    ) -> HttpResponse | None:
        return self.switch(request, products, "include_in_sync", is_excluded=False)

    @action(description=_("Activate…"), permissions=["change"])
    def activate(self, request: HttpRequest, products: QuerySet[Product]) -> HttpResponse | None:
        return self.switch(request, products, "activate", is_active=True)

    @action(description=_("Archive (deactivate)…"), permissions=["change"])
    def archive(self, request: HttpRequest, products: QuerySet[Product]) -> HttpResponse | None:
        return self.switch(request, products, "archive", is_active=False)

    @action(description=_("Adjust stock"), icon="tune", permissions=["post"])
    def adjust_stock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To where it is done: on the product's own page. Changes nothing."""
        product = find(Product, unquote(object_id))
        if BundleComponent.objects.filter(bundle=product).exists():
            text = gettext("A bundle has no stock of its own: adjust that of its components.")
            self.message_user(request, text, messages.INFO)
        return HttpResponseRedirect(f"{page_of(product)}?{ASKED}=1")

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
