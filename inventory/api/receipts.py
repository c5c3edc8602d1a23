"""Receipts: what came in for purchase orders."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from inventory import receiving
from inventory.api.goods import GoodsLine, located, units_of
from inventory.api.references import MOST_LINES, SkuFilter, WarehouseFilter
from inventory.models import Receipt, ReceiptLine
from partners.rest.fields import Body, Doer, Record, Rows, Text, Units
from partners.rest.filters import Filters, IdFilter, MomentFilter
from partners.rest.holding import held_or_404
from partners.rest.views import Readable


class ReceiptLineRecord(Record):
    """Units of a product that came in."""

    sku = Text(source="product.sku", read_only=True)
    put_away = Units(read_only=True, help_text="Of a staged receipt: units in stock by now.")

    class Meta:
        model = ReceiptLine
        fields = ["sku", "quantity", "put_away"]
        read_only_fields = fields


class ReceiptRow(Record):
    """A receipt as lists tell it: without its lines."""

    number = Text(source="__str__", read_only=True, help_text="What people call it: R-12.")
    purchase_order = Text(source="purchase_order.number", read_only=True, help_text="Its number.")
    warehouse = Text(source="purchase_order.warehouse.code", read_only=True)
    actor = Doer()

    class Meta:
        model = Receipt
        fields = ["id", "number", "purchase_order", "purchase_order_id", "warehouse", "mode"]
        fields += ["actor", "received_at"]
        read_only_fields = fields


class ReceiptRecord(ReceiptRow):
    """A receipt with its lines."""

    lines = ReceiptLineRecord(many=True, read_only=True)

    class Meta(ReceiptRow.Meta):
        fields = [*ReceiptRow.Meta.fields, "lines"]
        read_only_fields = fields


@extend_schema_serializer(
    examples=[OpenApiExample("Shelved", {"lines": [{"sku": "MUG-1", "quantity": 12}]})]
)
class PutAwayBody(Body):
    """Staged units that are on their shelves now."""

    lines = Rows(child=GoodsLine(), allow_empty=False, max_length=MOST_LINES)


class ReceiptFilters(Filters):
    purchase_order = django_filters.CharFilter(
        "purchase_order__number", label="For the purchase order of this number."
    )
    purchase_order_id = IdFilter(label="For the purchase order with this id.")
    warehouse = WarehouseFilter("purchase_order__warehouse", label="At this warehouse (its code).")
    sku = SkuFilter("lines__product", label="With this SKU; case does not matter.")
    mode = django_filters.ChoiceFilter(choices=Receipt.Mode.choices, label="Received this way.")
    received_after = MomentFilter("received_at", "gt", label="Received after this time.")
    received_before = MomentFilter("received_at", "lt", label="Received before this time.")

    class Meta:
        model = Receipt
        fields: list[str] = []


class Receipts(Readable):
    """Goods that came in at once, for a purchase order. Newest first.

    A purchase order's `receive` makes them.
    """

    scope = "purchase-orders"
    queryset = Receipt.objects.select_related("purchase_order__warehouse")
    serializer_class = ReceiptRecord
    filterset_class = ReceiptFilters

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return ReceiptRow if self.action == "list" else ReceiptRecord

    def get_queryset(self) -> QuerySet[Any]:
        """With its lines, unless they are not told."""
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related("lines__product")

    @extend_schema(request=PutAwayBody, responses=ReceiptRecord)
    @action(detail=True, methods=["post"], url_path="put-away")
    def put_away(self, request: Request, **_: Any) -> Response:
        """Put staged units away: they are in stock from now on."""
        receipt: Receipt = held_or_404(self, is_weak=True, is_bare=True)
        body = PutAwayBody(data=request.data)
        body.is_valid(raise_exception=True)
        units = units_of(body.validated_data["lines"])
        waiting = receipt.lines.values_list("product_id", F("quantity") - F("put_away"))
        with located(units, dict(waiting)):
            is_done = receiving.put_away(receipt, units, self.posting_key, self.actor)
        return self.told(receipt, is_repeat=not is_done)
