"""The product's page, with the orders that hold its units."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from desk.cells import list_of, page_of
from inventory.admin import product as base
from inventory.admin.product_page import Panel
from inventory.models import BundleComponent, Product
from orders.commitments import HOLDS
from orders.models import SalesOrder, SalesOrderLine

SHOWN = 50

admin.site.unregister(Product)


def holding(product: Product, limit: int) -> list[Any]:
    """Order lines that hold units of the product, as `held`, the newest first: its own, and those
    of bundles that it is a component of. Two statements."""
    parts = BundleComponent.objects.filter(component=product)
    units = {product.pk: 1, **dict(parts.order_by().values_list("bundle_id", "quantity"))}
    lines = SalesOrderLine.objects.filter(HOLDS, product__in=units, ordered__gt=F("notified"))
    found: list[Any] = list(
        lines.select_related("order", "product", "warehouse").order_by("-pk")[:limit]
    )
    for line in found:
        line.held = (line.ordered - line.notified) * units[line.product_id]
    return found


@admin.register(Product)
class ProductAdmin(base.ProductAdmin):
    """Adds what is on orders, and finds orders that the ledger names."""

    def panels(self, request: HttpRequest, product: Product) -> list[Panel]:
        panels = super().panels(request, product)
        if request.user.has_perms(["orders.view_salesorder"]):
            lines = holding(product, SHOWN + 1)
            context = {
                "lines": [(line, page_of(line.order)) for line in lines[:SHOWN]],
                "is_more": len(lines) > SHOWN,
                "product": product,
                "all": list_of(SalesOrder, q=product.sku),
            }
            template = "admin/inventory/product/on_orders.html"
            panels.append(
                Panel("orders", 20, _("On orders"), template, context, min(len(lines), SHOWN))
            )
        return panels

    def document_urls(self, request: HttpRequest, numbers: Collection[str]) -> dict[str, str]:
        urls = super().document_urls(request, numbers)
        if request.user.has_perms(["orders.view_salesorder"]):
            orders = SalesOrder.objects.filter(number__in=numbers)
            urls |= {order.number: page_of(order) for order in orders}
        return urls
