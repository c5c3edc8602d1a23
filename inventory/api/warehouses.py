"""Warehouses."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.validators import validate_unicode_slug
from django.db import IntegrityError, connection, transaction
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from inventory import warehousing
from inventory.api.references import refusal
from inventory.models import Warehouse
from partners.rest.fields import Record, Text
from partners.rest.filters import Filters, FlagFilter
from partners.rest.problems import Problem
from partners.rest.views import Editable, Values


@extend_schema_serializer(
    examples=[OpenApiExample("New", {"code": "north", "name": "North hall"}, request_only=True)]
)
class WarehouseRecord(Record):
    """A place where units are kept."""

    code = Text(
        max_length=32,
        validators=[validate_unicode_slug],
        help_text="What documents and bodies call it; letters, digits, - and _. It stays.",
    )

    class Meta:
        model = Warehouse
        fields = ["id", "code", "name", "is_active", "can_go_negative", "is_mirror"]
        read_only_fields = ["id", "is_mirror"]


@extend_schema_serializer(
    examples=[OpenApiExample("Switched off", {"is_active": False}, request_only=True)]
)
class WarehouseChange(WarehouseRecord):
    """What can be changed of one."""

    code = Text(read_only=True)


class WarehouseFilters(Filters):
    code = django_filters.CharFilter(label="This code.")
    is_active = FlagFilter(label="In use, or not.")
    is_mirror = FlagFilter(label="A copy of a channel's own stock, or not.")

    class Meta:
        model = Warehouse
        fields: list[str] = []


class Warehouses(Editable):
    """Places where units are kept."""

    scope = "warehouses"
    queryset = Warehouse.objects.all()
    serializer_class = WarehouseRecord
    filterset_class = WarehouseFilters
    ordering = "id"

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """The code is chosen once."""
        return WarehouseChange if self.action == "partial_update" else WarehouseRecord

    def make(self, values: Values) -> Warehouse:
        """Who sees chosen warehouses only would not see a new one, and so makes none."""
        if self.partner.warehouse_ids is not None:
            raise Problem(
                403,
                "chosen_warehouses",
                "You see chosen warehouses only, and would not see a new one: ask who gave you the"
                " key to make it, and to let you see it.",
            )
        try:
            with transaction.atomic():
                return Warehouse.objects.create(**values)
        except IntegrityError as error:
            detail = f"There is a warehouse {values['code']} already: choose another code."
            raise refusal([("code", detail)], "code_taken", 409) from error

    @extend_schema(request=WarehouseChange, responses=WarehouseRecord)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change its name or its switches. Channels hear of a warehouse that is switched off."""
        with transaction.atomic():
            if isinstance(request.data, dict) and "can_go_negative" in request.data:
                self.get_object()  # 404 before everybody who posts is kept waiting
                _hold_levels()
            return super().partial_update(request, *args, **kwargs)

    def change(self, row: Warehouse, values: Values) -> None:
        """Each switch by its verb."""
        is_switched = values.get("is_active", row.is_active) != row.is_active
        is_allowed = values.get("can_go_negative", row.can_go_negative)
        if is_switched:
            warehousing.announce(row)  # to the places it feeds until now
        row.name = values.get("name", row.name)
        row.is_active = values.get("is_active", row.is_active)
        row.save(update_fields=["name", "is_active"])
        if is_switched:
            warehousing.announce(row)  # to the places it feeds from now on
        if is_allowed != row.can_go_negative:
            warehousing.allow_negative(row, is_allowed=is_allowed)


def _hold_levels() -> None:
    """What the verb locks, before the warehouse's row is locked: everybody does it in this order,
    and whoever did it in the other would wait for ever."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE inventory_stocklevel IN EXCLUSIVE MODE")
