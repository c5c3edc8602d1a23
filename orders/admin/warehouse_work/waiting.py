"""Which orders wait for what a purchase order brings, the oldest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import F

from inventory import availability
from inventory.models import PurchaseOrder, PurchaseOrderLine
from orders.models import SalesOrder, SalesOrderLine

LOOKED_AT = 2000
"""Waiting lines that are looked at; beyond them goods go to stock, where they wait for anybody."""


class Share(NamedTuple):
    """Units of a purchase order's line meant for an order's line, which lacks them."""

    line: SalesOrderLine
    units: int


def awaited(order: PurchaseOrder) -> list[PurchaseOrderLine]:
    """Its lines of which units are still to come."""
    lines = order.lines.filter(received__lt=F("ordered")).select_related("product")
    return list(lines.order_by("product__sku", "pk"))


def shares(order: PurchaseOrder, lines: list[PurchaseOrderLine]) -> Mapping[int, list[Share]]:
    """By product id, who waits for its units and for how many of those to come.

    What already stands on the shelf is for the oldest orders: who comes after them waits. Orders
    that may not be shipped wait for something else.
    """
    products = {line.product_id for line in lines}
    stock = availability.at(products, [order.warehouse_id])
    place = order.warehouse_id
    shelf = {
        product: max(0, stock.get((product, place), availability.UNKNOWN).on_hand)
        for product in products
    }
    coming = {line.product_id: line.ordered - line.received for line in lines}
    found: dict[int, list[Share]] = defaultdict(list)
    for line in _wanting(products, place):
        wanted = line.ordered - line.shipped
        here = min(wanted, shelf[line.product_id])
        shelf[line.product_id] -= here
        units = min(wanted - here, coming[line.product_id])
        if units:
            coming[line.product_id] -= units
            found[line.product_id].append(Share(line, units))
    return found


def _wanting(product_ids: set[int], warehouse_id: int) -> list[SalesOrderLine]:
    return list(
        SalesOrderLine.objects.filter(
            product__in=product_ids,
            warehouse=warehouse_id,
            shipped__lt=F("ordered"),
            order__archived_at=None,
            order__dispatched_at=None,
            order__is_unpaid=False,
        )
        .exclude(order__status=SalesOrder.Status.CANCELED)
        .select_related("order")
        .order_by("order__placed_at", "order_id", "pk")[:LOOKED_AT]
    )
