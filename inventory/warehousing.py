"""What a warehouse allows."""

from __future__ import annotations

from django.db import connection, transaction

from inventory.errors import BelowZero
from inventory.models import StockLevel, Warehouse
from inventory.signals import stock_changed

_NAMED = 5


@transaction.atomic
def allow_negative(warehouse: Warehouse, *, is_allowed: bool) -> None:
    """Let this warehouse's stock go below zero, or forbid it; all its levels follow at once.

    Raises BelowZero, naming the first SKUs, when forbidding while levels are below zero.
    """
    with connection.cursor() as cursor:
        # Row locks can not hold a level that is being created with the old setting. Locking the
        # table makes movements wait for the moment this takes; reading goes on.
        cursor.execute(f"LOCK TABLE {StockLevel._meta.db_table} IN EXCLUSIVE MODE")  # noqa: SLF001
    if not is_allowed:
        _demand_none_below_zero(warehouse)
    warehouse.can_go_negative = is_allowed
    warehouse.save(update_fields=["can_go_negative"])
    StockLevel.objects.filter(warehouse=warehouse).update(can_go_negative=is_allowed)


def announce(warehouse: Warehouse) -> None:
    """It was switched on or off: every number that its stock makes may be another one now."""
    held = StockLevel.objects.filter(warehouse=warehouse).order_by("product_id")
    pairs = list(held.values_list("product_id", "warehouse_id"))
    if pairs:
        stock_changed.send(sender=None, levels=pairs, fallen=pairs, oversold=[])


def _demand_none_below_zero(warehouse: Warehouse) -> None:
    below = StockLevel.objects.filter(warehouse=warehouse, on_hand__lt=0).order_by("product__sku")
    skus = list(below.values_list("product__sku", flat=True)[: _NAMED + 1])
    if skus:
        more = " and more" if len(skus) > _NAMED else ""
        raise BelowZero(
            f"{', '.join(skus[:_NAMED])}{more} are below zero at {warehouse}: receive or count them"
            " first.",
            field="can_go_negative",
        )
