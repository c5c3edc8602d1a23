"""The page of one product: what there is of it, what holds it, what comes, and what moved.

A floor above adds its own panels: it extends `panels` of the page's class.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from desk.cells import list_of, page_of
from inventory.admin import product_incoming, product_ledger, product_stock
from inventory.admin.product_adjusting import ASKED, PREFIX, AdjustForm, QuickAdjustMixin
from inventory.admin.product_label import LabelMixin, code_of, picture
from inventory.admin.product_stock import Total
from inventory.models import Movement, Product, PurchaseOrder, Transfer

GENERAL = "general"
"""The panels that are seen first, above what can be edited."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page: shown under the tab `key`, by `rank` from the left. `number`: how much
    there is to see, beside the title; None says nothing."""

    key: str
    rank: int
    title: Any
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    number: int | None = None


class ProductPage(QuickAdjustMixin, LabelMixin):
    """Shows a product at a glance, and by tabs. Each panel asks the permission of what it lists."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Adds the panels to the page of a product that exists."""
        product = kwargs.get("obj")
        if isinstance(product, Product) and product.pk:
            panels = sorted(self.panels(request, product), key=lambda panel: panel.rank)
            context |= {
                "overview": [panel for panel in panels if panel.key == GENERAL],
                "tabs": [panel for panel in panels if panel.key != GENERAL],
            }
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def panels(self, request: HttpRequest, product: Product) -> list[Panel]:
        """What this floor knows of a product."""
        panels = [*self._stock(request, product), self._label(product)]
        if request.user.has_perms(["inventory.view_purchaseorder"]):
            panels.append(self._incoming(request, product))
        if request.user.has_perms(["inventory.view_movement"]):
            panels.append(self._ledger(request, product))
        return panels

    def document_urls(self, request: HttpRequest, numbers: Collection[str]) -> dict[str, str]:
        """Addresses of the documents that the ledger names, as far as this person may see them."""
        found = product_ledger.documents(numbers)
        return {
            number: page_of(each)
            for number, each in found.items()
            if request.user.has_perm(f"inventory.view_{each._meta.model_name}")  # noqa: SLF001
        }

    def _stock(self, request: HttpRequest, product: Product) -> list[Panel]:
        """What there is in all, and by warehouse: a floor above puts between them what follows."""
        is_bundle = getattr(product, "is_bundle", False)
        rows = (product_stock.rows_of_bundle if is_bundle else product_stock.rows_of)(product)
        total = product_stock.total_of(rows)
        whole = {"total": total, "is_bundle": is_bundle, "color": _color(total)}
        context: dict[str, Any] = {
            "rows": rows,
            "is_bundle": is_bundle,
            "components": product_stock.components_of(product) if is_bundle else [],
            "movements": list_of(Movement, product__id__exact=product.pk)
            if request.user.has_perms(["inventory.view_movement"])
            else "",
        }
        if not is_bundle and self.has_post_permission(request):
            context["adjust"] = _adjust_form(request, product, rows)
        folder = "admin/inventory/product"
        return [
            Panel(GENERAL, 0, _("In all"), f"{folder}/totals.html", whole),
            Panel(GENERAL, 10, _("Stock by warehouse"), f"{folder}/stock.html", context),
        ]

    def _incoming(self, request: HttpRequest, product: Product) -> Panel:
        groups = [
            (_("Ordered from suppliers"), _("Supplier"), product_incoming.ordered(product)),
            (_("At the dock, not put away yet"), _("Supplier"), product_incoming.staged(product)),
        ]
        if request.user.has_perms(["inventory.view_transfer"]):
            transit = product_incoming.in_transit(product)
            groups.append((_("In transit between warehouses"), _("From"), transit))
        return Panel(
            "incoming",
            30,
            _("Incoming"),
            "admin/inventory/product/incoming.html",
            {
                "groups": [
                    (title, whence, [(each, page_of(each.document)) for each in found])
                    for title, whence, found in groups
                ],
                "is_any": any(found for _title, _whence, found in groups),
                "orders": list_of(PurchaseOrder),
                "transfers": list_of(Transfer),
            },
            sum(len(found) for _title, _whence, found in groups),
        )

    def _ledger(self, request: HttpRequest, product: Product) -> Panel:
        is_bundle = getattr(product, "is_bundle", False)
        find = product_ledger.last_of_bundle if is_bundle else product_ledger.last
        moved = find(product)
        urls = self.document_urls(request, {each.document for each in moved if each.document})
        return Panel(
            "ledger",
            40,
            _("Ledger"),
            "admin/inventory/product/ledger.html",
            {
                "moved": [(each, urls.get(each.document, "")) for each in moved],
                "is_bundle": is_bundle,
                "all": list_of(Movement, product__id__exact=product.pk),
                "limit": product_ledger.SHOWN,
            },
        )

    def _label(self, product: Product) -> Panel:
        code = code_of(product)
        context = {"code": code, "picture": picture(code), "product": product}
        return Panel("label", 90, _("Label"), "admin/inventory/product/label_panel.html", context)


def _color(total: Total) -> str:
    """How the quantity at hand is coloured: as in the list of products."""
    if total.available < 0:
        return "sc-bad"
    return "sc-warn" if not total.available else ""


def _adjust_form(
    request: HttpRequest, product: Product, rows: list[product_stock.Row]
) -> AdjustForm:
    """As it was typed, where the address tells; else for the warehouse that holds most."""
    typed = f"{PREFIX}-units" in request.GET
    form = AdjustForm(product, request.GET if typed else None)
    if ASKED in request.GET:
        form.fields["units"].widget.attrs["autofocus"] = True
    fullest = max(rows, key=lambda row: row.stock.on_hand, default=None)
    if fullest is not None:
        form.initial["warehouse"] = fullest.warehouse.pk
    return form
