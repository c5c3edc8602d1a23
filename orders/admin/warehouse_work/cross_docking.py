"""Goods at the dock that somebody waits for leave at once; the rest goes to stock or staging."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from desk import scan
from desk.cells import page_of
from desk.deadlocks import retried
from desk.errors import Refused
from desk.lists import ModelAdmin
from desk.saying import gettext, ngettext
from inventory import receiving
from inventory.admin.warehouse_work import sheets
from inventory.errors import InvalidLines
from inventory.ledger import Cause
from inventory.models import Product, PurchaseOrder, Receipt
from orders import fulfilment
from orders.admin.warehouse_work import bundling
from orders.admin.warehouse_work.docked import told
from orders.admin.warehouse_work.fairness import ORDER, Sheet, demand_fair
from orders.admin.warehouse_work.rights import CROSS_DOCK, LARGEST, NOTIFY, demand
from orders.admin.warehouse_work.waiting import awaited, shares
from orders.errors import UnknownLine
from orders.models import SalesOrder, SalesOrderLine

LABELS = {
    "expected": _("Meant for it"),
    "done": _("Done"),
    "now": _("Came now"),
    "left": _("Left"),
    "submit": _("Receive and ship"),
    "over": _("%(sku)s: only %(left)s awaited. Set the rest aside."),
    "empty": _("Nothing is awaited on this purchase order."),
}
REST = {"direct": Receipt.Mode.DIRECT, "staged": Receipt.Mode.STAGED}
STOCK = "stock"
"""What the id of a sheet's line begins with: units of a product, for the shelf."""


class Docked(NamedTuple):
    """What a sheet did: units shipped by order id, and components that are left over."""

    shipped: Mapping[int, int]
    left: Sequence[bundling.Left]


