"""Stocktakes: opened, counted, closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from inventory import counting
from inventory.api.references import (
    SkuFilter,
    WarehouseFilter,
    find_products,
    find_warehouse,
    placed,
    refusal,
)
from inventory.errors import NotCounted
from inventory.models import Stocktake, StocktakeLine
from inventory.parts import parts_of
from partners.rest.fields import (
    Body,
    Doer,
    Flag,
    Nothing,
    Record,
    Rows,
    Several,
    Text,
    Units,
    Whole,
)
from partners.rest.filters import Filters, MomentFilter
from partners.rest.holding import held_or_404
from partners.rest.views import Readable, Values

MOST = 10_000
"""Products of one stocktake's request."""


class Skus(Several):
    """Products by SKU, each once."""

    def __init__(self, **kwargs: Any) -> None:
        child = Text(max_length=64)
        super().__init__(child=child, allow_empty=False, max_length=MOST, **kwargs)


class StocktakeLineRecord(Record):
    """A product on a stocktake: what was expected, what was counted."""

    sku = Text(source="product.sku", read_only=True)
    expected = Whole(read_only=True, help_text="What the ledger said when it was last looked at.")
    variance = Whole(
        read_only=True, allow_null=True, help_text="counted less expected; null: not counted yet."
    )
    needs_recount = Flag(
        read_only=True, help_text="Stock moved since it was counted: count it again, then close."
    )

    counted_by = Doer()

    class Meta:
        model = StocktakeLine
        fields = ["sku", "expected", "counted", "variance", "needs_recount"]
        fields += ["counted_by", "counted_at"]
        read_only_fields = fields


class StocktakeRow(Record):
    """A stocktake as lists tell it: without its lines."""

    number = Text(source="__str__", read_only=True, help_text="What people call it: ST-12.")
    warehouse = Text(source="warehouse.code", read_only=True, help_text="Its code.")
    opened_by = Doer()
    closed_by = Doer()

    class Meta:
        model = Stocktake
        fields = ["id", "number", "warehouse", "status", "note"]
        fields += ["opened_by", "opened_at", "closed_by", "closed_at"]
        read_only_fields = fields


class StocktakeRecord(StocktakeRow):
    """A stocktake with its lines."""

    lines = StocktakeLineRecord(many=True, read_only=True)

    class Meta(StocktakeRow.Meta):
        fields = [*StocktakeRow.Meta.fields, "lines"]
        read_only_fields = fields


@extend_schema_serializer(
    examples=[OpenApiExample("Shelf 4", {"warehouse": "main", "skus": ["MUG-1", "MUG-2"]})]
)
class StocktakeBody(Body):
    """What is counted, and where."""

    warehouse = Text(max_length=32, help_text="The warehouse's code.")
    note = Text(max_length=255, required=False, default="", allow_blank=True)
    skus = Skus(help_text="More can be added while it is open.")


@extend_schema_serializer(examples=[OpenApiExample("One more", {"skus": ["MUG-3"]})])
class AddBody(Body):
    """What is counted as well. What is on the stocktake already stays as it is."""

    skus = Skus()


class CountLine(Body):
    """What was counted of a product on the stocktake."""

    sku = Text(max_length=64, help_text="Case does not matter.")
    counted = Units()


@extend_schema_serializer(
    examples=[OpenApiExample("Counted", {"lines": [{"sku": "MUG-1", "counted": 118}]})]
)
class RecordBody(Body):
    """What was counted. Counting again replaces what was counted before."""

    lines = Rows(child=CountLine(), allow_empty=False, max_length=MOST)


@extend_schema_serializer(examples=[OpenApiExample("What was counted", {"skip_uncounted": True})])
class CloseBody(Body):
    """How it is closed."""

    skip_uncounted = Flag(
        required=False, default=False, help_text="Leave lines without a count as they are."
    )


class StocktakeFilters(Filters):
    status = django_filters.ChoiceFilter(choices=Stocktake.Status.choices, label="In this state.")
    warehouse = WarehouseFilter("warehouse", label="At this warehouse (its code).")
    sku = SkuFilter("lines__product", label="With this SKU; case does not matter.")
    opened_after = MomentFilter("opened_at", "gt", label="Opened after this time.")
    opened_before = MomentFilter("opened_at", "lt", label="Opened before this time.")

    class Meta:
        model = Stocktake
        fields: list[str] = []


