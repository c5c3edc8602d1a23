"""What of stock a partner may see: all products, and what lies in its warehouses."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from inventory.models import (
    Movement,
    Product,
    PurchaseOrder,
    Receipt,
    StockLevel,
    Stocktake,
    Warehouse,
)
from partners import sight
from partners.models import Partner

sight.open_to_all(Product)


@sight.rule(Warehouse)
def own(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """The warehouses themselves."""
    ids = partner.warehouse_ids
    return rows if ids is None else rows.filter(pk__in=ids)


@sight.rule(StockLevel, Movement, PurchaseOrder, Stocktake)
def within(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """What is at a warehouse."""
    ids = partner.warehouse_ids
    return rows if ids is None else rows.filter(warehouse__in=ids)


@sight.rule(Receipt)
def received(rows: QuerySet[Any], partner: Partner) -> QuerySet[Any]:
    """What came in for a purchase order."""
    ids = partner.warehouse_ids
    return rows if ids is None else rows.filter(purchase_order__warehouse__in=ids)
