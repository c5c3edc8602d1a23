"""What is on its way to the shelves: ordered from suppliers, in transit, at the dock."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import F

from inventory.models import (
    Product,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    Transfer,
    TransferLine,
)

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Coming:
    """Units that a document brings to a warehouse. `since`: when they are expected, or since when
    they have been on their way."""

    document: PurchaseOrder | Transfer
    warehouse: str
    units: int
    ordered: int
    since: datetime.date | None
    whence: str


def ordered(product: Product) -> list[Coming]:
    """Lines of open purchase orders that still expect units."""
    lines = PurchaseOrderLine.objects.filter(
        product=product,
        purchase_order__status=PurchaseOrder.Status.OPEN,
        received__lt=F("ordered"),
    ).select_related("purchase_order__warehouse")
    return [
        Coming(
            line.purchase_order,
            line.purchase_order.warehouse.name,
            line.ordered - line.received,
            line.ordered,
            line.purchase_order.expected_on,
            line.purchase_order.supplier,
        )
        for line in lines.order_by("-pk")[:SHOWN]
    ]


def in_transit(product: Product) -> list[Coming]:
    """Lines of transfers that are under way."""
    lines = TransferLine.objects.filter(
        product=product, transfer__status=Transfer.Status.IN_TRANSIT
    ).select_related("transfer__source", "transfer__destination")
    return [
        Coming(
            line.transfer,
            line.transfer.destination.name,
            line.quantity,
            line.quantity,
            line.transfer.dispatched_at.date() if line.transfer.dispatched_at else None,
            line.transfer.source.name,
        )
        for line in lines.order_by("-pk")[:SHOWN]
    ]


def staged(product: Product) -> list[Coming]:
    """Units at the dock that wait to be put away."""
    lines = ReceiptLine.objects.filter(
        product=product, receipt__mode=Receipt.Mode.STAGED, put_away__lt=F("quantity")
    ).select_related("receipt__purchase_order__warehouse")
    return [
        Coming(
            line.receipt.purchase_order,
            line.receipt.purchase_order.warehouse.name,
            line.quantity - line.put_away,
            line.quantity,
            line.receipt.received_at.date(),
            line.receipt.purchase_order.supplier,
        )
        for line in lines.order_by("-pk")[:SHOWN]
    ]
