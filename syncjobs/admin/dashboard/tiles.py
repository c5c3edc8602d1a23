"""Figures of the house, each with the list that it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from desk import numbers
from desk.cells import list_of
from inventory.models import PurchaseOrder, StockLevel, Stocktake, Transfer
from orders.models import SalesOrder
from partners.models import Webhook
from syncjobs.admin.dashboard.seen import RUNNING, Seen
from syncjobs.counting import Count, bounded
from syncjobs.models import Upload


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure, and the list it counts. `color`: "", warn or bad."""

    figure: int
    label: str
    note: str
    url: str
    color: str = ""

    @property
    def text(self) -> str:
        return bounded(self.figure)


@dataclass(frozen=True, slots=True)
class Figure:
    """What makes a tile, for those who have the permission.

    count: its name among the numbers seen. label: lazy, by that number; note: lazy, of the units
    where it names them. color: where there are any, and the person may see what `alarms` names.
    """

    permission: str
    count: str
    label: Any
    note: Any
    url: Callable[[], str]
    color: str = ""
    alarms: str = ""

    def tile(self, seen: Seen) -> Tile:
        found = seen.number(self.count)
        is_alarming = found and (not self.alarms or seen.may(self.alarms))
        return Tile(
            found.rows,
            self.label % found.rows,
            of_units(self.note, found),
            self.url(),
            self.color if is_alarming else "",
        )


def of_units(text: Any, count: Count) -> str:
    """A lazy text with the units of as many rows as were counted."""
    said: str = text % {"number": count.units, "units": numbers.shown(count.units)}
    return said


def tiles(seen: Seen) -> list[Tile]:
    """What is to be known about the house, as far as the person may see it."""
    return _made(KNOWN, seen)


def work(seen: Seen) -> list[Tile]:
    """What is to be done in the warehouse, for those who do it."""
    return _made(WORK, seen)


def _made(figures: Sequence[Figure], seen: Seen) -> list[Tile]:
    return [each.tile(seen) for each in figures if seen.may(each.permission)]


UNITS_HELD = ngettext_lazy(
    "%(units)s unit held until archived", "%(units)s units held until archived", "number"
)

KNOWN = [
    Figure(
        "orders.view_salesorder",
        "canceled",
        ngettext_lazy("canceled order still counting", "canceled orders still counting"),
        UNITS_HELD,
        lambda: list_of(SalesOrder, holding="canceled_but_counting"),
        "warn",
    ),
    Figure(
        "inventory.view_stocklevel",
        "backordered",
        ngettext_lazy("stock level backordered", "stock levels backordered"),
        ngettext_lazy(
            "%(units)s unit promised, not there", "%(units)s units promised, not there", "number"
        ),
        lambda: list_of(StockLevel, is_short__exact=1, available__lt=0),
        "bad",
        alarms="orders.view_salesorder",
    ),
    Figure(
        "inventory.view_purchaseorder",
        "late",
        ngettext_lazy("purchase order is late", "purchase orders are late"),
        _("open, and expected before today"),
        lambda: list_of(
            PurchaseOrder,
            status__exact="open",
            expected_on__lt=timezone.localdate().isoformat(),
        ),
        "warn",
    ),
    Figure(
        "syncjobs.view_upload",
        "uploads",
        ngettext_lazy("file is being worked on", "files are being worked on"),
        _("checked or applied in the background"),
        lambda: list_of(Upload, status__in=",".join(RUNNING)),
    ),
    Figure(
        "partners.view_webhook",
        "webhooks",
        ngettext_lazy("partner's webhook is failing", "partners' webhooks are failing"),
        _("nothing was taken there since its last success"),
        lambda: list_of(Webhook, failing_since__isnull=False),
        "warn",
    ),
]

WORK = [
    Figure(
        "inventory.change_purchaseorder",
        "to_receive",
        ngettext_lazy("purchase order to receive", "purchase orders to receive"),
        _("open: goods are expected"),
        lambda: list_of(PurchaseOrder, status__exact="open"),
    ),
    Figure(
        "inventory.change_purchaseorder",
        "staged",
        ngettext_lazy("product at the dock", "products at the dock"),
        ngettext_lazy("%(units)s unit to put away", "%(units)s units to put away", "number"),
        lambda: list_of(StockLevel, staged__gt=0),
    ),
    Figure(
        "orders.change_asn",
        "to_ship",
        ngettext_lazy("order to ship", "orders to ship"),
        _("paid, with units that have not left"),
        lambda: list_of(SalesOrder, blocked="left"),
    ),
    Figure(
        "orders.view_salesorder",
        "untold",
        ngettext_lazy("order shipped, ASN not sent", "orders shipped, ASN not sent"),
        ngettext_lazy(
            "%(units)s unit counts twice until its ASN is sent",
            "%(units)s units count twice until their ASN is sent",
            "number",
        ),
        lambda: list_of(SalesOrder, blocked="untold"),
        "warn",
    ),
    Figure(
        "inventory.change_stocktake",
        "stocktakes",
        ngettext_lazy("stocktake open", "stocktakes open"),
        _("to be counted, reviewed and closed"),
        lambda: list_of(Stocktake, status__exact="open"),
    ),
    Figure(
        "inventory.change_transfer",
        "transfers",
        ngettext_lazy("transfer on its way", "transfers on their way"),
        _("to be received where it goes"),
        lambda: list_of(Transfer, status__exact="in_transit"),
    ),
]
