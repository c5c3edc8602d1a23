"""Which orders and ASNs a partner may see."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import BoolAnd
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Subquery

from orders.models import Asn, SalesOrder, SalesOrderLine
from partners import sight
from partners.models import Partner


@sight.rule(SalesOrder)
def whole(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """Orders that leave from the partner's warehouses alone: of one that leaves from others as
    well, it could neither be told the whole nor change it. One without lines leaves from none.

    The second question implies the first, and the database needs both. By the first it finds the
    orders of a small warehouse through their lines. The second it can but ask order by order,
    through the index; were it a NOT EXISTS, it would rather join all orders with all lines, sort
    them, and give the first page of that.
    """
    ids = partner.warehouse_ids
    if ids is None:
        return rows
    if not ids:
        return rows.none()
    lines = SalesOrderLine.objects.filter(order=OuterRef("pk")).order_by()
    is_all = lines.values("order").annotate(is_all=BoolAnd(Q(warehouse__in=ids))).values("is_all")
    return rows.filter(
        Exists(lines.filter(warehouse__in=ids)), Subquery(is_all, output_field=BooleanField())
    )


@sight.rule(Asn)
def of_orders(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """An ASN is seen with its order, by whatever rules a floor above adds for orders."""
    return rows.filter(order__in=sight.seen(SalesOrder.objects.order_by(), partner))
