"""The kinds of warehouse work: what waits of each, counted no further than people read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from inventory.admin.warehouse_work.finding import may
from inventory.models import PurchaseOrder, StockLevel, Stocktake, Transfer

COUNTED = 1000
"""Documents that are counted at most; a tile need not tell thousands apart."""


class Tile(NamedTuple):
    """One kind of work: what waits, and where it is done. `more`: a second sentence."""

    title: str
    icon: str
    url: str
    figure: str
    text: str
    more: str = ""


Maker = Callable[[HttpRequest], Tile | None]
"""The tile for those whose work it is; None for others."""

_makers: list[Maker] = []


def register(maker: Maker) -> None:
    """Let a floor above show its work, too. Called once, when its pages are registered."""
    _makers.append(maker)


def tiles(request: HttpRequest) -> list[Tile]:
    """Those of this person."""
    found = []
    if may(request, "change", PurchaseOrder):
        found += [_receive(), _put_away()]
    if may(request, "change", Stocktake):
        number = count(Stocktake.objects.filter(status=Stocktake.Status.OPEN))
        text = ngettext("open stocktake", "open stocktakes", number)
        found.append(Tile(gettext("Stocktake"), "fact_check", "#stocktakes", figure(number), text))
    if may(request, "change", Transfer):
        number = count(Transfer.objects.exclude(status=Transfer.Status.RECEIVED))
        text = ngettext("transfer under way", "transfers under way", number)
        found.append(Tile(gettext("Transfer"), "move_down", "#transfers", figure(number), text))
    above: list[Any] = [maker(request) for maker in _makers]
    return found + [tile for tile in above if tile is not None]


def count(rows: QuerySet[Any]) -> int:
    """How many, up to COUNTED."""
    bounded: QuerySet[Model] = rows.order_by()[:COUNTED]
    return bounded.count()


def figure(number: int) -> str:
    """What `count` gave, as it is shown."""
    return f"{COUNTED - 1}+" if number >= COUNTED else str(number)


def _receive() -> Tile:
    number = count(PurchaseOrder.objects.filter(status=PurchaseOrder.Status.OPEN))
    drafts = count(PurchaseOrder.objects.filter(status=PurchaseOrder.Status.DRAFT))
    text = ngettext("open purchase order", "open purchase orders", number)
    more = ngettext(
        "and %(drafts)s draft: open it once the supplier has it, then it can be received",
        "and %(drafts)s drafts: open them once the suppliers have them, then they can be received",
        drafts,
    )
    told = more % {"drafts": figure(drafts)} if drafts else ""
    return Tile(gettext("Receive"), "inventory", "#receive", figure(number), text, told)


def _put_away() -> Tile:
    number = count(StockLevel.objects.filter(staged__gt=0))
    text = ngettext("product in staging", "products in staging", number)
    return Tile(gettext("Put away"), "shelves", reverse("work-put-away"), figure(number), text)
