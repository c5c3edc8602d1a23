"""How the order list is narrowed. Every answer is a condition that an index serves."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.validators import EMPTY_VALUES
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import TextFilter

from desk.filters import RecordFilter
from orders.admin.totals import canceled_but_counting, holding, with_lines
from orders.models import Asn, SalesOrder, SalesOrderLine

COUNTING = "canceled_but_counting"
Orders = QuerySet[SalesOrder]

UNTOLD = Q(shipped__gt=F("notified"))
AHEAD = Q(notified__gt=F("shipped"))

LIVE = Q(archived_at=None, dispatched_at=None) & ~Q(status=SalesOrder.Status.CANCELED)

# Begins with the few levels of which more is promised than there is.
_LACKING = """
SELECT line.order_id FROM inventory_stocklevel level
JOIN inventory_warehouse place ON place.id = level.warehouse_id AND NOT place.can_go_negative
JOIN LATERAL (
    SELECT level.product_id AS sold_id, 1 AS quantity UNION ALL
    SELECT part.bundle_id, part.quantity FROM inventory_bundlecomponent part
    WHERE part.component_id = level.product_id
) sold ON true
JOIN orders_salesorderline line
    ON line.product_id = sold.sold_id AND line.warehouse_id = level.warehouse_id
WHERE level.available < 0 AND line.shipped < line.ordered {more}
GROUP BY line.order_id, level.id, level.on_hand
HAVING sum((line.ordered - line.shipped) * sold.quantity) > level.on_hand
"""
_SHORT = _LACKING.format(more="")
_STAGED = _LACKING.format(more="AND level.staged > 0")


def left_to_ship(orders: Orders) -> Orders:
    """Live orders, paid, with units that have not left."""
    lines = SalesOrderLine.objects.filter(order=OuterRef("pk"), shipped__lt=F("ordered"))
    return orders.filter(LIVE, Exists(lines), is_unpaid=False)


def shipped_untold(orders: Orders) -> Orders:
    """Live orders with units that have left and are on no sent ASN, so they count twice."""
    lines = SalesOrderLine.objects.filter(UNTOLD, order=OuterRef("pk"))
    return orders.filter(LIVE, Exists(lines))


class HoldingFilter(admin.SimpleListFilter):
    """What orders hold of the stock."""

    title = _("holding")
    parameter_name = "holding"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [
            ("yes", _("Holds units")),
            ("no", _("Holds nothing")),
            (COUNTING, _("Canceled but still counting")),
        ]

    def queryset(self, _request: HttpRequest, queryset: Orders) -> Orders:
        if self.value() == COUNTING:
            return canceled_but_counting(queryset)
        if self.value() == "yes":
            return holding(queryset)
        if self.value() == "no":
            lines = SalesOrderLine.objects.filter(order=OuterRef("pk"), ordered__gt=F("notified"))
            gone = Q(archived_at__isnull=False) | Q(dispatched_at__isnull=False)
            return queryset.filter(gone | ~Exists(lines))
        return queryset


class ArchivedFilter(admin.SimpleListFilter):
    """Archived or not."""

    title = _("archive")
    parameter_name = "archived"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [("no", _("Not archived")), ("yes", _("Archived"))]

    def queryset(self, _request: HttpRequest, queryset: Orders) -> Orders:
        if self.value() in {"no", "yes"}:
            return queryset.filter(archived_at__isnull=self.value() == "no")
        return queryset


class BlockedFilter(admin.SimpleListFilter):
    """What keeps an order from being done."""

    title = _("blocked by")
    parameter_name = "blocked"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [
            ("left", _("Nothing: units left to ship")),
            ("short", _("Short stock at its warehouse")),
            ("staged", _("Goods at the dock, not put away")),
            ("canceled", _("Canceled but still counting")),
            ("draft", _("ASN drafted, not sent")),
            ("untold", _("Shipped, ASN not sent: counts twice")),
            ("ahead", _("ASN sent, not shipped")),
            ("unpaid", _("Awaits payment")),
        ]

    def queryset(self, _request: HttpRequest, queryset: Orders) -> Orders:
        answer = self.value() or ""
        if answer == "canceled":
            return canceled_but_counting(queryset)
        if answer == "left":
            return left_to_ship(queryset)
        if answer in {"untold", "ahead"}:
            return with_lines(queryset.filter(LIVE), UNTOLD if answer == "untold" else AHEAD)
        condition = self.conditions().get(answer)
        return queryset if condition is None else queryset.filter(LIVE, condition)

    def conditions(self) -> dict[str, Any]:
        """By answer, the condition of a live order."""
        lines = SalesOrderLine.objects.filter(order=OuterRef("pk"))
        drafted = Asn.objects.filter(status=Asn.Status.DRAFT).order_by().values("order_id")
        return {
            "short": Q(pk__in=RawSQL(_SHORT, ())),  # noqa: S611 - no parameters
            "staged": Q(pk__in=RawSQL(_STAGED, ())),  # noqa: S611 - no parameters
            "draft": Q(pk__in=drafted),
            "unpaid": Q(is_unpaid=True) & Q(Exists(lines.filter(shipped__lt=F("ordered")))),
        }


class WarehouseFilter(RecordFilter):
    """Orders with a line that leaves from this warehouse; one of two lines is still one order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("warehouse")

    def queryset(self, _request: HttpRequest, queryset: Orders) -> Orders:
        value = str(self.value() or "")
        if value in EMPTY_VALUES:
            return queryset
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            raise IncorrectLookupParameters
        lines = SalesOrderLine.objects.filter(order=OuterRef("pk"), warehouse=int(value))
        return queryset.filter(Exists(lines))


class SourceFilter(TextFilter):
    """Where an order came from, whole: a channel's name, or what was typed."""

    title = _("source")
    parameter_name = "source"

    def queryset(self, _request: HttpRequest, queryset: Orders) -> Orders:
        value = (self.value() or "").replace("\x00", "").strip()
        return queryset.filter(source=value) if value else queryset
