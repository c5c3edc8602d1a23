"""One order at the packing table: every unit is scanned, and what was scanned is shipped."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from desk import scan
from desk.cells import page_of
from desk.deadlocks import retried
from desk.errors import Refused
from desk.lists import ModelAdmin
from desk.saying import gettext, ngettext
from inventory.admin.warehouse_work import sheets
from inventory.errors import InvalidLines, WrongState
from inventory.ledger import Cause
from inventory.models import Movement, Product
from orders import fulfilment
from orders.admin.blocks import Short, not_there
from orders.admin.warehouse_work.rights import NOTIFY, SHIP, demand, order_of
from orders.errors import UnknownLine
from orders.models import SalesOrder, SalesOrderLine

LABELS = {
    "expected": _("Ordered"),
    "done": _("Shipped before"),
    "now": _("Picked"),
    "left": _("To pick"),
    "submit": _("Ship what was picked"),
    "over": _("%(sku)s: %(left)s left to pick. One too many: put it back."),
    "empty": _("Everything has been shipped."),
}


class Picking(ModelAdmin):
    """Mixed into the admin of orders: the page where one is picked."""

    def pick(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """The sheet on GET; on POST what it says is shipped, and the ASN is next."""
        demand(request, SHIP)
        order = order_of(order_id)
        if request.method != "POST":
            return self._pick_page(request, order, self._sheet(request, order))
        try:
            key = scan.key_of(request.POST)
            given = scan.typed(request.POST)
        except Refused as refused:
            self.message_user(request, refused.message, messages.ERROR)
            return HttpResponseRedirect(request.path)
        try:
            told = self._ship(request, order, given, key)
        except Refused as refused:
            sheet = sheets.kept(self._sheet(request, order), request, given, refused)
            return self._pick_page(request, order, sheet)
        if told:
            self.message_user(request, told, messages.SUCCESS)
        else:
            self.message_user(request, gettext("Already done."), messages.INFO)
        return HttpResponseRedirect(self._after(request, order, key))

    def pick_lookup(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """What scan.js asks; see templates/admin/stockcast/scan.html."""
        demand(request, SHIP)
        order = order_of(order_id)

        def line_for(product: Product) -> scan.Line:
            text = gettext("%(sku)s is not on order %(order)s, or all of it has left: put it back.")
            raise UnknownLine(text % {"sku": product.sku, "order": order}, field="code")

        return sheets.look_up(request, line_for, was_shipped)

    @retried
    @transaction.atomic
    def _ship(
        self, request: HttpRequest, order: SalesOrder, given: dict[str, str], key: str
    ) -> str:
        """What is told once it is through; "" when the same sheet was shipped before."""
        units = {_line_id(line): number for line, number in scan.units(given).items() if number}
        if not units:
            raise InvalidLines(
                gettext("Nothing was picked: scan what leaves, or type the units."), field="units"
            )
        cause = Cause(actor=request.user.get_username(), key=f"ship:{key}")
        total = sum(units.values())
        if not fulfilment.ship(order.pk, units, cause):
            return ""
        told = ngettext("%(units)s unit shipped.", "%(units)s units shipped.", total)
        told %= {"units": total}
        self.log_change(request, order, told)
        return told

    def _after(self, request: HttpRequest, order: SalesOrder, key: str) -> str:
        """The ASN is next, for those who may send it; else the queue."""
        if request.user.has_perms(NOTIFY):
            page = reverse("admin:orders_work_notify", args=[order.pk])
        else:
            page = reverse("admin:orders_work_ship")
        return f"{page}?{urlencode({'sent': key})}"

    def _sheet(self, request: HttpRequest, order: SalesOrder) -> scan.Sheet:
        short = {each.sku: each for each in not_there([order.pk]).get(order.pk, ())}
        lines = order.lines.select_related("product", "warehouse")
        return scan.Sheet(
            document=f"ship-{order.pk}",
            owner=request.user.get_username(),
            key=str(uuid.uuid4()),
            lines=[_line(line, short) for line in lines if line.shipped < line.ordered],
            lookup=reverse("admin:orders_work_pick_lookup", args=[order.pk]),
            labels=LABELS,
        )

    def _pick_page(
        self, request: HttpRequest, order: SalesOrder, sheet: scan.Sheet
    ) -> HttpResponse:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": order.number,
            "subtitle": order.customer,
            "opts": self.opts,
            "order": order,
            "why_not": _why_not(order),
            "sheet": sheet,
            "page_url": page_of(order),
            "back": reverse("admin:orders_work_ship"),
        }
        return TemplateResponse(request, "admin/orders/warehouse_work/pick.html", context)


def was_shipped(key: str) -> bool:
    """Whether a sheet of this key was carried out."""
    return Movement.objects.filter(key=f"ship:{key}".replace("\x00", "")).exists()


def _line(line: SalesOrderLine, short: dict[str, Short]) -> scan.Line:
    note = gettext("from %(warehouse)s") % {"warehouse": line.warehouse}
    lack = short.get(line.product.sku)
    if lack is not None:
        there = {"warehouse": line.warehouse, "units": max(lack.on_hand, 0)}
        note = gettext("from %(warehouse)s, only %(units)d there") % there
    return scan.Line(
        id=str(line.pk),
        sku=line.product.sku,
        name=line.product.name,
        barcode=line.product.barcode,
        expected=line.ordered,
        done=line.shipped,
        note=note,
    )


def _line_id(text: str) -> int:
    if sheets.is_id(text):
        return int(text)
    raise UnknownLine(gettext("A line is not this order's: load the page again."), field="units")


def _why_not(order: SalesOrder) -> str:
    """Why it can not be shipped, as the verb would say; "" when it can."""
    try:
        fulfilment.demand_shippable(order)
    except WrongState as refused:
        return refused.message
    return ""