class CrossDocking(ModelAdmin):
    """Mixed into the admin of orders: the screen at the dock."""

    def cross_dock(self, request: HttpRequest, purchase_order_id: int) -> HttpResponse:
        """The sheet on GET; on POST all of it is received, and what was meant for orders ships."""
        demand(request, CROSS_DOCK)
        order = _purchase_order(purchase_order_id)
        rest = request.POST.get("rest", "direct")
        if request.method != "POST":
            return self._dock_page(request, order, self._dock_sheet(request, order), rest)
        given: dict[str, str] = {}
        try:
            given = scan.typed(request.POST)
            key = scan.key_of(request.POST)
            docked = self._receive(request, order, given, key)
        except Refused as refused:
            sheet = self._dock_sheet(request, order, given)
            sheet = sheets.kept(sheet, request, given, refused)
            return self._dock_page(request, order, sheet, rest)
        self.message_user(request, told(_received(key)), messages.SUCCESS)
        self._tell_shipped(request, docked.shipped)
        for text in bundling.told(docked.left, _rest(request)):
            self.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(f"{request.path}?{urlencode({'sent': key})}")

    def cross_dock_lookup(self, request: HttpRequest, purchase_order_id: int) -> HttpResponse:
        """What scan.js asks; see templates/admin/stockcast/scan.html."""
        demand(request, CROSS_DOCK)
        order = _purchase_order(purchase_order_id)

        def line_for(product: Product) -> scan.Line:
            text = gettext("%(sku)s is not awaited on %(order)s: set it aside.")
            raise UnknownLine(text % {"sku": product.sku, "order": order}, field="code")

        return sheets.look_up(request, line_for, _was_received)

    @retried
    @transaction.atomic
    def _receive(
        self, request: HttpRequest, order: PurchaseOrder, given: dict[str, str], key: str
    ) -> Docked:
        """Carry the sheet out, whole or not at all. What it did is told when it is through."""
        numbers = scan.units(given)
        for_bundles = bundling.split(numbers)
        by_order, to_stock = _split(numbers)
        if not by_order and not to_stock and not for_bundles:
            raise InvalidLines(gettext("Nothing came: scan what is there."), field="units")
        actor = request.user.get_username()
        fulfilment.lock_orders([*by_order, *(line.order_id for line in for_bundles)])
        plan = _plan(order, Sheet(by_order, for_bundles, to_stock), key)
        for order_id, units in sorted(by_order.items()):
            cause = Cause(actor=actor, key=_key(key, order_id))
            fulfilment.cross_dock(order, order_id, units, cause)
        shipped = Counter({order_id: sum(units.values()) for order_id, units in by_order.items()})
        rest, left_over = _rest(request), []
        for line, bundles in plan.items():
            cause = Cause(actor=actor, key=_key(key, f"bundle-{line.pk}"))
            came = for_bundles[line]
            left = fulfilment.cross_dock_bundle(order, line, came, bundles, rest, cause)
            shipped[line.order_id] += bundles if left is not None else 0
            if left:
                left_over.append(bundling.Left(line, bundles, left))
        if to_stock:
            receiving.receive(order, to_stock, rest, key=_key(key, "rest"), actor=actor)
        return Docked(+shipped, left_over)

    def _tell_shipped(self, request: HttpRequest, shipped: Mapping[int, int]) -> None:
        """What left, each with its next step."""
        may_notify = request.user.has_perms(NOTIFY)
        rows = []
        for order in SalesOrder.objects.filter(pk__in=shipped).order_by("pk"):
            units = shipped[order.pk]
            text = ngettext(
                "%(order)s: %(units)d unit shipped", "%(order)s: %(units)d units shipped", units
            ) % {"order": order, "units": units}
            page = reverse("admin:orders_work_notify", args=[order.pk])
            rows.append((page if may_notify else page_of(order), text))
        if rows:
            links = format_html_join(", ", '<a class="sc-link" href="{}">{}</a>', rows)
            text = gettext("They count until their ASN is sent:")
            self.message_user(request, format_html("{} {}", text, links), messages.WARNING)

    def _dock_sheet(
        self, request: HttpRequest, order: PurchaseOrder, given: Collection[str] = ()
    ) -> scan.Sheet:
        lines = _lines(order) if order.status == PurchaseOrder.Status.OPEN else []
        return scan.Sheet(
            document=f"cross-dock-{order.pk}",
            owner=request.user.get_username(),
            key=str(uuid.uuid4()),
            lines=[*lines, *_typed_besides(given, {line.id for line in lines})],
            lookup=reverse("admin:orders_work_crossdock_lookup", args=[order.pk]),
            labels=LABELS,
        )

    def _dock_page(
        self, request: HttpRequest, order: PurchaseOrder, sheet: scan.Sheet, rest: str
    ) -> HttpResponse:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("Cross-dock %(order)s") % {"order": order},
            "subtitle": order.supplier,
            "opts": self.opts,
            "order": order,
            "is_open": order.status == PurchaseOrder.Status.OPEN,
            "sheet": sheet,
            "rest": rest if rest in REST else "direct",
            "sent": request.GET.get("sent", "")[:64],
            "back": page_of(order),
        }
        return TemplateResponse(request, "admin/orders/warehouse_work/cross_dock.html", context)


def _purchase_order(pk: int) -> PurchaseOrder:
    orders = PurchaseOrder.objects.select_related("warehouse")
    order = orders.filter(pk=pk).first() if pk < LARGEST else None
    if order is None:
        raise Http404(f"No purchase order {pk}")
    return order


def _rest(request: HttpRequest) -> Receipt.Mode:
    """Where units go that leave with no order."""
    return REST.get(request.POST.get("rest", ""), Receipt.Mode.DIRECT)


def _key(key: str, part: int | str) -> str:
    """The key of one part of a sheet: an order's id, or what it is of."""
    return f"dock:{key}:{part}"


def _received(key: str) -> QuerySet[Receipt]:
    """What came in with the sheet of this key."""
    return Receipt.objects.filter(key__startswith=_key(key, "").replace("\x00", ""))


def _was_received(key: str) -> bool:
    return _received(key).exists()


