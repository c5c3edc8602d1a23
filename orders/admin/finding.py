"""Warehouse work finds orders by their number, too, and counts those that are to leave."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from desk.cells import page_of
from inventory.admin.warehouse_work import finding, tiles
from orders.admin.warehouse_work.queue import to_ship
from orders.admin.warehouse_work.rights import SHIP
from orders.models import SalesOrder


def order(request: HttpRequest, code: str) -> finding.Bearer | None:
    """Where the order is picked, when it can leave and this person ships; else its page."""
    if not finding.may(request, "view", SalesOrder):
        return None
    found = SalesOrder.objects.filter(number__in={code, code.upper()}).first()
    if found is None:
        return None
    url = page_of(found)
    if request.user.has_perms(SHIP) and to_ship().filter(pk=found.pk).exists():
        url = reverse("admin:orders_work_pick", args=[found.pk])
    return finding.Bearer(gettext("Sales order"), found.number, url)


def tile(request: HttpRequest) -> tiles.Tile | None:
    """Pick and ship, for those who may."""
    if not request.user.has_perms(SHIP):
        return None
    number = tiles.count(to_ship())
    text = ngettext("order to ship", "orders to ship", number)
    url = reverse("admin:orders_work_ship")
    return tiles.Tile(gettext("Pick and ship"), "local_shipping", url, tiles.figure(number), text)


finding.register(order)
tiles.register(tile)
