"""Figures of the house, each with the list that it counts."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext, ngettext

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


def tiles(seen: Seen) -> list[Tile]:
    """What is to be known about the house, as far as the person may see it."""
    return [make(seen) for permission, make in KNOWN if seen.may(permission)]


def work(seen: Seen) -> list[Tile]:
    """What is to be done in the warehouse, for those who do it."""
    return [make(seen) for permission, make in WORK if seen.may(permission)]


def units_held(count: Count) -> str:
    """What canceled orders hold."""
    return ngettext(
        "%(units)s unit held until archived", "%(units)s units held until archived", count.units
    ) % {"units": bounded_units(count)}


def bounded_units(count: Count) -> str:
    """Units of as many rows as were counted."""
    return f"{count.units:,}"


def _canceled(seen: Seen) -> Tile:
    number = seen.number("canceled").rows
    return Tile(
        number,
        ngettext("canceled order still counting", "canceled orders still counting", number),
        units_held(seen.number("canceled")),
        list_of(SalesOrder, holding="canceled_but_counting"),
        "warn" if number else "",
    )


def _backordered(seen: Seen) -> Tile:
    found = seen.number("backordered")
    return Tile(
        found.rows,
        ngettext("stock level backordered", "stock levels backordered", found.rows),
        ngettext(
            "%(units)s unit promised, not there",
            "%(units)s units promised, not there",
            found.units,
        )
        % {"units": bounded_units(found)},
        list_of(StockLevel, is_short__exact=1, available__lt=0),
        "bad" if found and seen.may("orders.view_salesorder") else "",
    )


def late_url(today: datetime.date) -> str:
    """Purchase orders that should have come by now."""
    return list_of(PurchaseOrder, status__exact="open", expected_on__lt=today.isoformat())


def _late(seen: Seen) -> Tile:
    number = seen.number("late").rows
    return Tile(
        number,
        ngettext("purchase order is late", "purchase orders are late", number),
        gettext("open, and expected before today"),
        late_url(timezone.localdate()),
        "warn" if number else "",
    )


def _uploads(seen: Seen) -> Tile:
    number = seen.number("uploads").rows
    return Tile(
        number,
        ngettext("file is being worked on", "files are being worked on", number),
        gettext("checked or applied in the background"),
        list_of(Upload, status__in=",".join(RUNNING)),
    )


def _webhooks(seen: Seen) -> Tile:
    number = seen.number("webhooks").rows
    return Tile(
        number,
        ngettext("partner's webhook is failing", "partners' webhooks are failing", number),
        gettext("nothing was taken there since its last success"),
        list_of(Webhook, failing_since__isnull=False),
        "warn" if number else "",
    )


def _receive(seen: Seen) -> Tile:
    number = seen.number("to_receive").rows
    return Tile(
        number,
        ngettext("purchase order to receive", "purchase orders to receive", number),
        gettext("open: goods are expected"),
        list_of(PurchaseOrder, status__exact="open"),
    )


def _put_away(seen: Seen) -> Tile:
    found = seen.number("staged")
    return Tile(
        found.rows,
        ngettext("product at the dock", "products at the dock", found.rows),
        ngettext("%(units)s unit to put away", "%(units)s units to put away", found.units)
        % {"units": bounded_units(found)},
        list_of(StockLevel, staged__gt=0),
    )


def _ship(seen: Seen) -> Tile:
    number = seen.number("to_ship").rows
    return Tile(
        number,
        ngettext("order to ship", "orders to ship", number),
        gettext("paid, with units that have not left"),
        list_of(SalesOrder, blocked="left"),
    )


def _untold(seen: Seen) -> Tile:
    found = seen.number("untold")
    return Tile(
        found.rows,
        ngettext("order shipped, ASN not sent", "orders shipped, ASN not sent", found.rows),
        ngettext(
            "%(units)s unit counts twice until its ASN is sent",
            "%(units)s units count twice until their ASN is sent",
            found.units,
        )
        % {"units": bounded_units(found)},
        list_of(SalesOrder, blocked="untold"),
        "warn" if found else "",
    )


def _stocktakes(seen: Seen) -> Tile:
    number = seen.number("stocktakes").rows
    return Tile(
        number,
        ngettext("stocktake open", "stocktakes open", number),
        gettext("to be counted, reviewed and closed"),
        list_of(Stocktake, status__exact="open"),
    )


def _transfers(seen: Seen) -> Tile:
    number = seen.number("transfers").rows
    return Tile(
        number,
        ngettext("transfer on its way", "transfers on their way", number),
        gettext("to be received where it goes"),
        list_of(Transfer, status__exact="in_transit"),
    )


Makers = list[tuple[str, Callable[[Seen], Tile]]]

KNOWN: Makers = [
    ("orders.view_salesorder", _canceled),
    ("inventory.view_stocklevel", _backordered),
    ("inventory.view_purchaseorder", _late),
    ("syncjobs.view_upload", _uploads),
    ("partners.view_webhook", _webhooks),
]
WORK: Makers = [
    ("inventory.change_purchaseorder", _receive),
    ("inventory.change_purchaseorder", _put_away),
    ("orders.change_asn", _ship),
    ("orders.view_salesorder", _untold),
    ("inventory.change_stocktake", _stocktakes),
    ("inventory.change_transfer", _transfers),
]
