"""What the order list shows in numbers, by one subquery; and which canceled orders still hold."""

from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, JSONObject

from orders.commitments import HELD, HOLDS
from orders.models import SalesOrder, SalesOrderLine

ZERO = Value(0)


def with_totals(orders: QuerySet[SalesOrder]) -> QuerySet[Any]:
    """Annotate `totals`: {"ordered", "shipped", "held"} in units; None for an order of no lines."""
    lines = SalesOrderLine.objects.filter(order=OuterRef("pk")).order_by()
    units = JSONObject(
        ordered=Sum("ordered"),
        shipped=Sum("shipped"),
        held=Coalesce(Sum(HELD, filter=HOLDS), ZERO),
    )
    return orders.annotate(totals=Subquery(lines.values("order").annotate(all=units).values("all")))


def canceled_but_counting(orders: QuerySet[SalesOrder]) -> QuerySet[SalesOrder]:
    """Canceled orders that hold units until somebody archives them."""
    holding = SalesOrderLine.objects.filter(HOLDS, order=OuterRef("pk"), ordered__gt=F("notified"))
    return orders.filter(Exists(holding), status=SalesOrder.Status.CANCELED)


def held_by_canceled() -> tuple[int, int]:
    """How many canceled orders still hold units, and how many units."""
    found = with_totals(canceled_but_counting(SalesOrder.objects.order_by())).annotate(
        held=Cast(KeyTextTransform("held", "totals"), BigIntegerField())
    )
    sums = found.aggregate(
        units=Coalesce(Sum("held"), ZERO, output_field=BigIntegerField()), orders=Sum(Value(1))
    )
    return sums["orders"] or 0, sums["units"]
