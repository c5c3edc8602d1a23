"""Counting a stocktake by scanner."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from desk import scan
from desk.cells import page_of
from desk.deadlocks import retried
from desk.dialogs import find
from desk.errors import Refused
from desk.lists import ModelAdmin
from desk.saying import gettext, ngettext
from inventory import counting
from inventory.admin.warehouse_work import sheets
from inventory.admin.warehouse_work.finding import may
from inventory.errors import InvalidLines, WrongState
from inventory.models import Product, StockLevel, Stocktake, StocktakeLine
from inventory.parts import demand_stocked

PER_PAGE = 100
NOT_COUNTED = "-"
RECOUNT, DIFFERENT, UNCOUNTED = "recount", "different", "uncounted"
"""Which lines a page shows; "" is all of them. The first two are counted anew."""

LABELS = {
    "expected": _("Expected"),
    "now": _("Counted"),
    "left": _("Difference"),
    "submit": _("Save the counts"),
    "empty": _("Nothing here yet: what you scan is put on the stocktake."),
}


class CountingMixin(ModelAdmin):
    """Adds the screen and its lookup to the stocktakes."""

    def get_urls(self) -> list[URLPattern]:
        looked_up = path(
            "<int:pk>/count/code/",
            self.admin_site.admin_view(self.counting_code),
            name="inventory_stocktake_counting_code",
        )
        return [looked_up, *super().get_urls()]

    @action(
        description=_("Count with scanner"),
        icon="barcode_scanner",
        url_path="count",
        permissions=["change"],
    )
    def count_scanned(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The screen; posting it records counts. Nothing is posted to stock before the close."""
        stocktake = find(Stocktake, object_id)
        if request.method == "POST":
            given: dict[str, str] = {}
            try:
                given = scan.typed(request.POST)
                return self._record(request, stocktake, given)
            except Refused as refused:
                return self._show(request, stocktake, given, refused)
        return self._show(request, stocktake)

    def _show(
        self,
        request: HttpRequest,
        stocktake: Stocktake,
        given: dict[str, str] | None = None,
        refused: Refused | None = None,
    ) -> HttpResponse:
        page = Paginator(_chosen(request, stocktake), PER_PAGE).get_page(request.GET.get("page"))
        sheet = _sheet(request, stocktake, list(page.object_list))
        if refused is not None and given is not None:
            sheet = sheets.kept(_with(request, stocktake, sheet, given), request, given, refused)
        return sheets.show(
            request,
            "admin/inventory/stocktake/count.html",
            gettext("Count"),
            subtitle=f"{stocktake} · {stocktake.warehouse}",
            opts=self.opts,
            stocktake=stocktake,
            sheet=sheet,
            page=page,
            is_open=stocktake.status == Stocktake.Status.OPEN,
            is_blind=_is_blind(request),
            other=_toggled(request),
            only=request.GET.get("only", ""),
            sent=request.GET.get("sent", ""),
            earlier=_address(request, page.previous_page_number() if page.has_previous() else 0),
            later=_address(request, page.next_page_number() if page.has_next() else 0),
            review=reverse("admin:inventory_stocktake_review_counts", args=[stocktake.pk]),
            back=page_of(stocktake),
        )

    def _record(
        self, request: HttpRequest, stocktake: Stocktake, given: dict[str, str]
    ) -> HttpResponse:
        key, seen = scan.key_of(request.POST), scan.seen(request.POST)
        counted = sheets.product_ids(scan.units(given))
        recorded = record(stocktake, counted, seen, request.user.get_username())
        text = ngettext("%(lines)d line counted.", "%(lines)d lines counted.", recorded)
        messages.success(request, text % {"lines": recorded})
        review = reverse("admin:inventory_stocktake_review_counts", args=[stocktake.pk])
        blind = "&blind=1" if _is_blind(request) else ""
        return HttpResponseRedirect(f"{review}?sent={key}{blind}")

    def counting_code(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the screen asks while scanning. A product that is not on the stocktake yet may be
        counted all the same: it is put on it when the counts are saved."""
        if not may(request, "change", Stocktake):
            raise PermissionDenied
        stocktake = find(Stocktake, pk)

        def line_for(product: Product) -> scan.Line:
            line = _lines(stocktake).filter(product=product).first()
            if line is not None:
                return _line(line, request)
            demand_stocked([product.pk])
            return _new_line(request, stocktake, product)

        # Counts are whole numbers, not additions: sending them again changes nothing.
        return sheets.look_up(request, line_for, lambda _key: False)


@retried
@transaction.atomic
def record(stocktake: Stocktake, counted: dict[int, int], seen: dict[str, str], actor: str) -> int:
    """Write counts down, by product; returns how many. What nobody touched is left alone.

    Raises what counting.record does, and WrongState when somebody else counted a line since this
    person saw it (`seen`: what was written there).
    """
    stocktake.refresh_from_db(from_queryset=Stocktake.objects.select_for_update(no_key=True))
    rows = stocktake.lines.filter(product__in=counted).select_related("product")
    lines = {line.product_id: line for line in rows}
    moved = set(counting.needing_recount(stocktake).values_list("product_id", flat=True))
    meant = {}
    for product_id, units in counted.items():
        line, was = lines.get(product_id), seen.get(str(product_id), NOT_COUNTED)
        written = _written(line)
        if written == str(units) and was == written and product_id not in moved:
            continue
        if line is not None and written not in {was, str(units)}:
            raise WrongState(_told_of_other(line, units), field=f"line_{product_id}")
        meant[product_id] = units
    if not meant:
        raise InvalidLines(gettext("Nothing was counted: scan what is there, or type the numbers."))
    counting.add(stocktake, [product_id for product_id in meant if product_id not in lines])
    counting.record(stocktake, meant, actor)
    return len(meant)


def _told_of_other(line: StocktakeLine, units: int) -> str:
    return gettext(
        "%(sku)s: %(who)s wrote down %(theirs)d meanwhile, you have %(yours)d. Agree on one number,"
        " and save again."
    ) % {
        "sku": line.product.sku,
        "who": line.counted_by or gettext("somebody else"),
        "theirs": line.counted or 0,
        "yours": units,
    }


def _written(line: StocktakeLine | None) -> str:
    return NOT_COUNTED if line is None or line.counted is None else str(line.counted)


def _lines(stocktake: Stocktake) -> QuerySet[Any]:
    moved = stocktake.lines.annotate(is_moved=counting.moved_since_frozen())
    return moved.select_related("product").order_by("product__sku")


def _chosen(request: HttpRequest, stocktake: Stocktake) -> QuerySet[Any]:
    """The lines that the address asks for."""
    lines, only = _lines(stocktake), request.GET.get("only", "")
    if (product := request.GET.get("product", "")) and sheets.is_id(product):
        return lines.filter(product=int(product))
    different = Q(counted__isnull=False) & ~Q(counted=F("expected"))
    wanted = {
        RECOUNT: Q(is_moved=True, counted__isnull=False),
        DIFFERENT: different,
        UNCOUNTED: Q(counted__isnull=True),
    }
    return lines.filter(wanted[only]) if only in wanted else lines


def _is_blind(request: HttpRequest) -> bool:
    return request.GET.get("blind") == "1"


def _is_anew(request: HttpRequest) -> bool:
    return request.GET.get("only") in {RECOUNT, DIFFERENT} or "product" in request.GET


def _line(line: Any, request: HttpRequest) -> scan.Line:
    is_kept = line.counted is not None and not line.is_moved and not _is_anew(request)
    note = ""
    if line.counted is not None and not is_kept and not _is_blind(request):
        note = gettext("was %d") % line.counted
    return sheets.line_of(
        line.product,
        expected=None if _is_blind(request) else line.expected,
        start=str(line.counted) if is_kept else "",
        was=_written(line),
        note=note,
    )


def _new_line(request: HttpRequest, stocktake: Stocktake, product: Product) -> scan.Line:
    level = StockLevel.objects.filter(product=product, warehouse=stocktake.warehouse_id).first()
    return sheets.line_of(
        product,
        expected=None if _is_blind(request) else (level.on_hand if level else 0),
        was=NOT_COUNTED,
        note=gettext("new on this stocktake"),
    )


def _sheet(request: HttpRequest, stocktake: Stocktake, lines: list[Any]) -> scan.Sheet:
    shown = [_line(line, request) for line in lines]
    present = [line.pk for line in lines]
    others = _lines(stocktake).exclude(pk__in=present)[: sheets.KNOWN]
    lookup = reverse("admin:inventory_stocktake_counting_code", args=[stocktake.pk])
    query = request.GET.urlencode()
    return scan.Sheet(
        document=f"stocktake-{stocktake.pk}",
        owner=request.user.get_username(),
        key=str(uuid.uuid4()),
        lines=shown,
        known=[_line(line, request) for line in others],
        lookup=f"{lookup}?{query}" if query else lookup,
        is_limited=False,
        is_told=not _is_blind(request),
        is_count=True,
        labels=LABELS,
    )


def _with(
    request: HttpRequest, stocktake: Stocktake, sheet: scan.Sheet, given: dict[str, str]
) -> scan.Sheet:
    """The sheet with rows for lines of other pages, and for products that it did not know yet."""
    elsewhere = [line for line in sheet.known if line.id in given]
    known = [line for line in sheet.known if line.id not in given]
    present = {line.id for line in [*sheet.lines, *elsewhere]}
    new = [_new_line(request, stocktake, each) for each in sheets.added(given, present)]
    return replace(sheet, lines=[*new, *elsewhere, *sheet.lines], known=known)


def _address(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}" if page else ""


def _toggled(request: HttpRequest) -> str:
    """The same page with what is expected hidden or shown."""
    query: QueryDict = request.GET.copy()
    query["blind"] = "0" if _is_blind(request) else "1"
    return f"?{query.urlencode()}"
