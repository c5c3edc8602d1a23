"""A transfer by scanner: filled and sent at its source, received at its destination."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from desk import scan
from desk.cells import page_of
from desk.deadlocks import retried
from desk.dialogs import find
from desk.errors import Refused
from desk.lists import ModelAdmin
from desk.saying import gettext
from inventory import transfers
from inventory.admin.warehouse_work import carried, sheets
from inventory.admin.warehouse_work.finding import may
from inventory.admin.warehouse_work.transfer_lines import (
    NOT_THERE,
    lock,
    receive,
    write_lines,
    written,
)
from inventory.models import Product, StockLevel, Transfer
from inventory.parts import demand_stocked

Status = Transfer.Status
FILLING = {
    "now": _("Units"),
    "submit": _("Save and go on"),
    "empty": _("Nothing here yet: scan what leaves."),
}
ARRIVING = {
    "expected": _("Sent"),
    "done": _("Received"),
    "now": _("Arrived"),
    "left": _("Missing"),
    "submit": _("Receive"),
    "over": _("%(sku)s: only %(left)s left of what was sent. Set the rest aside."),
}
STEPS = {
    "draft": _("Keep as a draft"),
    "dispatch": _("Send: in transit until it is received there"),
    "at_once": _("Move at once: it is there already"),
}


class TransferWorkMixin(ModelAdmin):
    """Adds both screens, a lookup and the summary to the transfers."""

    def get_urls(self) -> list[URLPattern]:
        looked_up = path(
            "<int:pk>/fill/code/",
            self.admin_site.admin_view(self.filling_code),
            name="inventory_transfer_filling_code",
        )
        summary = path(
            "<int:pk>/summary/",
            self.admin_site.admin_view(self.transfer_summary),
            name="inventory_transfer_summary",
        )
        return [looked_up, summary, *super().get_urls()]

    @action(
        description=_("Fill with scanner"),
        icon="barcode_scanner",
        url_path="fill",
        permissions=["change"],
    )
    def fill_scanned(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What leaves; posting it saves the lines, and sends them when asked to."""
        transfer = find(Transfer, object_id)
        sheet = _filling(request, transfer)
        if request.method == "POST":
            given: dict[str, str] = {}
            try:
                given = scan.typed(request.POST)
                return self._fill(request, transfer, given)
            except Refused as refused:
                transfer.refresh_from_db()
                sheet = _filling(request, transfer)  # others may have written meanwhile
                new = sheets.added(given, {line.id for line in sheet.lines})
                lines = [*(sheets.line_of(each, was=NOT_THERE) for each in new), *sheet.lines]
                sheet = sheets.kept(replace(sheet, lines=lines), request, given, refused)
        elif transfer.status != Status.DRAFT:
            return HttpResponseRedirect(_summary_of(transfer))
        return self._screen(
            request,
            transfer,
            sheet,
            title=gettext("Fill the transfer"),
            is_now=transfer.status == Status.DRAFT,
            steps=STEPS.items(),
            step=request.POST.get("step", "dispatch"),
        )

    @action(
        description=_("Receive with scanner"),
        icon="barcode_scanner",
        url_path="arrive",
        permissions=["change"],
    )
    def receive_scanned(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What arrived; posting it receives the transfer."""
        transfer = find(Transfer, object_id)
        sheet = _arriving(request, transfer)
        if request.method == "POST":
            given: dict[str, str] = {}
            try:
                given = scan.typed(request.POST)
                return self._arrive(request, transfer, given)
            except Refused as refused:
                transfer.refresh_from_db()
                sheet = sheets.kept(_arriving(request, transfer), request, given, refused)
        elif transfer.status == Status.RECEIVED:
            return HttpResponseRedirect(_summary_of(transfer))
        return self._screen(
            request,
            transfer,
            sheet,
            title=gettext("Receive the transfer"),
            is_now=transfer.status == Status.IN_TRANSIT,
            is_arriving=True,
            is_short=request.POST.get("is_short") == "on",
        )

    def _screen(
        self, request: HttpRequest, transfer: Transfer, sheet: scan.Sheet, **context: Any
    ) -> HttpResponse:
        return sheets.show(
            request,
            "admin/inventory/transfer/work.html",
            subtitle=f"{transfer} · {transfer.source} → {transfer.destination}",
            opts=self.opts,
            transfer=transfer,
            sheet=sheet,
            sent=request.GET.get("sent", ""),
            back=page_of(transfer),
            **context,
        )

    @retried
    @transaction.atomic
    def _fill(
        self, request: HttpRequest, transfer: Transfer, given: dict[str, str]
    ) -> HttpResponse:
        key, step = scan.key_of(request.POST), request.POST.get("step", "dispatch")
        units = sheets.product_ids(scan.units(given))
        lock(transfer)
        if carried.is_repeat(transfer, _filled_with(key), step, units):
            messages.info(request, gettext("Already done."))
            return _answer(transfer, key)
        write_lines(transfer, units, scan.seen(request.POST))
        text = _go_on(transfer, step, request.user.get_username())
        carried.remember(request, transfer, _filled_with(key), step, units)
        self.log_change(request, transfer, text)
        messages.success(request, text)
        return _answer(transfer, key)

    @retried
    @transaction.atomic
    def _arrive(
        self, request: HttpRequest, transfer: Transfer, given: dict[str, str]
    ) -> HttpResponse:
        key, actor = scan.key_of(request.POST), request.user.get_username()
        arrived = sheets.product_ids(scan.units(given))
        is_short = request.POST.get("is_short") == "on"
        step = "short" if is_short else "whole"
        lock(transfer)
        if carried.is_repeat(transfer, f"arrived {key}", step, arrived):
            messages.info(request, gettext("Already done."))
            return _answer(transfer, key)
        receive(transfer, arrived, actor, is_short=is_short)
        text = gettext("Received: the units are in stock.")
        carried.remember(request, transfer, f"arrived {key}", step, arrived)
        self.log_change(request, transfer, text)
        messages.success(request, text)
        return _answer(transfer, key)

    def transfer_summary(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What left, from where to where, and what comes next; to be printed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        transfer = find(Transfer, pk)
        lines = transfer.lines.select_related("product").order_by("product__sku")
        totals = transfer.lines.order_by().aggregate(units=Sum("quantity"))
        return sheets.show(
            request,
            "admin/inventory/transfer/summary.html",
            gettext("Transfer"),
            subtitle=str(transfer),
            opts=self.opts,
            transfer=transfer,
            lines=lines[: scan.SHOWN],
            total=totals["units"] or 0,
            sent=request.GET.get("sent", "")[:64],
            can_change=may(request, "change", Transfer),
            back=page_of(transfer),
        )

    def filling_code(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the screen at the source asks while scanning: any product may leave."""
        if not may(request, "change", Transfer):
            raise PermissionDenied
        transfer = find(Transfer, pk)

        def line_for(product: Product) -> scan.Line:
            demand_stocked([product.pk])
            level = StockLevel.objects.filter(product=product, warehouse=transfer.source_id).first()
            text = gettext("%(units)d in stock at %(place)s")
            units = level.on_hand if level else 0
            note = text % {"units": units, "place": transfer.source}
            return _line(product, written(transfer, product), note)

        def is_sent(key: str) -> bool:
            return carried.is_carried_out(transfer, _filled_with(key))

        return sheets.look_up(request, line_for, is_sent)


def _filled_with(key: str) -> str:
    return f"filled {key}"


def _go_on(transfer: Transfer, step: str, actor: str) -> str:
    """The step after its lines are written, for a draft that is locked; returns what was done."""
    if step == "dispatch":
        transfers.dispatch(transfer, actor)
        return gettext("Dispatched: the units are in transit.")
    if step == "at_once":
        transfers.in_one_step(transfer, actor)
        return gettext("Moved: the units are in stock at the destination.")
    return gettext("Saved: the transfer is a draft.")


def _line(product: Product, was: str, note: str = "") -> scan.Line:
    """A line that begins with what the draft says, and tells so when it is sent."""
    start = "" if was == NOT_THERE else was
    return sheets.line_of(product, start=start, was=was, note=note)


def _answer(transfer: Transfer, key: str) -> HttpResponse:
    """A draft goes on being filled; of what was sent the summary tells, and leads on."""
    address = _summary_of(transfer)
    if transfer.status == Status.DRAFT:
        address = reverse("admin:inventory_transfer_fill_scanned", args=[transfer.pk])
    return HttpResponseRedirect(f"{address}?sent={key}")


def _summary_of(transfer: Transfer) -> str:
    return reverse("admin:inventory_transfer_summary", args=[transfer.pk])


def _filling(request: HttpRequest, transfer: Transfer) -> scan.Sheet:
    lines = transfer.lines.select_related("product").order_by("product__sku")
    return scan.Sheet(
        document=f"transfer-{transfer.pk}",
        owner=request.user.get_username(),
        key=str(uuid.uuid4()),
        lines=[_line(each.product, str(each.quantity)) for each in lines],
        lookup=reverse("admin:inventory_transfer_filling_code", args=[transfer.pk]),
        is_limited=False,
        is_told=False,
        labels=FILLING,
    )


def _arriving(request: HttpRequest, transfer: Transfer) -> scan.Sheet:
    lines = transfer.lines.select_related("product").order_by("product__sku")
    is_done = transfer.status == Status.RECEIVED
    return scan.Sheet(
        document=f"transfer-{transfer.pk}-arriving",
        owner=request.user.get_username(),
        key=str(uuid.uuid4()),
        lines=[
            sheets.line_of(
                each.product, expected=each.quantity, done=each.quantity if is_done else 0
            )
            for each in lines
        ],
        labels=ARRIVING,
    )
