"""Products."""

from __future__ import annotations

from collections.abc import Collection

import django_filters
from django.db import IntegrityError, transaction
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

from inventory.api.references import refusal
from inventory.models import Product
from partners.rest.fields import Record
from partners.rest.filters import Filters, FlagFilter, MomentFilter
from partners.rest.views import Editable, Values


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "New",
            {"sku": "MUG-1", "name": "Blue mug", "barcode": "5012345678900"},
            request_only=True,
        )
    ]
)
class ProductRecord(Record):
    """A sellable unit, known by its SKU."""

    class Meta:
        model = Product
        fields = ["id", "sku", "name", "barcode", "is_active", "is_excluded", "created_at"]
        read_only_fields = ["id", "created_at"]


class ProductFilters(Filters):
    sku = django_filters.CharFilter(lookup_expr="iexact", label="This SKU; case does not matter.")
    barcode = django_filters.CharFilter(label="This barcode.")
    is_active = FlagFilter(label="Communicated to channels at all, or not.")
    is_excluded = FlagFilter(label="Excluded from sync, or not.")
    created_after = MomentFilter("created_at", "gt", label="Made after this time.")
    created_before = MomentFilter("created_at", "lt", label="Made before this time.")

    class Meta:
        model = Product
        fields: list[str] = []


class Products(Editable):
    """Sellable units. There is one for each SKU, whatever its case.

    Channels hear of a product that is switched off or on. Where a channel matches by SKU or by
    barcode, a product whose SKU or barcode changes is matched again before anything is sent.
    """

    scope = "products"
    queryset = Product.objects.all()
    serializer_class = ProductRecord
    filterset_class = ProductFilters
    ordering = "id"

    def make(self, values: Values) -> Product:
        return self._saved(Product(**values))

    def change(self, row: Product, values: Values) -> None:
        """Saves by name what differs: floors above hear of a save, and of what it changed."""
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        for name in changed:
            setattr(row, name, values[name])
        if changed:
            self._saved(row, changed)

    def _saved(self, row: Product, changed: Collection[str] | None = None) -> Product:
        """A race for an SKU is decided by the database."""
        try:
            with transaction.atomic():
                row.save(update_fields=changed)
        except IntegrityError as error:
            detail = f"There is a product {row.sku} already (case does not matter)."
            raise refusal([("sku", detail)], "sku_taken", 409) from error
        return row