class Stocktakes(Readable):
    """Counts of chosen products in one warehouse. Newest first.

    Each line tells what was expected when it was put on the stocktake or last counted. Where stock
    moved since, the line needs a recount before the stocktake can be closed.
    """

    scope = "stocktakes"
    queryset = Stocktake.objects.select_related("warehouse")
    serializer_class = StocktakeRecord
    filterset_class = StocktakeFilters

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return StocktakeRow if self.action == "list" else StocktakeRecord

    def get_queryset(self) -> QuerySet[Any]:
        """With its lines, unless they are not told. What moved after it was closed is no matter."""
        rows = super().get_queryset()
        if self.action == "list":
            return rows
        is_counted = Q(stocktake__status=Stocktake.Status.OPEN, counted__isnull=False)
        lines = StocktakeLine.objects.select_related("product").order_by("pk")
        moved = lines.annotate(needs_recount=is_counted & counting.moved_since_frozen())
        return rows.prefetch_related(Prefetch("lines", moved))

    @extend_schema(request=StocktakeBody, responses={201: StocktakeRecord})
    def create(self, request: Request) -> Response:
        """Open a stocktake: what is expected of its products is written down now."""
        body = StocktakeBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        warehouse = find_warehouse(values["warehouse"], self.partner)
        ids = find_products(values["skus"], "skus.{}")
        with _located(ids):
            stocktake = counting.open(warehouse, ids, self.actor, values["note"])
        return self.told(stocktake, status=201)

    @extend_schema(request=AddBody, responses=StocktakeRecord)
    @action(detail=True, methods=["post"])
    def add(self, request: Request, **_: Any) -> Response:
        """Count these products, too."""
        return self._step(request, AddBody, self._add)

    @extend_schema(request=RecordBody, responses=StocktakeRecord)
    @action(detail=True, methods=["post"])
    def record(self, request: Request, **_: Any) -> Response:
        """Write down what was counted. This is also how a line is counted again."""
        return self._step(request, RecordBody, self._record)

    @extend_schema(request=CloseBody, responses=StocktakeRecord)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, **_: Any) -> Response:
        """Close it and post the differences: stock is what was counted."""
        return self._step(request, CloseBody, self._close)

    @extend_schema(request=Nothing, responses=StocktakeRecord)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **_: Any) -> Response:
        """Drop it; no stock changes."""
        return self._step(request, Nothing, self._cancel)

    def _step(
        self, request: Request, form: type[Body], verb: Callable[[Stocktake, Values], object]
    ) -> Response:
        stocktake: Stocktake = held_or_404(self, is_weak=True, is_bare=True)
        body = form(data=request.data)
        body.is_valid(raise_exception=True)
        verb(stocktake, body.validated_data)
        return self.told(stocktake)

    def _add(self, stocktake: Stocktake, values: Values) -> None:
        ids = find_products(values["skus"], "skus.{}")
        with _located(ids):
            counting.add(stocktake, ids)

    def _record(self, stocktake: Stocktake, values: Values) -> None:
        skus = [line["sku"] for line in values["lines"]]
        ids = find_products(skus, "lines.{}.sku")
        present = set(stocktake.lines.values_list("product_id", flat=True))
        absent = [
            (f"lines.{position}.sku", f"{skus[position]} is not on {stocktake}: add it first.")
            for position, product_id in enumerate(ids)
            if product_id not in present
        ]
        if absent:
            raise refusal(absent)
        counted = [line["counted"] for line in values["lines"]]
        with placed():
            counting.record(stocktake, dict(zip(ids, counted, strict=True)), self.actor)

    def _close(self, stocktake: Stocktake, values: Values) -> None:
        skip = values["skip_uncounted"]
        with placed(skip_uncounted="skip_uncounted"):
            try:
                counting.close(stocktake, self.actor, skip_uncounted=skip)
            except NotCounted as error:
                error.field = "skip_uncounted"  # which would let it pass
                raise

    def _cancel(self, stocktake: Stocktake, _values: Values) -> None:
        with placed():
            counting.cancel(stocktake, self.actor)


def _located(ids: Sequence[int]) -> AbstractContextManager[None]:
    """A bundle, which has no stock to count, is refused where it is named."""
    bundles = parts_of(ids)
    return placed(product=next((f"skus.{n}" for n, each in enumerate(ids) if each in bundles), ""))
