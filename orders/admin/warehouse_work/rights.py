"""Who may work on orders: the same permissions as the steps on an order's page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from orders.models import SalesOrder

LOOK = "orders.view_salesorder"
SHIP = [LOOK, "inventory.add_movement"]
NOTIFY = [LOOK, "orders.add_asn", "orders.change_asn"]
CROSS_DOCK = [*SHIP, "inventory.view_purchaseorder", "inventory.change_purchaseorder"]
LARGEST = 2**63


def demand(request: HttpRequest, permissions: list[str]) -> None:
    """Raises PermissionDenied unless the person has all of these."""
    if not request.user.has_perms(permissions):
        raise PermissionDenied


def order_of(order_id: int) -> SalesOrder:
    """Raises Http404."""
    order = SalesOrder.objects.filter(pk=order_id).first() if order_id < LARGEST else None
    if order is None:
        raise Http404(f"No sales order {order_id}")
    return order
