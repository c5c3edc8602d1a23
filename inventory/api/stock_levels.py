"""Stock levels: what each warehouse holds of each product."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inventory.api.references import SkuFilter, WarehouseFilter, WholeFilter
from inventory.models import StockLevel
from partners.rest.fields import LARGEST, Flag, Record, Text, Units, Whole
from partners.rest.filters import Filters, FlagFilter
from partners.rest.views import Readable


class StockLevelRecord(Record):
    """What one warehouse holds of one product."""

    sku = Text(source="product.sku", read_only=True)
    warehouse = Text(source="warehouse.code", read_only=True, help_text="Its code.")
    on_hand = Whole(
        read_only=True,
        help_text="Units physically there. Means something only where is_known is true: a level"
        " that nobody ever counted or moved is unknown, not 0, and tells the sum of nothing.",
    )
    committed = Units(
        read_only=True, help_text="Promised on orders, not yet covered by a sent ASN."
    )
    available = Whole(read_only=True, help_text="on_hand less committed; may be below zero.")
    backordered = serializers.SerializerMethodField(
        help_text="Units missing to fulfil what is promised: what available is below zero."
    )
    incoming = Units(read_only=True, help_text="Expected from suppliers, or on their way here.")
    staged = Units(read_only=True, help_text="Received, not yet put away.")
    is_known = Flag(
        read_only=True,
        help_text="Something was counted or moved here. False: how much there is, is unknown.",
    )

    class Meta:
        model = StockLevel
        fields = ["id", "sku", "product_id", "warehouse", "warehouse_id", "on_hand", "committed"]
        fields += ["available", "backordered", "incoming", "staged", "is_known"]
        read_only_fields = fields

    @extend_schema_field(Units)
    def get_backordered(self, level: StockLevel) -> int:
        return max(level.committed - level.on_hand, 0)


BELOW = {
    "type": "integer",
    "minimum": -LARGEST,
    "maximum": LARGEST,
    "description": "Fewer units available than this; with is_known=true, of those that are known.",
}


class StockLevelFilters(Filters):
    sku = SkuFilter("product", label="This SKU; case does not matter.")
    warehouse = WarehouseFilter("warehouse", label="This warehouse's code.")
    available_below = extend_schema_field(BELOW)(
        WholeFilter("available", "lt", min_value=-LARGEST, max_value=LARGEST)
    )
    is_known = FlagFilter(label="Something was counted or moved there, or not.")

    class Meta:
        model = StockLevel
        fields: list[str] = []


class StockLevels(Readable):
    """What each warehouse holds of each product, now. Bundles have no level: their components do.

    A product that was never kept at a warehouse has no level there.
    """

    scope = "stock-levels"
    queryset = StockLevel.objects.select_related("product", "warehouse")
    serializer_class = StockLevelRecord
    filterset_class = StockLevelFilters
    # As the two indexes have it that begin with the product, or with the warehouse.
    ordering = ("product_id", "warehouse_id", "id")