def _plan(order: PurchaseOrder, sheet: Sheet, key: str) -> dict[SalesOrderLine, int]:
    """How many bundles of each line leave whole. Raises where the sheet takes what an older order
    is owed; what was carried out under its key before is not judged again."""
    if not sheet.by_order and not sheet.parts:
        return {}
    waiting = shares(order, awaited(order))
    known = set(_received(key).values_list("key", flat=True))
    fresh = Sheet(
        {pk: units for pk, units in sheet.by_order.items() if _key(key, pk) not in known},
        {
            line: units
            for line, units in sheet.parts.items()
            if known.isdisjoint(fulfilment.keys_of_bundle(_key(key, f"bundle-{line.pk}")))
        },
        {} if _key(key, "rest") in known else sheet.shelf,
    )
    demand_fair(fresh, waiting, order.warehouse_id)
    return bundling.plan(waiting, sheet.parts)


def _lines(order: PurchaseOrder) -> list[scan.Line]:
    """First the orders that wait, the oldest first, then the shelf: as scans fill them."""
    lines = awaited(order)
    waiting, found = shares(order, lines), []
    for line in lines:
        left = line.ordered - line.received
        for share in waiting.get(line.product_id, ()):
            left -= share.units
            note = gettext("for order %(order)s, %(age)s old") % {
                "order": share.line.order,
                "age": timesince(share.line.order.placed_at, depth=1),
            }
            line_id = f"{ORDER}-{share.line.pk}"
            if share.each:
                line_id, note = bundling.line_id(share, line.product_id), bundling.note(share)
            found.append(sheets.line_of(line.product, id=line_id, expected=share.units, note=note))
        note = gettext("to stock or staging: nobody waits for these")
        if left:
            line_id = f"{STOCK}-{line.product_id}"
            found.append(sheets.line_of(line.product, id=line_id, expected=left, note=note))
    return found


def _typed_besides(given: Collection[str], shown: Collection[str]) -> list[scan.Line]:
    """What was typed at lines that the page proposes no more, so that nothing typed is lost."""
    found = {name: name.split("-")[1:] for name in given if name not in shown}
    ids = {name: [int(each) for each in pks] for name, pks in found.items() if _is_known(name, pks)}
    lines = SalesOrderLine.objects.select_related("product", "order").in_bulk(
        [pks[0] for name, pks in ids.items() if not name.startswith(STOCK)]
    )
    products = Product.objects.in_bulk([pks[-1] for pks in ids.values()])
    rows = []
    for name, pks in ids.items():
        line = None if name.startswith(STOCK) else lines.get(pks[0])
        product = products.get(pks[-1]) if line is None or len(pks) > 1 else line.product
        note = gettext("no more is awaited")
        if line is not None:
            note = gettext("none is meant for order %(order)s") % {"order": line.order}
        if product is not None:
            rows.append(sheets.line_of(product, id=name, expected=0, note=note))
    return rows


def _is_known(name: str, pks: Sequence[str]) -> bool:
    """Whether a line's id is of a form that this page gives."""
    sizes = {ORDER: 1, STOCK: 1, bundling.PART: 2}
    return sizes.get(name.partition("-")[0]) == len(pks) and all(sheets.is_id(pk) for pk in pks)


def _split(numbers: Mapping[str, int]) -> tuple[dict[int, dict[int, int]], dict[int, int]]:
    """Units by order and line, and units by product for the shelf. Raises UnknownLine."""
    given = {ORDER: dict[int, int](), STOCK: dict[int, int]()}
    for name, units in numbers.items():
        kind, _dash, pk = name.partition("-")
        if kind not in given or not sheets.is_id(pk):
            raise UnknownLine(gettext("A line is not known: load the page again."), field="units")
        if units:
            given[kind][int(pk)] = units
    by_order: dict[int, dict[int, int]] = defaultdict(dict)
    lines = SalesOrderLine.objects.filter(pk__in=given[ORDER]).values_list("pk", "order_id")
    for line, order in lines:
        by_order[order][line] = given[ORDER].pop(line)
    if given[ORDER]:
        raise UnknownLine(gettext("An order's line is gone: load the page again."), field="units")
    return by_order, given[STOCK]
