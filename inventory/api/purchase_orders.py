"""Purchase orders: written as drafts, opened, received, closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import django_filters
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from inventory import receiving
from inventory.api.goods import GoodsLine, located, units_of
from inventory.api.receipts import ReceiptRecord
from inventory.api.references import (
    MOST_LINES,
    SkuFilter,
    WarehouseFilter,
    find_products,
    find_warehouse,
    placed,
    refusal,
)
from inventory.errors import WrongState
from inventory.models import PurchaseOrder, PurchaseOrderLine, Receipt
from partners.rest import repeats
from partners.rest.fields import Body, Nothing, Option, Record, Rows, Text, Units, Whole
from partners.rest.filters import DayFilter, Filters, MomentFilter
from partners.rest.holding import held_or_404
from partners.rest.views import Editable, Removed, Values

MODES = [(mode.value, mode.label) for mode in (Receipt.Mode.DIRECT, Receipt.Mode.STAGED)]
"""How partners receive. Cross-docking ships orders, which this floor does not know."""
FIXED = ("number", "warehouse", "lines")
"""What can not be changed once the order is open."""


class PurchaseOrderLineRecord(Record):
    """So many units of a product, and how many of them came."""

    sku = Text(source="product.sku", max_length=64, help_text="Case does not matter; once.")
    ordered = Whole(min_value=1)
    received = Units(read_only=True)

    class Meta:
        model = PurchaseOrderLine
        fields = ["sku", "ordered", "received"]


class PurchaseOrderRow(Record):
    """A purchase order as lists tell it: without its lines."""

    number = Text(max_length=40, help_text="Yours; there is one of each number.")
    warehouse = Text(source="warehouse.code", max_length=32, help_text="The code of where it goes.")

    class Meta:
        model = PurchaseOrder
        fields = ["id", "number", "supplier", "warehouse", "status", "expected_on", "created_at"]
        read_only_fields = ["id", "status", "created_at"]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Draft",
            {
                "number": "PO-2026-17",
                "supplier": "Mugs & Sons",
                "warehouse": "main",
                "expected_on": "2026-02-14",
                "lines": [{"sku": "MUG-1", "ordered": 240}],
            },
            request_only=True,
        )
    ]
)
class PurchaseOrderRecord(PurchaseOrderRow):
    """A purchase order with its lines."""

    lines = Rows(
        child=PurchaseOrderLineRecord(),
        required=False,
        max_length=MOST_LINES,
        help_text="All of them: a change of a draft's lines replaces what there was.",
    )

    class Meta(PurchaseOrderRow.Meta):
        fields = [*PurchaseOrderRow.Meta.fields, "lines"]


@extend_schema_serializer(
    examples=[
        OpenApiExample("To stock", {"mode": "direct", "lines": [{"sku": "MUG-1", "quantity": 120}]})
    ]
)
class ReceiveBody(Body):
    """What came in at once."""

    mode = Option(choices=MODES, help_text="direct: in stock at once. staged: when it is put away.")
    lines = Rows(child=GoodsLine(), allow_empty=False, max_length=MOST_LINES)


class PurchaseOrderFilters(Filters):
    number = django_filters.CharFilter(label="This number.")
    status = django_filters.ChoiceFilter(
        choices=PurchaseOrder.Status.choices, label="In this state."
    )
    warehouse = WarehouseFilter("warehouse", label="For this warehouse (its code).")
    supplier = django_filters.CharFilter(label="From this supplier.")
    sku = SkuFilter("lines__product", label="With this SKU; case does not matter.")
    expected_after = DayFilter("expected_on", "gt", label="Expected after this day.")
    expected_before = DayFilter("expected_on", "lt", label="Expected before this day.")
    created_after = MomentFilter("created_at", "gt", label="Made after this time.")
    created_before = MomentFilter("created_at", "lt", label="Made before this time.")

    class Meta:
        model = PurchaseOrder
        fields: list[str] = []


class PurchaseOrders(Removed, Editable):
    """Units ordered from suppliers. Newest first.

    A draft can be changed and deleted. Once it is open its units are incoming and its lines fixed.
    """

    scope = "purchase-orders"
    queryset = PurchaseOrder.objects.select_related("warehouse")
    serializer_class = PurchaseOrderRecord
    filterset_class = PurchaseOrderFilters

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return PurchaseOrderRow if self.action == "list" else PurchaseOrderRecord

    def get_queryset(self) -> QuerySet[Any]:
        """With its lines, unless they are not told."""
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related("lines__product")

    def make(self, values: Values) -> PurchaseOrder:
        order = PurchaseOrder()
        self._write(order, values)
        return order

    def change(self, order: PurchaseOrder, values: Values) -> None:
        """Supplier and day also of an order that is open."""
        fixed = [name for name in FIXED if name in values]
        if fixed and order.status != PurchaseOrder.Status.DRAFT:
            raise WrongState(
                f"{order} is {order.status}: {fixed[0]} can only be changed in a draft. Leave it"
                " out, or write a new purchase order.",
                field=fixed[0],
            )
        self._write(order, values)

    def remove(self, order: PurchaseOrder) -> None:
        """Only of a draft nobody expects anything."""
        if order.status != PurchaseOrder.Status.DRAFT:
            raise WrongState(f"{order} is {order.status}: only a draft can be deleted. Close it.")
        order.delete()

    @extend_schema(request=Nothing, responses=PurchaseOrderRecord)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, **_: Any) -> Response:
        """Open a draft: its units are incoming from now on, its lines fixed."""
        return self._step(request, receiving.open_order)

    @extend_schema(request=Nothing, responses=PurchaseOrderRecord)
    @action(detail=True, methods=["post"], url_path="close-short")
    def close_short(self, request: Request, **_: Any) -> Response:
        """Close an open order: what did not come is no longer incoming."""
        return self._step(request, receiving.close_short)

    @extend_schema(request=ReceiveBody, responses={201: ReceiptRecord})
    @action(detail=True, methods=["post"])
    def receive(self, request: Request, **_: Any) -> Response:
        """Receive goods for an open order: makes a receipt. The order closes with its last unit."""
        order: PurchaseOrder = held_or_404(self, is_weak=True, is_bare=True)
        body = ReceiveBody(data=request.data)
        body.is_valid(raise_exception=True)
        units = units_of(body.validated_data["lines"])
        mode = Receipt.Mode(body.validated_data["mode"])
        left = order.lines.values_list("product_id", F("ordered") - F("received"))
        is_repeat = Receipt.objects.filter(key=self.posting_key).exists()
        with located(units, dict(left)):
            receipt = receiving.receive(order, units, mode, self.posting_key, self.actor)
        address = reverse("receipts-detail", args=[receipt.pk], request=request)
        told = ReceiptRecord(receipt, context=self.get_serializer_context())
        headers = {"Location": address, **(repeats.REPLAYED if is_repeat else {})}
        return Response(told.data, 201, headers=headers)

    def _step(self, request: Request, verb: Callable[[PurchaseOrder, str], object]) -> Response:
        order: PurchaseOrder = held_or_404(self, is_weak=True, is_bare=True)
        Nothing(data=request.data).is_valid(raise_exception=True)
        with placed():
            verb(order, self.actor)
        return self.told(order)

    def _write(self, order: PurchaseOrder, values: Values) -> None:
        """The order and, where they are given, all of its lines."""
        columns = dict(values)
        lines = columns.pop("lines", None)
        if "warehouse" in columns:
            columns["warehouse"] = find_warehouse(columns["warehouse"]["code"], self.partner)
        for name, value in columns.items():
            setattr(order, name, value)
        try:
            with transaction.atomic():
                order.save()
        except IntegrityError as error:
            detail = f"There is a purchase order {order.number} already: choose another number."
            raise refusal([("number", detail)], "number_taken", 409) from error
        if lines is not None:
            _replace_lines(order, lines)


def _replace_lines(order: PurchaseOrder, lines: Sequence[Mapping[str, Any]]) -> None:
    ids = find_products([line["product"]["sku"] for line in lines], "lines.{}.sku")
    order.lines.all().delete()
    PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(purchase_order=order, product_id=product_id, ordered=line["ordered"])
        for product_id, line in zip(ids, lines, strict=True)
    )
