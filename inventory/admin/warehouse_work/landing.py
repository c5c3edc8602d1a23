"""Warehouse work: where a person with a scanner begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import F, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from desk import numbers
from desk.cells import list_of, page_of
from desk.errors import Refused
from inventory.admin.warehouse_work import sheets
from inventory.admin.warehouse_work.finding import bearing, may, work_of
from inventory.admin.warehouse_work.tiles import tiles
from inventory.models import PurchaseOrder, PurchaseOrderLine, Stocktake, Transfer

LISTED = 8
WORK = ("inventory.change_purchaseorder", "inventory.change_stocktake", "inventory.change_transfer")


class Waiting(NamedTuple):
    """One document that waits for work."""

    name: str
    url: str
    detail: str
    text: str


class Section(NamedTuple):
    """Documents of one kind, the first few; `all_url` leads to the rest."""

    name: str
    title: str
    rows: Sequence[Waiting]
    empty: str
    all_url: str
    add_url: str = ""
    add_text: str = ""


def may_work(request: HttpRequest) -> bool:
    """Whether any of this work is this person's."""
    user: Any = request.user
    return any(user.has_perm(name) for name in WORK)


def work(request: HttpRequest) -> HttpResponse:
    """The page. ?code= leads on to what bears that code, asks which where several do, or says why
    nothing does; nothing is changed."""
    if not may_work(request):
        raise PermissionDenied
    code, refused, choices = request.GET.get("code", ""), "", []
    if code.strip():
        try:
            choices = bearing(request, code)
        except Refused as why:
            refused = why.message
    if len(choices) == 1:
        return HttpResponseRedirect(choices[0].url)
    return sheets.show(
        request,
        "admin/inventory/warehouse_work/landing.html",
        gettext("Warehouse work"),
        code=code,
        refused=refused,
        choices=choices,
        tiles=tiles(request),
        sections=_sections(request),
    )


def _sections(request: HttpRequest) -> list[Section]:
    sections = []
    if may(request, "change", PurchaseOrder):
        sections.append(_purchase_orders(request))
    if may(request, "change", Stocktake):
        sections.append(_stocktakes(request))
    if may(request, "change", Transfer):
        sections.append(_transfers(request))
    return sections


def _purchase_orders(request: HttpRequest) -> Section:
    found = PurchaseOrder.objects.filter(status=PurchaseOrder.Status.OPEN)
    orders = list(
        found.select_related("warehouse").order_by(F("expected_on").asc(nulls_last=True), "pk")[
            :LISTED
        ]
    )
    lines = PurchaseOrderLine.objects.filter(purchase_order__in=orders).order_by()
    sums = lines.values("purchase_order").annotate(units=Sum(F("ordered") - F("received")))
    awaited = dict(sums.values_list("purchase_order", "units"))
    rows = []
    for order in orders:
        units = awaited.get(order.pk, 0)
        text = ngettext("%(units)s unit awaited", "%(units)s units awaited", units)
        about = " · ".join(filter(None, [order.supplier, str(order.warehouse)]))
        told = text % {"units": numbers.shown(units)}
        rows.append(Waiting(order.number, work_of(request, order), about, told))
    rows += _drafts(LISTED - len(rows))
    return Section(
        "receive",
        gettext("Receive"),
        rows,
        gettext("No purchase order is open. Open one when it was sent to the supplier."),
        list_of(PurchaseOrder, status__exact=PurchaseOrder.Status.OPEN),
    )


def _drafts(most: int) -> list[Waiting]:
    """Purchase orders that nobody opened yet: their pages offer it."""
    drafts = PurchaseOrder.objects.filter(status=PurchaseOrder.Status.DRAFT)
    newest = drafts.select_related("warehouse").order_by("-pk")[:most]
    return [
        Waiting(
            order.number,
            page_of(order),
            " · ".join(filter(None, [order.supplier, str(order.warehouse)])),
            gettext("Draft: open it first"),
        )
        for order in newest
    ]


def _stocktakes(request: HttpRequest) -> Section:
    found = Stocktake.objects.filter(status=Stocktake.Status.OPEN)
    rows = [
        Waiting(str(each), work_of(request, each), str(each.warehouse), each.note or each.opened_by)
        for each in found.select_related("warehouse")[:LISTED]
    ]
    return Section(
        "stocktakes",
        gettext("Stocktakes"),
        rows,
        gettext("No stocktake is open."),
        list_of(Stocktake, status__exact=Stocktake.Status.OPEN),
        reverse("work-stocktake") if may(request, "add", Stocktake) else "",
        gettext("Start a stocktake"),
    )


def _transfers(request: HttpRequest) -> Section:
    found = Transfer.objects.exclude(status=Transfer.Status.RECEIVED)
    rows = [
        Waiting(
            str(each),
            work_of(request, each),
            f"{each.source} → {each.destination}",
            each.get_status_display(),
        )
        for each in found.select_related("source", "destination")[:LISTED]
    ]
    return Section(
        "transfers",
        gettext("Transfers"),
        rows,
        gettext("No transfer is under way."),
        list_of(Transfer),
        reverse("work-transfer") if may(request, "add", Transfer) else "",
        gettext("Start a transfer"),
    )
