"""What is to be shipped: orders of which the shelf has all units first, the oldest first; and what
was shipped without its ASN, which goes on counting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from desk.cells import list_of, page_of
from desk.lists import ModelAdmin
from inventory.admin.warehouse_work import tiles
from orders.admin import numbered
from orders.admin.blocks import Short, not_there
from orders.admin.filters import LIVE
from orders.admin.totals import NONE, Totals, totals_of
from orders.admin.warehouse_work.rights import NOTIFY, SHIP, demand
from orders.models import SalesOrder, SalesOrderLine

LOOKED_AT = 300
"""The oldest waiting orders, of which those come first that the shelf has whole."""
SHOWN = 50
UNTOLD_SHOWN = 10
LONGEST = 60


class Waiting(NamedTuple):
    """An order in the queue; short: what the shelf lacks of it now."""

    order: SalesOrder
    totals: Totals
    short: Sequence[Short]
    url: str


def to_ship() -> QuerySet[SalesOrder]:
    """Open orders with units that have not left and may."""
    left = SalesOrderLine.objects.filter(order=OuterRef("pk"), shipped__lt=F("ordered"))
    return SalesOrder.objects.filter(
        Exists(left),
        status=SalesOrder.Status.OPEN,
        archived_at=None,
        dispatched_at=None,
        is_unpaid=False,
    )


def waiting(orders: QuerySet[SalesOrder]) -> list[Waiting]:
    """The queue over the oldest of these; three statements."""
    oldest = list(orders.order_by("placed_at", "id")[:LOOKED_AT])
    ids = [order.pk for order in oldest]
    totals, short = totals_of(ids), not_there(ids)
    found = [
        Waiting(
            order,
            totals.get(order.pk, NONE),
            short.get(order.pk, ()),
            reverse("admin:orders_work_pick", args=[order.pk]),
        )
        for order in oldest
    ]
    return sorted(found, key=lambda each: bool(each.short))[:SHOWN]


def shipped_untold() -> QuerySet[SalesOrder]:
    """Live orders with units that left and stand on no sent ASN: they count twice until then."""
    untold = SalesOrderLine.objects.filter(order=OuterRef("pk"), shipped__gt=F("notified"))
    return SalesOrder.objects.filter(LIVE, Exists(untold))


class Queue(ModelAdmin):
    """Mixed into the admin of orders: the page of the queue."""

    def ship_queue(self, request: HttpRequest) -> HttpResponse:
        """The queue; `?q=` is a whole number, which a label's barcode gives, or how one begins.
        Several channels may have given the same one."""
        demand(request, SHIP)
        term = numbered.readable(request.GET.get("q", ""))[:LONGEST]
        named = numbered.whole(term)
        if len(named) == 1:
            return HttpResponseRedirect(reverse("admin:orders_work_pick", args=named))
        orders = to_ship()
        if named:
            orders = orders.filter(pk__in=named)
        elif term:
            orders = orders.filter(number__istartswith=term)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("Pick and ship"),
            "opts": self.opts,
            "waiting": waiting(orders),
            "term": term,
            "several": len(named),
            "shown": SHOWN,
            "all": list_of(SalesOrder, status__exact=SalesOrder.Status.OPEN, archived="no"),
            "untold": self._untold(request),
            "sent": request.GET.get("sent", "")[:64],
        }
        return TemplateResponse(request, "admin/orders/warehouse_work/queue.html", context)

    def _untold(self, request: HttpRequest) -> dict[str, Any]:
        """The oldest that wait for their ASN, with where it is sent, and how many there are."""
        oldest = list(shipped_untold().order_by("id")[:UNTOLD_SHOWN])
        totals = totals_of([order.pk for order in oldest])
        may_send = request.user.has_perms(NOTIFY)
        number = len(oldest)
        if number == UNTOLD_SHOWN:
            number = tiles.count(shipped_untold())
        return {
            "rows": [
                (
                    order,
                    totals.get(order.pk, NONE).untold,
                    reverse("admin:orders_work_notify", args=[order.pk])
                    if may_send
                    else page_of(order),
                )
                for order in oldest
            ],
            "may_send": may_send,
            "number": number,
            "figure": tiles.figure(number),
            "all": list_of(SalesOrder, blocked="untold"),
        }
