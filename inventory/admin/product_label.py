"""A product's label: its code as a picture that scanners read, with SKU and name, for printing."""

from __future__ import annotations

from typing import Any

import qrcode  # type: ignore[import-untyped]
import qrcode.image.svg  # type: ignore[import-untyped]
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from desk.cells import page_of
from desk.lists import ModelAdmin
from inventory.models import Product

MOST = 200
"""Labels on one page to print."""


def code_of(product: Product) -> str:
    """What a scanner reads: the barcode, or the SKU where there is none."""
    return product.barcode or product.sku


def picture(text: str) -> SafeString:
    """A QR code as SVG. It is made of rectangles alone: nothing of the text is markup."""
    image = qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, border=2)
    return SafeString(image.to_string(encoding="unicode"))


class LabelMixin(ModelAdmin):
    """Adds the page that is printed."""

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<path:object_id>/label/",
            self.admin_site.admin_view(self.label),
            name="inventory_product_label",
        )
        return [own, *super().get_urls()]

    def label(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """As many labels as `copies` asks for, on a page of their own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        product = self.get_object(request, object_id)
        if not isinstance(product, Product):
            raise Http404(object_id)
        copies = _copies(request.GET.get("copies", ""))
        context: dict[str, Any] = {
            "product": product,
            "code": code_of(product),
            "picture": picture(code_of(product)),
            "copies": copies,
            "labels": range(copies),
            "most": MOST,
            "back": page_of(product),
        }
        return TemplateResponse(request, "admin/inventory/product/label.html", context)


def _copies(given: str) -> int:
    asked = int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 1
    return min(max(asked, 1), MOST)
