"""Receiving a purchase order by scanner: what came, direct to stock or to staging."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from desk import scan
from desk.cells import page_of
from desk.deadlocks import retried
from desk.dialogs import find
from desk.errors import Refused
from desk.lists import ModelAdmin
from desk.saying import gettext, ngettext
from inventory import receiving
from inventory.admin.warehouse_work import sheets
from inventory.errors import InvalidLines, KeyReused
from inventory.models import Product, PurchaseOrder, PurchaseOrderLine, Receipt

LABELS = {
    "expected": _("Ordered"),
    "done": _("Received"),
    "now": _("Came now"),
    "left": _("Awaited"),
    "submit": _("Receive"),
    "over": _(
        "%(sku)s: only %(left)s awaited. Set the rest aside; it needs a purchase order of its own."
    ),
    "empty": _("Nothing is awaited on this order."),
}
MODES = (Receipt.Mode.DIRECT, Receipt.Mode.STAGED)


class ReceivingMixin(ModelAdmin):
    """Adds the screen, its lookup and the summary of a receipt to the purchase orders."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        looked_up = path(
            "<int:pk>/receive/code/",
            view(self.receiving_code),
            name="inventory_purchaseorder_receiving_code",
        )
        summary = path(
            "<int:pk>/receipt/<int:receipt_id>/",
            view(self.receipt_summary),
            name="inventory_purchaseorder_receipt",
        )
        return [looked_up, summary, *super().get_urls()]

    @action(
        description=_("Receive with scanner"),
        icon="barcode_scanner",
        url_path="receive",
        permissions=["change"],
    )
    def receive_scanned(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The screen; posting it receives."""
        order = find(PurchaseOrder, object_id)
        sheet = _sheet(request, order, _lines(order))
        if request.method == "POST":
            given: dict[str, str] = {}
            try:
                given = scan.typed(request.POST)
                return self._take_in_scanned(request, order, given)
            except Refused as refused:
                order.refresh_from_db()  # others may have received meanwhile
                sheet = sheets.kept(_sheet(request, order, _lines(order)), request, given, refused)
        return sheets.show(
            request,
            "admin/inventory/purchaseorder/receive.html",
            gettext("Receive"),
            subtitle=str(order),
            opts=self.opts,
            order=order,
            sheet=sheet,
            is_open=order.status == PurchaseOrder.Status.OPEN,
            modes=[(mode.value, mode.label) for mode in MODES],
            mode=_mode(request),
            cross_dock=_cross_dock(request, order),
            back=page_of(order),
        )

    @retried
    @transaction.atomic
    def _take_in_scanned(
        self, request: HttpRequest, order: PurchaseOrder, given: dict[str, str]
    ) -> HttpResponse:
        key = scan.key_of(request.POST)
        numbers = scan.units(given)
        units = sheets.product_ids({line: number for line, number in numbers.items() if number})
        if not units:
            raise InvalidLines(gettext("Nothing was counted: scan what came, or type the numbers."))
        is_repeat = Receipt.objects.filter(key=key).exists()
        try:
            receipt = receiving.receive(
                order, units, _mode(request), key, request.user.get_username()
            )
        except KeyReused as reused:
            raise KeyReused(sheets.sent_before()) from reused
        if not is_repeat:
            total = sum(units.values())
            text = ngettext(
                "%(receipt)s: %(units)d unit received.",
                "%(receipt)s: %(units)d units received.",
                total,
            )
            self.log_change(request, order, text % {"receipt": receipt, "units": total})
        address = reverse("admin:inventory_purchaseorder_receipt", args=[order.pk, receipt.pk])
        return HttpResponseRedirect(address)

    def receiving_code(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the screen asks while scanning."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        order = find(PurchaseOrder, pk)

        def line_for(product: Product) -> scan.Line:
            line = order.lines.filter(product=product).first()
            if line is None:
                text = gettext(
                    "%(sku)s is not on %(order)s: set it aside, or receive it on its own order."
                )
                raise InvalidLines(text % {"sku": product.sku, "order": order}, field="code")
            return _line(line, product)

        return sheets.look_up(
            request, line_for, lambda key: Receipt.objects.filter(key=key).exists()
        )

    def receipt_summary(self, request: HttpRequest, pk: int, receipt_id: int) -> HttpResponse:
        """What came in with one receipt, and what is to be done next; to be printed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        orders = Receipt.objects.select_related("purchase_order__warehouse")
        receipt = orders.filter(pk=receipt_id, purchase_order=pk).first()
        if receipt is None:
            raise Http404(f"Receipt {receipt_id}")
        order = receipt.purchase_order
        lines = list(receipt.lines.select_related("product").order_by("product__sku"))
        awaited = order.lines.filter(received__lt=F("ordered")).select_related("product")
        is_open = order.status == PurchaseOrder.Status.OPEN
        is_staged = receipt.mode == Receipt.Mode.STAGED
        return sheets.show(
            request,
            "admin/inventory/purchaseorder/receipt.html",
            gettext("Received"),
            subtitle=f"{receipt} · {order}",
            opts=self.opts,
            order=order,
            receipt=receipt,
            lines=lines,
            total=sum(line.quantity for line in lines),
            awaited=list(awaited.order_by("product__sku")[: scan.SHOWN]) if is_open else [],
            can_change=self.has_change_permission(request),
            is_staged=is_staged and any(line.put_away < line.quantity for line in lines),
            put_away_url=f"{reverse('work-put-away')}?receipt={receipt.pk}",
            back=page_of(order),
        )


def _lines(order: PurchaseOrder) -> list[PurchaseOrderLine]:
    return list(order.lines.select_related("product").order_by("product__sku"))


def _line(line: PurchaseOrderLine, product: Product) -> scan.Line:
    return sheets.line_of(product, expected=line.ordered, done=line.received)


def _sheet(
    request: HttpRequest, order: PurchaseOrder, lines: list[PurchaseOrderLine]
) -> scan.Sheet:
    # What is still awaited comes first: it is what a person looks for.
    lines = sorted(lines, key=lambda line: line.received >= line.ordered)
    return scan.Sheet(
        document=f"purchaseorder-{order.pk}",
        owner=request.user.get_username(),
        key=str(uuid.uuid4()),
        lines=[_line(line, line.product) for line in lines],
        lookup=reverse("admin:inventory_purchaseorder_receiving_code", args=[order.pk]),
        labels=LABELS,
    )


def _mode(request: HttpRequest) -> Receipt.Mode:
    chosen = request.POST.get("mode") or request.GET.get("mode")
    return Receipt.Mode.STAGED if chosen == Receipt.Mode.STAGED else Receipt.Mode.DIRECT


def _cross_dock(request: HttpRequest, order: PurchaseOrder) -> str:
    """Where a floor above lets units go straight to waiting orders; "" when none does."""
    user: Any = request.user
    if not user.has_perm("orders.change_salesorder"):
        return ""
    try:
        return reverse("admin:orders_work_crossdock", args=[order.pk])
    except NoReverseMatch:
        return ""
