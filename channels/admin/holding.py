"""Orders that hold units of a row of the communicated table."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Sum

from channels.models import Communicated
from desk.cells import ago
from orders.commitments import HELD, HOLDS
from orders.models import SalesOrder, SalesOrderLine

MOST = 25


@dataclass(frozen=True, slots=True)
class Holding:
    """An order that holds units of the product in the warehouses that feed the place."""

    order_id: int
    number: str
    status: str
    placed_at: datetime.datetime
    units: int

    @property
    def label(self) -> str:
        """Its status as people call it."""
        return str(SalesOrder.Status(self.status).label)

    @property
    def when(self) -> str:
        return ago(self.placed_at)


def held_by(row: Communicated, warehouse_ids: Sequence[int]) -> tuple[list[Holding], int]:
    """The orders that hold most of it, and how many more do."""
    lines = SalesOrderLine.objects.filter(
        HOLDS, product=row.product_id, warehouse__in=warehouse_ids, ordered__gt=F("notified")
    ).order_by()
    columns = ("order_id", "order__number", "order__status", "order__placed_at")
    grouped = lines.values_list(*columns).annotate(units=Sum(HELD))
    rows = list(grouped.order_by("-units", "order_id")[: MOST + 1])
    more = 0
    if len(rows) > MOST:
        number = lines.aggregate(number=Count("order_id", distinct=True))["number"]
        more = number - MOST
    return [Holding(*held) for held in rows[:MOST]], more
