"""The filter by quantity at hand over all warehouses, quick at a million products."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from inventory.models import StockLevel

# What adds up to nothing, or less, has a level with nothing at hand, or less: those few are found
# by an index, and only they are added up. A bundle's number is what its components allow, as in
# product_totals.BundleTotal, of all bundles at once.
_STANDING = """
SELECT product_id FROM inventory_stocklevel
WHERE product_id IN (SELECT product_id FROM inventory_stocklevel WHERE is_short)
    AND product_id NOT IN (SELECT bundle_id FROM inventory_bundlecomponent)
GROUP BY product_id HAVING {own}
UNION ALL
"""
_BUNDLES = """
SELECT bundle_id FROM (
    SELECT part.bundle_id, count(level.id) > 0 AS is_held,
        min(floor(coalesce(level.available, 0)::numeric / part.quantity)) AS units,
        bool_and(coalesce(level.is_known, false)) AS is_known
    FROM inventory_bundlecomponent part CROSS JOIN inventory_warehouse place
    LEFT JOIN inventory_stocklevel level
        ON level.product_id = part.component_id AND level.warehouse_id = place.id
    GROUP BY part.bundle_id, place.id
) AS makes
GROUP BY bundle_id HAVING {of_bundle}
"""
_OUT = (_STANDING + _BUNDLES).format(
    own="sum(available) = 0 AND bool_or(is_known)",
    of_bundle="sum(units) FILTER (WHERE is_held) = 0 AND bool_or(is_known)",
)
_BACKORDERED = (_STANDING + _BUNDLES).format(
    own="sum(available) < 0", of_bundle="sum(units) FILTER (WHERE is_held) < 0"
)
_KNOWN_BUNDLES = _BUNDLES.format(of_bundle="bool_or(is_known)")


class StockFilter(admin.SimpleListFilter):
    """By quantity at hand over all warehouses; of products as product_totals counted them."""

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
        match self.value():
            case "in":
                return queryset.filter(in_stock__isnull=False, at_hand__gt=0)
            case "out":
                return queryset.filter(pk__in=RawSQL(_OUT, []))  # noqa: S611 - a constant
            case "backordered":
                return queryset.filter(pk__in=RawSQL(_BACKORDERED, []))  # noqa: S611 - a constant
            case "unknown":
                known = StockLevel.objects.filter(product=OuterRef("pk"), is_known=True)
                bundles = RawSQL(_KNOWN_BUNDLES, [])  # noqa: S611 - a constant
                return queryset.filter(~Exists(known)).exclude(pk__in=bundles)
        return queryset
