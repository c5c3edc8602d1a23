"""What orders show in numbers, page by page; and which canceled orders still hold units."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Greatest

from desk.narrowing import few, these
from desk.paging import READ
from orders.commitments import HELD, HOLDS
from orders.models import SalesOrder, SalesOrderLine

ZERO = Value(0)


class Totals(NamedTuple):
    """Units of one order. untold: shipped, and on no sent ASN. ahead: on sent ASNs, and still
    here."""

    ordered: int = 0
    shipped: int = 0
    notified: int = 0
    held: int = 0
    untold: int = 0
    ahead: int = 0

    @property
    def left(self) -> int:
        """Units that have not left yet."""
        return self.ordered - self.shipped


NONE = Totals()


def totals_of(order_ids: Collection[int]) -> Mapping[int, Totals]:
    """The totals of these orders by id, in one statement; an order without lines is absent."""
    rows = (
        SalesOrderLine.objects.filter(order__in=order_ids)
        .order_by()
        .values_list("order_id")
        .annotate(
            all_ordered=Sum("ordered"),
            all_shipped=Sum("shipped"),
            all_notified=Sum("notified"),
            held=Coalesce(Sum(HELD, filter=HOLDS), ZERO),
            untold=Sum(Greatest(F("shipped") - F("notified"), ZERO)),
            ahead=Sum(Greatest(F("notified") - F("shipped"), ZERO)),
        )
    )
    return {row[0]: Totals(*row[1:]) for row in rows}


def with_lines(orders: QuerySet[SalesOrder], condition: Q) -> QuerySet[SalesOrder]:
    """Those with a line of that kind, of which an index holds the orders. One query, for where the
    lines are few, only their orders are looked at; else one is met soon."""
    lines = SalesOrderLine.objects.filter(condition)
    found = few([lines.order_by("order").values_list("order_id")])
    if found is None:
        return orders.filter(Exists(lines.filter(order=OuterRef("pk"))))
    return orders.filter(pk__in=these(found))


def holding(orders: QuerySet[SalesOrder]) -> QuerySet[SalesOrder]:
    """Those that hold units."""
    lines = SalesOrderLine.objects.filter(order=OuterRef("pk"), ordered__gt=F("notified"))
    return orders.filter(Exists(lines), archived_at=None, dispatched_at=None)


def canceled_but_counting(orders: QuerySet[SalesOrder]) -> QuerySet[SalesOrder]:
    """Canceled orders that hold units until somebody archives them."""
    return holding(orders.filter(status=SalesOrder.Status.CANCELED))


def held_by_canceled() -> tuple[int, int]:
    """How many canceled orders still hold units, and how many units. Of more orders than a list
    ever shows, not all are looked at."""
    lines = SalesOrderLine.objects.filter(order=OuterRef("pk"), ordered__gt=F("notified"))
    sums = lines.order_by().values("order").annotate(units=Sum(HELD)).values("units")
    canceled = SalesOrder.objects.filter(
        status=SalesOrder.Status.CANCELED, archived_at=None, dispatched_at=None
    )
    units = Subquery(sums, output_field=BigIntegerField())
    looked_at = canceled.order_by().annotate(units=units)[: READ + 1]
    found = looked_at.aggregate(
        all=Coalesce(Sum("units"), ZERO, output_field=BigIntegerField()),
        orders=Count("pk", filter=Q(units__gt=0)),
    )
    return found["orders"], found["all"]
