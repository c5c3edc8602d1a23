"""Stock of products over all warehouses, as columns to sort and filter by."""

from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    When,
)

from inventory.models import BundleComponent, StockLevel


class BundleTotal(Func):
    """Units of a bundle: what the scarcest component allows at each warehouse, and the sum of that.

    `column` of the components' levels; `condition` on the components' levels of one warehouse.
    """

    output_field = IntegerField()
    template = """(
        SELECT sum(units)::bigint FROM (
            SELECT min(floor(coalesce(level.%(column)s, 0)::numeric / part.quantity)) AS units
            FROM inventory_bundlecomponent part
            CROSS JOIN inventory_warehouse place
            LEFT JOIN inventory_stocklevel level
                ON level.product_id = part.component_id AND level.warehouse_id = place.id
            WHERE part.bundle_id = %(expressions)s
            GROUP BY place.id HAVING %(condition)s
        ) makes
    )"""


def totals(products: QuerySet[Any]) -> QuerySet[Any]:
    """The products with is_bundle, in_stock (None: unknown), at_hand and on_orders."""
    of_bundle = {
        "in_stock": BundleTotal(F("pk"), column="on_hand", condition=_ALL_KNOWN),
        "at_hand": BundleTotal(F("pk"), column="available", condition="count(level.id) > 0"),
        "on_orders": F("in_stock") - F("at_hand"),
    }
    of_levels = {
        "in_stock": _total("on_hand", is_known=True),
        "at_hand": _total("available"),
        "on_orders": _total("committed"),
    }
    parts = BundleComponent.objects.filter(bundle=OuterRef("pk"))
    products = products.annotate(is_bundle=Exists(parts, output_field=BooleanField()))
    for column, own in of_levels.items():
        either = Case(When(is_bundle=True, then=of_bundle[column]), default=own)
        products = products.annotate(**{column: either})
    return products


_ALL_KNOWN = "bool_and(coalesce(level.is_known, false))"


def _total(field: str, **only: object) -> Subquery:
    levels = StockLevel.objects.filter(product=OuterRef("pk"), **only).order_by()
    return Subquery(levels.values("product").annotate(total=Sum(field)).values("total"))
