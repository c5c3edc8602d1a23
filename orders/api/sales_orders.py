"""Sales orders: placed one by one or by the thousand, edited, and led to their end by steps."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.errors import Refused
from inventory.api.references import refusal
from inventory.ledger import Cause
from orders import intake
from orders.api import placing
from orders.api.bodies import (
    SalesOrderChange,
    SalesOrderDraft,
    SalesOrderRecord,
    SalesOrdersDraft,
    SalesOrdersPlaced,
)
from orders.api.filters import SalesOrderFilters
from orders.api.goods import find
from orders.api.steps import Steps
from orders.errors import UnknownLine
from orders.models import SalesOrder, SalesOrderLine
from partners.rest.views import Editable, Values

LINES = SalesOrderLine.objects.select_related("product", "warehouse").order_by("pk")
DRAFT = {
    "number": "SO-1042",
    "customer": "Jane Doe",
    "placed_at": "2026-01-31T09:00:00Z",
    "lines": [{"sku": "MUG-1", "warehouse": "main", "ordered": 2}],
}
CHANGE = {
    "customer": "Jane Roe",
    "lines": [{"id": 7, "ordered": 3}],
    "additions": [{"sku": "JUG-1", "warehouse": "main", "ordered": 1}],
}


class SalesOrders(Steps, Editable):
    """Customers' orders. You see those that leave from your warehouses alone. Newest first."""

    scope = "sales-orders"
    queryset = SalesOrder.objects.prefetch_related(Prefetch("lines", LINES))
    serializer_class = SalesOrderRecord
    filterset_class = SalesOrderFilters

    def get_queryset(self) -> QuerySet[Any]:
        """Without their lines, where these are not asked for."""
        rows = super().get_queryset()
        chosen = self.chosen_fields() if self.action == "list" else None
        return rows if chosen is None or "lines" in chosen else rows.prefetch_related(None)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """A change is of another form than what is told."""
        if "data" in kwargs and self.action == "partial_update":
            return SalesOrderChange(data=kwargs["data"])
        return super().get_serializer(*args, **kwargs)

    @extend_schema(
        request=SalesOrderDraft,
        responses={
            201: SalesOrderRecord,
            200: OpenApiResponse(SalesOrderRecord, "It had been placed before, and stays as it is"),
        },
        examples=[OpenApiExample("An order of two mugs", DRAFT, request_only=True)],
    )
    def create(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Place an order: its units are held. Its number is its identity."""
        body = SalesOrderDraft(data=request.data)
        body.is_valid(raise_exception=True)
        placed = placing.place(body.validated_data, self.partner, self.cause)
        return self.told(SalesOrder(pk=placed.id), 201 if placed.is_new else 200)

    @extend_schema(
        request=SalesOrdersDraft,
        responses={201: SalesOrdersPlaced},
        examples=[
            OpenApiExample("One of up to a thousand", {"orders": [DRAFT]}, request_only=True)
        ],
    )
    @action(detail=False, methods=["post"], url_path="place-many")
    def place_many(self, request: Request) -> Response:
        """Place up to 1,000 orders at once: all or, when one is refused, none."""
        body = SalesOrdersDraft(data=request.data)
        body.is_valid(raise_exception=True)
        placed = placing.place_all(body.validated_data["orders"], self.partner, self.cause)
        return Response({"orders": [each._asdict() for each in placed]}, 201)

    @extend_schema(
        request=SalesOrderChange,
        responses=SalesOrderRecord,
        examples=[OpenApiExample("One more mug, and a jug", CHANGE, request_only=True)],
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Edit an order: what it holds follows. Archived and canceled ones stay as they are."""
        return super().partial_update(request, *args, **kwargs)

    def change(self, row: SalesOrder, values: Values) -> None:
        """Its customer, units of its lines, lines more."""
        if "customer" in values:
            row.customer = values["customer"]
            row.save(update_fields=["customer"])
        lines, additions = values.get("lines", ()), values.get("additions", ())
        if lines or additions:
            self._edit(row, lines, additions)

    def _edit(self, row: SalesOrder, lines: Any, additions: Any) -> None:
        known = {line.pk: line for line in row.lines.all()}
        strange = [n for n, line in enumerate(lines) if line["id"] not in known]
        if strange:
            told = (
                (f"lines.{n}.id", f"Order {row} has no line {lines[n]['id']}.") for n in strange
            )
            raise refusal(told, UnknownLine.code)
        added = find({"additions": additions}, self.partner)["additions"]
        ordered = {line["id"]: line["ordered"] for line in lines}
        try:
            intake.edit(row.pk, ordered, added, Cause(actor=self.actor))
        except Refused as error:
            error.field = _blamed(error.field, known, lines)
            raise


def _blamed(field: str, known: dict[int, SalesOrderLine], lines: Any) -> str:
    """The place in the body of what the verb refused: the first line that is set too low."""
    if field == "ordered":
        for position, line in enumerate(lines):
            stored = known[line["id"]]
            if line["ordered"] < max(stored.shipped, stored.notified):
                return f"lines.{position}.ordered"
    return ""
