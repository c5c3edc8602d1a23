"""Putting away: units that wait in staging go to their shelves, receipt by receipt."""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from desk import scan
from desk.deadlocks import retried
from desk.errors import Refused
from desk.saying import gettext, ngettext
from inventory import receiving
from inventory.admin.warehouse_work import sheets
from inventory.errors import InvalidLines, KeyReused
from inventory.models import Movement, Product, Receipt, ReceiptLine, StockLevel

LABELS = {
    "expected": _("Staged"),
    "done": _("Put away"),
    "now": _("Now"),
    "left": _("Waiting"),
    "submit": _("Put away"),
    "over": _("%(sku)s: only %(left)s waiting in staging. Receive the rest first."),
    "empty": _("Nothing waits in staging. Units received to staging appear here."),
}
ASKED_WITHIN = datetime.timedelta(days=3)


def waiting() -> QuerySet[ReceiptLine]:
    """Lines of staged receipts that still wait for their shelf, oldest receipt first.

    By way of the levels that have staged units, of which there are few however many receipts.
    """
    staged = StockLevel.objects.filter(staged__gt=0).values("product")
    lines = ReceiptLine.objects.filter(
        product__in=staged, receipt__mode=Receipt.Mode.STAGED, put_away__lt=F("quantity")
    )
    return lines.select_related("product", "receipt__purchase_order__warehouse").order_by("pk")


def put_away(request: HttpRequest) -> HttpResponse:
    """The screen; posting it puts away. ?receipt= narrows it to one receipt."""
    _demand(request)
    sheet = _sheet(request)
    if request.method == "POST":
        given: dict[str, str] = {}
        try:
            given = scan.typed(request.POST)
            return _carry_out(request, given)
        except Refused as refused:
            sheet = sheets.kept(_sheet(request), request, given, refused)
    return sheets.show(
        request,
        "admin/inventory/warehouse_work/put_away.html",
        gettext("Put away"),
        sheet=sheet,
        is_narrowed=bool(_receipt(request)),
        sent=request.GET.get("sent", ""),
        back=reverse("work"),
    )


def put_away_code(request: HttpRequest) -> HttpResponse:
    """What the screen asks while scanning."""
    _demand(request)

    def line_for(product: Product) -> scan.Line:
        line = _narrowed(request).filter(product=product).first()
        if line is None:
            text = gettext("No unit of %(sku)s waits in staging: receive it first.")
            raise InvalidLines(text % {"sku": product.sku}, field="code")
        return _line(line)

    return sheets.look_up(request, line_for, _is_sent)


@retried
@transaction.atomic
def _carry_out(request: HttpRequest, given: dict[str, str]) -> HttpResponse:
    key = scan.key_of(request.POST)
    numbers = {line: number for line, number in scan.units(given).items() if number}
    if not numbers:
        raise InvalidLines(gettext("Nothing was counted: scan the items, or type the numbers."))
    actor = request.user.get_username()
    by_receipt = _by_receipt(numbers)
    # All before the first level: who has one of them and waits for a level would wait for us.
    receiving.lock_receipts([receipt.pk for receipt, _units in by_receipt])
    for receipt, units in by_receipt:
        try:
            receiving.put_away(receipt, units, f"{key}:{receipt.pk}", actor)
        except KeyReused as reused:
            raise KeyReused(sheets.sent_before()) from reused
    total = sum(numbers.values())
    text = ngettext("%(units)d unit put away.", "%(units)d units put away.", total)
    messages.success(request, text % {"units": total})
    return HttpResponseRedirect(f"{reverse('work-put-away')}?sent={key}")


def _by_receipt(numbers: Mapping[str, int]) -> list[tuple[Receipt, dict[int, int]]]:
    """Units of each receipt by product, in primary-key order. Raises InvalidLines."""
    ids = [int(line) for line in numbers if sheets.is_id(line)]
    lines = ReceiptLine.objects.filter(pk__in=ids, receipt__mode=Receipt.Mode.STAGED)
    found = list(lines.select_related("receipt__purchase_order").order_by("receipt_id", "pk"))
    if len(found) != len(numbers):
        raise InvalidLines(gettext("A line does not exist any more: load the page again."))
    units: dict[Receipt, dict[int, int]] = defaultdict(dict)
    for line in found:
        units[line.receipt][line.product_id] = numbers[str(line.pk)]
    return list(units.items())


def _is_sent(key: str) -> bool:
    """By the keys of put_away, which name a receipt each; looked for where the index by time leads,
    for no answer is waited for longer."""
    recent = Movement.objects.filter(recorded_at__gte=timezone.now() - ASKED_WITHIN)
    return recent.filter(key__startswith=f"put-away:{key[:64]}:").exists()


def _demand(request: HttpRequest) -> None:
    user: Any = request.user
    if not user.has_perm("inventory.change_purchaseorder"):
        raise PermissionDenied


def _receipt(request: HttpRequest) -> int | None:
    text = request.GET.get("receipt", "")
    return int(text) if sheets.is_id(text) else None


def _narrowed(request: HttpRequest) -> QuerySet[ReceiptLine]:
    receipt = _receipt(request)
    return waiting() if receipt is None else waiting().filter(receipt=receipt)


def _line(line: ReceiptLine) -> scan.Line:
    receipt = line.receipt
    order = receipt.purchase_order
    return sheets.line_of(
        line.product,
        id=str(line.pk),
        expected=line.quantity,
        done=line.put_away,
        note=f"{receipt} · {order} · {order.warehouse}",
    )


def _sheet(request: HttpRequest) -> scan.Sheet:
    receipt = _receipt(request)
    narrowed = "" if receipt is None else f"?receipt={receipt}"
    return scan.Sheet(
        document=f"put-away-{receipt or 'all'}",
        owner=request.user.get_username(),
        key=str(uuid.uuid4()),
        lines=[_line(line) for line in _narrowed(request)[: sheets.KNOWN]],
        lookup=reverse("work-put-away-code") + narrowed,
        labels=LABELS,
    )
