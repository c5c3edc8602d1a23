"""What the first page looks up, once for all of its parts, and only what the person may see."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.utils import timezone

from channels.models import Channel, ChannelOrder, Feed, Listing, Transmission
from inventory.models import Product, PurchaseOrder, StockLevel, Stocktake, Transfer, Warehouse
from orders.admin.filters import left_to_ship, shipped_untold
from orders.admin.totals import canceled_but_counting
from orders.commitments import HELD
from orders.models import SalesOrder, SalesOrderLine
from partners.models import Webhook
from syncjobs.admin.channel import add_freshness, with_last_run
from syncjobs.admin.waiting import unconfirmed
from syncjobs.counting import NONE, Count, count, counted, keyed
from syncjobs.hours import Figures
from syncjobs.models import Finding, Oversell, Upload

DAY = 24
WEEK = 7 * DAY


@dataclass
class Seen:
    """One look at the house by one person. Every property costs one query, when it is first asked;
    `counts` one for all that is counted."""

    request: HttpRequest

    def may(self, *permissions: str) -> bool:
        """Whether the person has all of these."""
        return bool(self.request.user.has_perms(permissions))

    @cached_property
    def channels(self) -> list[Any]:
        """All channels with their last run and freshness; none for who may not see them."""
        if not self.may("channels.view_channel"):
            return []
        channels: list[Any] = list(with_last_run(Channel.objects.all()))
        add_freshness(channels)
        return channels

    @cached_property
    def hours(self) -> int:
        """How far back the chart of movements looks."""
        return WEEK if self.request.GET.get("movements") == "7d" else DAY

    @cached_property
    def figures(self) -> Figures:
        """What happened hour by hour."""
        return Figures.read()

    @cached_property
    def failures(self) -> Counter[tuple[int, str]]:
        """What was skipped or refused in the last 24 hours, by channel id and reason code."""
        is_seen = self.may("syncjobs.view_processlog")
        return self.figures.logged(DAY) if is_seen else Counter()

    @cached_property
    def counts(self) -> dict[str, Count]:
        """By the name of a list in LISTS, and of a channel's figure as name:id."""
        lists = {name: make() for name, (permission, make) in LISTS.items() if self.may(permission)}
        groups = {
            name: make() for name, (permission, make) in GROUPS.items() if self.may(permission)
        }
        for channel in self.channels:
            lists[f"unconfirmed:{channel.pk}"] = counted(unconfirmed(channel))
        return count(lists, groups)

    def number(self, name: str) -> Count:
        """One of the counts."""
        return self.counts.get(name, NONE)


def _any(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Whether there is one at all."""
    return counted(rows)[:1]


def _canceled() -> QuerySet[Any]:
    """Canceled orders that hold units, and how many."""
    lines = SalesOrderLine.objects.filter(order=OuterRef("pk"), ordered__gt=F("notified"))
    held = lines.order_by().values("order").annotate(units=Sum(HELD)).values("units")
    return counted(canceled_but_counting(SalesOrder.objects.all()), Subquery(held))


def _untold() -> QuerySet[Any]:
    """Orders with units that left and are on no sent ASN, and how many: those count twice."""
    lines = SalesOrderLine.objects.filter(order=OuterRef("pk"), shipped__gt=F("notified"))
    units = lines.order_by().values("order").annotate(units=Sum(F("shipped") - F("notified")))
    return counted(shipped_untold(SalesOrder.objects.all()), Subquery(units.values("units")))


RUNNING = [Upload.Status.CHECKING, Upload.Status.APPLYING]
OPEN_ORDERS = Q(status=PurchaseOrder.Status.OPEN)

LISTS: dict[str, tuple[str, Any]] = {
    "canceled": ("orders.view_salesorder", _canceled),
    "to_ship": (
        "orders.view_salesorder",
        lambda: counted(left_to_ship(SalesOrder.objects.all())),
    ),
    "untold": ("orders.view_salesorder", _untold),
    "backordered": (
        "inventory.view_stocklevel",
        lambda: counted(StockLevel.objects.filter(is_short=True, available__lt=0), -F("available")),
    ),
    "staged": (
        "inventory.view_stocklevel",
        lambda: counted(StockLevel.objects.filter(staged__gt=0), F("staged")),
    ),
    "to_receive": (
        "inventory.view_purchaseorder",
        lambda: counted(PurchaseOrder.objects.filter(OPEN_ORDERS)),
    ),
    "late": (
        "inventory.view_purchaseorder",
        lambda: counted(
            PurchaseOrder.objects.filter(OPEN_ORDERS, expected_on__lt=timezone.localdate())
        ),
    ),
    "stocktakes": (
        "inventory.view_stocktake",
        lambda: counted(Stocktake.objects.filter(status=Stocktake.Status.OPEN)),
    ),
    "transfers": (
        "inventory.view_transfer",
        lambda: counted(Transfer.objects.filter(status=Transfer.Status.IN_TRANSIT)),
    ),
    "uploads": (
        "syncjobs.view_upload",
        lambda: counted(Upload.objects.filter(status__in=RUNNING)),
    ),
    "parked": (
        "channels.view_channelorder",
        lambda: counted(ChannelOrder.objects.exclude(reason="").filter(order=None)),
    ),
    "refused_asns": (
        "channels.view_transmission",
        lambda: counted(Transmission.objects.filter(status=Transmission.Status.FAILED)),
    ),
    "webhooks": (
        "partners.view_webhook",
        lambda: counted(Webhook.objects.filter(failing_since__isnull=False)),
    ),
    "warehouses": ("inventory.view_warehouse", lambda: _any(Warehouse.objects.all())),
    "products": ("inventory.view_product", lambda: _any(Product.objects.all())),
    "known": ("inventory.view_stocklevel", lambda: _any(StockLevel.objects.filter(is_known=True))),
    "fed": ("channels.view_location", lambda: _any(Feed.objects.all())),
    "ticked": ("channels.view_listing", lambda: _any(Listing.objects.filter(is_ticked=True))),
}
"""Lists by name: the permission to see it, and what it holds."""

GROUPS: dict[str, tuple[str, Any]] = {
    "drift": (
        "syncjobs.view_finding",
        lambda: keyed(Finding.objects.filter(closed_at=None), "channel_id", "cause"),
    ),
    "oversell": (
        "syncjobs.view_oversell",
        lambda: keyed(Oversell.objects.filter(closed_at=None, channel__isnull=False), "channel_id"),
    ),
}
"""The same, counted by channel and by what differs."""
