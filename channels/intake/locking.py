"""Locks for all that an order may change, taken once and in the order that everybody keeps."""

from __future__ import annotations

from collections.abc import Iterable

from channels.models import ListingLevel
from inventory import bundles
from inventory.models import StockLevel
from orders.models import SalesOrder


def lock(product_ids: Iterable[int]) -> None:
    """Lock what is counted and what is shown of these products: stock levels by product and
    warehouse, then listing levels by primary key. A bundle is counted by its components, and with
    one of these every bundle that has it shows another number.

    An order is edited, shipped, taken back and doubted in one transaction. Locking step by step,
    it would hold listing levels while it waits for stock, and two such would wait for each other.
    """
    stocked, listed = bundles.related(set(product_ids))
    stock = StockLevel.objects.filter(product__in=stocked).order_by("product_id", "warehouse_id")
    list(stock.select_for_update().values_list("pk", flat=True))
    shown = ListingLevel.objects.filter(listing__product__in=listed).order_by("pk")
    list(shown.select_for_update(of=["self"], no_key=True).values_list("pk", flat=True))


def lock_order(order: SalesOrder, more: Iterable[int]) -> SalesOrder:
    """Lock an order and then all that it may change, as everybody does who works on orders; `more`
    products may come to it. Returns it as it is now."""
    locked = SalesOrder.objects.select_for_update().get(pk=order.pk)
    lock([*locked.lines.values_list("product_id", flat=True), *more])
    return locked
