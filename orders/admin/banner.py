"""The banner over the order list: canceled orders that go on counting, and archiving them at once.

It is true as long as it stands there: nobody can wave it away without archiving the orders.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext

from desk import numbers
from desk.cells import list_of
from desk.lists import ModelAdmin
from inventory.ledger import Cause
from orders import clearing
from orders.admin.done import record_of
from orders.admin.filters import COUNTING
from orders.admin.totals import NONE, canceled_but_counting, held_by_canceled, totals_of
from orders.changing import Change
from orders.clearing import Cleared, Skip
from orders.commitments import HELD
from orders.models import SalesOrder, SalesOrderLine

MOST = 1000
"""Orders archived by one click; of more, the rest by the next one."""
SHOWN = 50
TOP = 20
LISTED = 25

Freed = Mapping[tuple[int, int], int]
"""Units by (product id, warehouse id)."""


class Telling(NamedTuple):
    """What one channel is told then. Units over all its listings; listings: whose number changes.
    note: what else there is to say."""

    channel: str
    listings: int
    more: int
    note: str = ""


def channels_in(told: Iterable[Telling]) -> int:
    """How many channels are told; a note is none."""
    return sum(not each.note for each in told)


class Product(NamedTuple):
    """Units of one product that would be free again, and in how many orders they are."""

    sku: str
    name: str
    warehouse: str
    units: int
    orders: int


class Banner(ModelAdmin):
    """Mixed into the order list."""

    list_before_template = "admin/orders/salesorder/banner.html"

    def told_after(self, _freed: Freed) -> Sequence[Telling]:
        """What the channels would be told if these units (negative: taken) were free; for a floor
        above, which knows them."""
        return ()

    def get_urls(self) -> list[Any]:
        """The preview and its confirmation are one page."""
        page = self.admin_site.admin_view(self.clear_canceled)
        return [path("clear/", page, name="orders_salesorder_clear"), *super().get_urls()]

    def counting(self, request: HttpRequest) -> dict[str, Any] | None:
        """What the banner says; None while nothing is to be said."""
        orders, units = held_by_canceled()
        if not orders:
            return None
        told = ngettext(
            "%(orders)s canceled order still counts %(units)s units.",
            "%(orders)s canceled orders still count %(units)s units.",
            orders,
        ) % {"orders": numbers.shown(orders), "units": numbers.shown(units)}
        return {
            "told": told,
            "list": list_of(SalesOrder, holding=COUNTING),
            "clear": reverse("admin:orders_salesorder_clear")
            if self.has_change_permission(request)
            else "",
        }

    def clear_canceled(self, request: HttpRequest) -> HttpResponse:
        """On GET what would happen; on POST it is done, and told."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._clear(request)
        found = list(canceled_but_counting(SalesOrder.objects.order_by("pk"))[: MOST + 1])
        orders = found[:MOST]
        freed = _freed([order.pk for order in orders])
        total, _units = held_by_canceled()
        told = self.told_after(freed)
        context = self._context(request) | {
            "orders": _with_units(orders[:SHOWN]),
            "number": len(orders),
            "rest": max(total - len(orders), 0),
            "unseen": len(orders) - SHOWN if len(orders) > SHOWN else 0,
            "freed": sum(freed.values()),
            "products": _products([order.pk for order in orders]),
            "told": told,
            "channels": channels_in(told),
            "ids": ",".join(str(order.pk) for order in orders),
            "key": uuid.uuid4(),
            "all": list_of(SalesOrder, holding=COUNTING),
        }
        return TemplateResponse(request, "admin/orders/salesorder/clear.html", context)

    def _clear(self, request: HttpRequest) -> HttpResponse:
        ids = _ids(request.POST.get("ids", ""))
        key = str(request.POST.get("key", "")).replace("\x00", "")[:64].strip()
        if not ids or not key:
            text = gettext("Nothing was chosen: look at the orders again, then archive them.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(request.path)
        cause = Cause(actor=request.user.get_username(), key=f"clear:{key}")
        result = clearing.clear(ids, cause, record_of(request, Change.ARCHIVE))
        context = self._context(request) | {
            "result": result,
            "skipped": _skipped(result),
            "left": held_by_canceled()[0],
        }
        return TemplateResponse(request, "admin/orders/salesorder/cleared.html", context)

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": gettext("Archive canceled orders"),
            "opts": self.opts,
            "back": list_of(SalesOrder),
        }


def _ids(text: str) -> list[int]:
    """The ids a form gave; whatever is no id is left out, as is what goes beyond MOST."""
    given = [each for each in text.split(",")[:MOST] if each.isascii() and each.isdigit()]
    return [int(each) for each in given if len(each) <= 18]


def _with_units(orders: Collection[Any]) -> list[tuple[Any, int]]:
    totals = totals_of([order.pk for order in orders])
    return [(order, totals.get(order.pk, NONE).held) for order in orders]


def _freed(order_ids: Collection[int]) -> Counter[tuple[int, int]]:
    rows = (
        SalesOrderLine.objects.filter(order__in=order_ids)
        .order_by()
        .values_list("product_id", "warehouse_id")
        .annotate(units=Sum(HELD))
    )
    return Counter({(product, place): units for product, place, units in rows if units})


def _products(order_ids: Collection[int]) -> list[Product]:
    rows = (
        SalesOrderLine.objects.filter(order__in=order_ids)
        .values_list("product__sku", "product__name", "warehouse__name")
        .annotate(units=Sum(HELD), orders=Count("order", distinct=True))
        .filter(units__gt=0)
        .order_by("-units", "product__sku")
    )
    return [Product(*row) for row in rows[:TOP]]


def _skipped(result: Cleared) -> list[tuple[str, int, str]]:
    """Why, how many, and which: the first few of each kind."""
    reasons = {
        Skip.GONE: gettext("deleted meanwhile"),
        Skip.ARCHIVED: gettext("archived already"),
        Skip.RESTORED: gettext("not canceled any more: the order is wanted again"),
        Skip.BUSY: gettext("others were at work on them: choose them again"),
    }
    found: dict[str, list[str]] = {}
    for number, why, words in result.skipped:
        found.setdefault(reasons.get(why, words), []).append(number)
    return [(why, len(which), ", ".join(which[:LISTED])) for why, which in found.items()]
