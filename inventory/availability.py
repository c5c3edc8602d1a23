"""The only reader of quantities: per product and warehouse, now or as of any past moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, Q, Sum
from django.db.models.functions import Coalesce

from inventory.models import Movement, State, StockLevel


class Stock(NamedTuple):
    """Units of one product at one warehouse. `is_known` False: nobody ever counted or moved any."""

    on_hand: int
    committed: int
    incoming: int
    staged: int
    is_known: bool

    @property
    def available(self) -> int:
        """Quantity at hand; negative when more is promised than there is."""
        return self.on_hand - self.committed

    @property
    def backordered(self) -> int:
        """Units missing to fulfil what is promised."""
        return max(-self.available, 0)


UNKNOWN = Stock(0, 0, 0, 0, is_known=False)


def at(
    product_ids: Collection[int], warehouse_ids: Collection[int], as_of: datetime | None = None
) -> dict[tuple[int, int], Stock]:
    """Stock by (product id, warehouse id). Pairs without a level are absent: see UNKNOWN.

    `as_of` rebuilds the moment from the ledger, by the time a movement was recorded: it answers
    what we knew then.
    """
    if as_of is not None:
        return _rebuilt(product_ids, warehouse_ids, as_of)
    levels = StockLevel.objects.filter(product__in=product_ids, warehouse__in=warehouse_ids)
    return {
        (row[0], row[1]): Stock(*row[2:])
        for row in levels.order_by().values_list(
            "product_id", "warehouse_id", "on_hand", "committed", "incoming", "staged", "is_known"
        )
    }


def _rebuilt(
    product_ids: Collection[int], warehouse_ids: Collection[int], as_of: datetime
) -> dict[tuple[int, int], Stock]:
    sums = {
        f"sum_{state}": Coalesce(Sum("delta", filter=Q(state=state)), 0) for state in State.values
    }
    rows = (
        Movement.objects.filter(
            product__in=product_ids, warehouse__in=warehouse_ids, recorded_at__lte=as_of
        )
        .order_by()
        .values_list("product_id", "warehouse_id")
        .annotate(**sums, known=Max("id", filter=Q(state=State.ON_HAND)))
    )
    return {(row[0], row[1]): _stock(*row[2:]) for row in rows}


def _stock(on_hand: int, committed: int, incoming: int, staged: int, last: int | None) -> Stock:
    return Stock(on_hand, committed, incoming, staged, is_known=last is not None)
