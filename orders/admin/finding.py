"""Warehouse work finds orders by their number, too, and counts those that are to leave."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from desk.cells import page_of
from inventory.admin.warehouse_work import finding, tiles
from orders.admin import numbered
from orders.admin.warehouse_work.queue import to_ship
from orders.admin.warehouse_work.rights import SHIP
from orders.models import SalesOrder

MOST = 20
"""Orders of one number that a person can choose from: several channels may have given it."""


def orders(request: HttpRequest, code: str) -> list[finding.Bearer]:
    """Where each order is picked, when it can leave and this person ships; else its page."""
    if not finding.may(request, "view", SalesOrder):
        return []
    found = SalesOrder.objects.filter(pk__in=numbered.whole(code)).order_by("-pk")[:MOST]
    ids = [order.pk for order in found]
    leaving: set[int] = set()
    if ids and request.user.has_perms(SHIP):
        leaving = set(to_ship().filter(pk__in=ids).values_list("pk", flat=True))
    return [
        finding.Bearer(
            gettext("Sales order"),
            order.number,
            reverse("admin:orders_work_pick", args=[order.pk])
            if order.pk in leaving
            else page_of(order),
        )
        for order in found
    ]


def tile(request: HttpRequest) -> tiles.Tile | None:
    """Pick and ship, for those who may."""
    if not request.user.has_perms(SHIP):
        return None
    number = tiles.count(to_ship())
    text = ngettext("order to ship", "orders to ship", number)
    url = reverse("admin:orders_work_ship")
    return tiles.Tile(gettext("Pick and ship"), "local_shipping", url, tiles.figure(number), text)


finding.register(orders)
tiles.register(tile)
