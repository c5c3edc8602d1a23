"""The filter by quantity at hand over all warehouses, quick at a million products."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from desk.narrowing import asked, these

# What adds up to nothing, or less, has a level with nothing at hand, or less: those few are found
# by an index, and only they are added up.
_OWN = """
SELECT few.product_id FROM (
    SELECT DISTINCT product_id FROM inventory_stocklevel
    WHERE {few} AND product_id NOT IN (SELECT bundle_id FROM inventory_bundlecomponent)
) few CROSS JOIN LATERAL (
    SELECT sum(available) AS units, bool_or(is_known) AS is_known
    FROM inventory_stocklevel WHERE product_id = few.product_id
) own WHERE {own}
"""
# A bundle's number is what its components allow, as in product_totals.BundleTotal, of all bundles
# at once. A component that has no level at a warehouse allows nothing there.
_BUNDLES = """
SELECT bundle_id FROM (
    SELECT part.bundle_id, level.warehouse_id, bool_and(level.is_known) AS is_known,
        min(floor(level.available::numeric / part.quantity)) AS units,
        count(*) = (
            SELECT count(*) FROM inventory_bundlecomponent every
            WHERE every.bundle_id = part.bundle_id
        ) AS is_whole
    FROM inventory_bundlecomponent part
    JOIN inventory_stocklevel level ON level.product_id = part.component_id
    GROUP BY part.bundle_id, level.warehouse_id
) AS makes
GROUP BY bundle_id HAVING {of_bundle}
"""
_UNITS = "sum(CASE WHEN is_whole THEN units ELSE least(units, 0) END)"
_KNOWN = "bool_or(is_known AND is_whole)"
# Most have a level, and an index alone tells that: so it is asked apart from whether it is known.
_NEVER = """
SELECT id FROM (
    SELECT id FROM inventory_product EXCEPT SELECT product_id FROM inventory_stocklevel
) bare WHERE id NOT IN (SELECT bundle_id FROM inventory_bundlecomponent)
"""
_UNKNOWN_BUNDLES = """
(SELECT bundle_id FROM inventory_bundlecomponent EXCEPT {known})
"""

OUT = (
    _OWN.format(few="is_short", own="units = 0 AND is_known"),
    _BUNDLES.format(of_bundle=f"{_UNITS} = 0 AND {_KNOWN}"),
)
BACKORDERED = (
    _OWN.format(few="available < 0", own="units < 0"),
    _BUNDLES.format(of_bundle=f"{_UNITS} < 0"),
)
UNKNOWN = (
    _NEVER,
    _OWN.format(few="NOT is_known", own="NOT is_known"),
    _UNKNOWN_BUNDLES.format(known=_BUNDLES.format(of_bundle=_KNOWN)),
)


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
                return _among(queryset, OUT, in_stock__isnull=False, at_hand=0)
            case "backordered":
                return _among(queryset, BACKORDERED, at_hand__lt=0)
            case "unknown":
                return _among(queryset, UNKNOWN, in_stock__isnull=True)
        return queryset


def _among(products: QuerySet[Any], statements: Sequence[str], **alike: object) -> QuerySet[Any]:
    """Those that the statements find; or, where these are many, whose own totals say so: one of
    them is then met soon."""
    found = asked(*statements)
    return products.filter(**alike) if found is None else products.filter(pk__in=these(found))
