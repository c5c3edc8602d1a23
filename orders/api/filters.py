"""How partners find orders and ASNs."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from inventory.models import Product, Warehouse
from orders.models import Asn, AsnLine, SalesOrder, SalesOrderLine
from partners.rest.filters import Filters, FlagFilter, MomentFilter

HOLDING = Q(archived_at=None, dispatched_at=None)


class SalesOrderFilters(Filters):
    number = django_filters.CharFilter(label="Of this number.")
    status = django_filters.ChoiceFilter(choices=SalesOrder.Status.choices, label="In this state.")
    source = django_filters.CharFilter(label="From this source.")
    sku = django_filters.CharFilter(
        method="of_sku", label="With a line of this SKU; case does not matter."
    )
    warehouse = django_filters.CharFilter(
        method="from_warehouse", label="With a line that leaves from this warehouse (its code)."
    )
    is_archived = FlagFilter(method="archived", label="Archived, or not.")
    is_unpaid = FlagFilter(label="Awaiting payment at its channel, or not.")
    holds = FlagFilter(method="holding", label="Still committing units of the stock, or not.")
    placed_after = MomentFilter("placed_at", "gt", label="Placed after this time.")
    placed_before = MomentFilter("placed_at", "lt", label="Placed before this time.")

    class Meta:
        model = SalesOrder
        fields: list[str] = []

    def of_sku(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """By the product's id, for which the database knows how common it is."""
        return rows.filter(_with(SalesOrderLine, "order", product=product_of(value)))

    def from_warehouse(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(_with(SalesOrderLine, "order", warehouse=warehouse_of(value)))

    def archived(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter calls it so
        return rows.filter(archived_at__isnull=not value)

    def holding(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter calls it so
        held = HOLDING & Q(_with(SalesOrderLine, "order", ordered__gt=F("notified")))
        return rows.filter(held if value else ~held)


class AsnFilters(Filters):
    order = django_filters.CharFilter("order__number", label="Of the order of this number.")
    status = django_filters.ChoiceFilter(choices=Asn.Status.choices, label="In this state.")
    carrier = django_filters.CharFilter(label="With this carrier.")
    tracking_number = django_filters.CharFilter(label="Under this tracking number.")
    sku = django_filters.CharFilter(
        method="of_sku", label="That covers this SKU; case does not matter."
    )
    warehouse = django_filters.CharFilter(
        method="from_warehouse", label="Of goods that leave from this warehouse (its code)."
    )
    created_after = MomentFilter("created_at", "gt", label="Drafted after this time.")
    created_before = MomentFilter("created_at", "lt", label="Drafted before this time.")
    sent_after = MomentFilter("sent_at", "gt", label="Sent after this time.")
    sent_before = MomentFilter("sent_at", "lt", label="Sent before this time.")

    class Meta:
        model = Asn
        fields: list[str] = []

    def of_sku(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(_with(AsnLine, "asn", order_line__product=product_of(value)))

    def from_warehouse(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(_with(AsnLine, "asn", order_line__warehouse=warehouse_of(value)))


def product_of(sku: str) -> int:
    """The id of the product of this SKU; 0, which none has, when there is none."""
    return Product.objects.filter(sku__iexact=sku).values_list("pk", flat=True).first() or 0


def warehouse_of(code: str) -> int:
    """The id of the warehouse of this code; 0 when there is none."""
    return Warehouse.objects.filter(code=code).values_list("pk", flat=True).first() or 0


def _with(model: type[SalesOrderLine | AsnLine], parent: str, **having: object) -> Exists:
    """Whether a row has such a line."""
    rows: QuerySet[Any] = model.objects.filter(**{parent: OuterRef("pk")}, **having)
    return Exists(rows.order_by())
