"""The only reader of quantities: per product or bundle and warehouse, now or at a past moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, Q, Sum
from django.db.models.functions import Coalesce

from inventory.models import Movement, Reason, State, StockLevel
from inventory.parts import Part, parts_of


class Stock(NamedTuple):
    """Units of one product at one warehouse. `is_known` False: nobody ever counted or moved any,
    or its source does not track it.
    `detail`: of a bundle, the stock of its components in words."""

    on_hand: int
    committed: int
    incoming: int
    staged: int
    is_known: bool
    detail: str = ""

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
    product_ids: Collection[int],
    warehouse_ids: Collection[int],
    as_of: datetime | None = None,
    gains: Mapping[tuple[int, int], int] | None = None,
) -> dict[tuple[int, int], Stock]:
    """Stock by (product id, warehouse id). Pairs without a level are absent: see UNKNOWN.

    `as_of` rebuilds the moment from the ledger, by the time a movement was recorded: it answers
    what we knew then. Of a bundle, which has no stock of its own, it is what its components make
    (as it is composed today, also for a past moment): as many as the scarcest allows at that one
    warehouse, in stock and at hand; what lies between counts as on orders. `gains`: as if so many
    more units (fewer, below 0) were in stock there, by (product id, warehouse id).
    """
    parts = parts_of(product_ids)
    if not parts:
        return _gained(_held(product_ids, warehouse_ids, as_of), gains or {})
    components = {part.component_id for each in parts.values() for part in each}
    held = _gained(_held({*product_ids, *components}, warehouse_ids, as_of), gains or {})
    asked = set(product_ids) - parts.keys()
    stock = {place: units for place, units in held.items() if place[0] in asked}
    for bundle, its in parts.items():
        for warehouse in warehouse_ids:
            levels = [held.get((part.component_id, warehouse)) for part in its]
            if any(level is not None for level in levels):
                stock[bundle, warehouse] = _together(its, levels)
    return stock


def _gained(
    held: dict[tuple[int, int], Stock], gains: Mapping[tuple[int, int], int]
) -> dict[tuple[int, int], Stock]:
    for place, units in gains.items():
        stock = held.get(place, UNKNOWN)
        held[place] = stock._replace(on_hand=stock.on_hand + units, is_known=True)
    return held


def _together(parts: Sequence[Part], levels: Sequence[Stock | None]) -> Stock:
    """As many bundles as the scarcest component allows. One never counted makes all unknown."""
    known = [level or UNKNOWN for level in levels]
    pairs = list(zip(parts, known, strict=True))
    on_hand = min(level.on_hand // part.quantity for part, level in pairs)
    available = min(level.available // part.quantity for part, level in pairs)
    detail = ", ".join(_describe(part, level) for part, level in pairs)
    is_known = all(level.is_known for level in known)
    return Stock(on_hand, on_hand - available, 0, 0, is_known, detail)


def _describe(part: Part, stock: Stock) -> str:
    """One component's stock: "CUP 7 (2 on orders) for 2 each"."""
    units = str(stock.on_hand) if stock.is_known else "never counted"
    promised = f" ({stock.committed} on orders)" if stock.committed else ""
    each = f" for {part.quantity} each" if part.quantity > 1 else ""
    return f"{part.sku} {units}{promised}{each}"


def _held(
    product_ids: Collection[int], warehouse_ids: Collection[int], as_of: datetime | None
) -> dict[tuple[int, int], Stock]:
    """The products' own stock."""
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
        .annotate(
            **sums,
            last=Max("id", filter=Q(state=State.ON_HAND)),
            forgotten=Max("id", filter=Q(state=State.ON_HAND, reason=Reason.FORGET)),
        )
    )
    # Known once anything was counted or moved, until its source says that it tracks it no more.
    return {
        (product, warehouse): Stock(on_hand, committed, incoming, staged, last != forgotten)
        for product, warehouse, on_hand, committed, incoming, staged, last, forgotten in rows
    }
