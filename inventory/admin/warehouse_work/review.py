"""Reviewing what was counted before it is posted: the largest differences first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Abs, Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from desk.cells import page_of
from desk.dialogs import find
from desk.errors import Refused
from desk.lists import ModelAdmin
from desk.saying import gettext
from inventory import counting
from inventory.admin.warehouse_work import sheets
from inventory.admin.warehouse_work.finding import may
from inventory.models import Movement, State, Stocktake

PER_PAGE = 100
DIFFERENT = Q(counted__isnull=False) & ~Q(counted=F("expected"))
TABS = {
    "different": (_("Differences"), DIFFERENT),
    "recount": (_("Moved: count again"), Q(is_moved=True, counted__isnull=False)),
    "uncounted": (_("Not counted"), Q(counted__isnull=True)),
    "all": (_("All lines"), Q()),
}


class ReviewMixin(ModelAdmin):
    """Adds the review to the stocktakes; closing posts from there."""

    @action(
        description=_("Review differences"),
        icon="difference",
        url_path="review",
        permissions=["view"],
    )
    def review_counts(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What was counted against what was expected; posting the page closes the stocktake."""
        stocktake = find(Stocktake, object_id)
        refused = ""
        if request.method == "POST":
            if not may(request, "change", Stocktake):
                raise PermissionDenied
            try:
                return self._close(request, stocktake)
            except Refused as why:
                refused = why.message
                stocktake.refresh_from_db()
        tab = request.GET.get("only", "different")
        tab = tab if tab in TABS else "all"
        page = Paginator(_lines(stocktake, tab), PER_PAGE).get_page(request.GET.get("page"))
        lines = list(page.object_list)
        _tell_movements(lines)
        sums = _sums(stocktake)
        return sheets.show(
            request,
            "admin/inventory/stocktake/review.html",
            gettext("Review the differences"),
            subtitle=f"{stocktake} · {stocktake.warehouse}",
            opts=self.opts,
            stocktake=stocktake,
            refused=refused,
            lines=lines,
            page=page,
            tab=tab,
            tabs=[(name, label, sums[name]) for name, (label, _condition) in TABS.items()],
            sums=sums,
            is_open=stocktake.status == Stocktake.Status.OPEN and may(request, "change", Stocktake),
            blind="&blind=1" if request.GET.get("blind") == "1" else "",
            sent=request.GET.get("sent", ""),
            back=page_of(stocktake),
        )

    def _close(self, request: HttpRequest, stocktake: Stocktake) -> HttpResponse:
        skip = request.POST.get("skip_uncounted") == "on"
        actor = request.user.get_username()
        if counting.close(stocktake, actor, skip_uncounted=skip):
            text = gettext("Closed: the differences are posted.")
            self.log_change(request, stocktake, text)
            messages.success(request, text)
        else:
            messages.info(request, gettext("Already done."))
        return HttpResponseRedirect(request.path)


def _lines(stocktake: Stocktake, tab: str) -> QuerySet[Any]:
    """The lines of a tab: those furthest off first, lines without a count last."""
    lines: QuerySet[Any] = stocktake.lines.select_related("product")
    if tab == "recount":
        lines = lines.annotate(is_moved=counting.moved_since_frozen())
    off = Abs(F("counted") - F("expected"))
    return lines.filter(TABS[tab][1]).order_by(off.desc(nulls_last=True), "product__sku")


def _tell_movements(lines: list[Any]) -> None:
    """Mark what came and went after counting, on the lines of one page of an open stocktake."""
    if not lines or lines[0].stocktake.status != Stocktake.Status.OPEN:
        return
    since = Movement.objects.filter(
        product=OuterRef("product"),
        warehouse=OuterRef("stocktake__warehouse"),
        state=State.ON_HAND,
        id__gt=OuterRef("expected_movement"),
    )
    total = since.order_by().values("product").annotate(total=Sum("delta")).values("total")
    rows = type(lines[0]).objects.filter(pk__in=[line.pk for line in lines])
    rows = rows.filter(counting.moved_since_frozen(), counted__isnull=False)
    moved = dict(rows.annotate(delta=Coalesce(Subquery(total), 0)).values_list("pk", "delta"))
    for line in lines:
        line.is_moved = line.pk in moved
        line.moved_delta = moved.get(line.pk, 0)


def _sums(stocktake: Stocktake) -> dict[str, int]:
    """Lines of each tab, and the units that are over and missing; two statements."""
    off = F("counted") - F("expected")
    found = stocktake.lines.aggregate(
        all=Count("pk"),
        different=Count("pk", filter=DIFFERENT),
        uncounted=Count("pk", filter=Q(counted__isnull=True)),
        over=Coalesce(Sum(off, filter=Q(counted__gt=F("expected"))), 0),
        missing=Coalesce(Sum(-off, filter=Q(counted__lt=F("expected"))), 0),
    )
    is_open = stocktake.status == Stocktake.Status.OPEN
    return {**found, "recount": counting.needing_recount(stocktake).count() if is_open else 0}
