"""The order's page: what it holds, what blocks it, its lines, what happened, what comes next.

It is read far more often than changed, so the form stands behind a link of its own (`?edit=1`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from desk import numbers
from desk.cells import list_of, page_of
from desk.lists import ModelAdmin
from inventory import availability
from inventory.models import Movement, StockLevel
from orders.admin.blocks import Block, Blocks, of_page
from orders.admin.lines import is_editable
from orders.admin.listing import state_of
from orders.admin.steps import offered_for
from orders.admin.story import Event, story
from orders.admin.totals import NONE, Totals, totals_of
from orders.admin.warehouse_work.rights import NOTIFY
from orders.models import Asn, SalesOrder, SalesOrderLine

EDIT = "edit"
MOST_LINES = 500


class HeldListing(NamedTuple):
    """A listing whose number this order holds down. Units; None is unknown."""

    channel: str
    location: str
    sku: str
    shows: int | None
    holds: int
    url: str


class Row(NamedTuple):
    """A line as the page shows it."""

    line: SalesOrderLine
    held: int
    at_hand: int | None
    is_short: bool
    product_url: str
    levels_url: str


class Page(ModelAdmin):
    """Mixed into the order's page."""

    def more_blocks(self, _orders: list[Any]) -> Blocks:
        """For a floor above: see Rows."""
        return {}

    def more_events(self, _request: HttpRequest, _order: SalesOrder) -> Sequence[Event]:
        """What else happened to it, for a floor above."""
        return ()

    def origin(self, _request: HttpRequest, _order: SalesOrder) -> tuple[str, str] | None:
        """Where it came from and the address of that, for a floor above."""
        return None

    def held_down(
        self, _request: HttpRequest, _units: Mapping[tuple[int, int], int]
    ) -> Sequence[HeldListing]:
        """Listings that show less because of these units, for a floor above."""
        return ()

    def is_editing(self, request: HttpRequest) -> bool:
        """Whether the form is asked for, not the page."""
        return request.method == "POST" or EDIT in request.GET

    def get_formsets_with_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """The page that only shows asks for no forms."""
        if obj is not None and not self.is_editing(request):
            return ()
        return super().get_formsets_with_inlines(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The form where it is asked for; else what there is to know."""
        order = kwargs.get("obj")
        if order is not None and not self.is_editing(request):
            context["page"] = self.facts(request, order)
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def response_change(self, request: HttpRequest, obj: SalesOrder) -> HttpResponse:
        """Back to the page."""
        response: HttpResponse = super().response_change(request, obj)
        is_plain = not {"_continue", "_addanother"} & request.POST.keys()
        return HttpResponseRedirect(page_of(obj)) if is_plain else response

    def facts(self, request: HttpRequest, order: SalesOrder) -> dict[str, Any]:
        """All that the page shows."""
        lines = list(order.lines.select_related("product", "warehouse")[: MOST_LINES + 1])
        totals = totals_of([order.pk]).get(order.pk, NONE)
        blocks = of_page([order], {order.pk: totals}, self.more_blocks([order]))[order.pk]
        steps = self._next(request, order, totals)
        rows = _rows(order, lines[:MOST_LINES])
        return {
            "order": order,
            "state": state_of(order),
            "headline": headline(order, totals),
            "totals": totals,
            "blocks": _without(blocks, [*_barred(request, order), *(url for _i, _t, url in steps)]),
            "rows": rows,
            "is_cut": len(lines) > MOST_LINES,
            "origin": self.origin(request, order),
            "asns": _asns(order),
            "story": story(order, self.more_events(request, order)),
            "held_down": self.held_down(request, _held(rows)) if totals.held else (),
            "ledger": list_of(Movement, q=order.number),
            "next": steps,
            "edit": f"{page_of(order)}?{EDIT}=1"
            if is_editable(order) and self.has_change_permission(request, order)
            else "",
        }

    def _next(
        self, request: HttpRequest, order: SalesOrder, totals: Totals
    ) -> Sequence[tuple[str, str, str]]:
        """The next steps: icon, text, address."""
        offered, steps = offered_for(order), []
        is_shippable = "ship" in offered and totals.left and not order.is_unpaid
        if is_shippable and request.user.has_perms(["inventory.add_movement"]):
            page = reverse("admin:orders_work_pick", args=[order.pk])
            steps.append(("barcode_scanner", gettext("Pick and ship by scanner"), page))
        may_send = request.user.has_perms(["orders.add_asn", "orders.change_asn"])
        if "send_asns" in offered and totals.notified < totals.ordered and may_send:
            page = reverse("admin:orders_work_notify", args=[order.pk])
            steps.append(("outbox", gettext("Send the ASN"), page))
        return steps


def _without(blocks: Sequence[Block], urls: Collection[str]) -> list[Block]:
    """What blocks it, without links to these: a button beside it leads there, or nothing does."""
    return [block._replace(url="", link="") if block.url in urls else block for block in blocks]


def _barred(request: HttpRequest, order: SalesOrder) -> list[str]:
    """Steps that are not this person's."""
    page = reverse("admin:orders_work_notify", args=[order.pk])
    return [] if request.user.has_perms(NOTIFY) else [page]


def headline(order: SalesOrder, totals: Totals) -> str:
    """What it holds, in one sentence."""
    if order.archived_at:
        return gettext("Archived: it holds nothing.")
    if order.dispatched_at:
        return gettext("Dispatched elsewhere: it holds nothing.")
    if not totals.held:
        return gettext("Everything is on sent ASNs: it holds nothing.")
    return ngettext("It holds %(units)s unit.", "It holds %(units)s units.", totals.held) % {
        "units": numbers.shown(totals.held)
    }


def _rows(order: SalesOrder, lines: Sequence[SalesOrderLine]) -> list[Row]:
    stock = availability.at(
        {line.product_id for line in lines}, {line.warehouse_id for line in lines}
    )
    is_live = order.archived_at is None and order.dispatched_at is None
    is_wanted = is_live and order.status != SalesOrder.Status.CANCELED
    rows = []
    for line in lines:
        level = stock.get((line.product_id, line.warehouse_id))
        rows.append(
            Row(
                line,
                line.ordered - line.notified if is_live else 0,
                level.available if level else None,
                is_wanted and line.shipped < line.ordered and (not level or level.available < 0),
                page_of(line.product),
                list_of(StockLevel, product__id__exact=line.product_id),
            )
        )
    return rows


def _held(rows: Sequence[Row]) -> dict[tuple[int, int], int]:
    units: dict[tuple[int, int], int] = {}
    for row in rows:
        place = (row.line.product_id, row.line.warehouse_id)
        units[place] = units.get(place, 0) + row.held
    return {place: number for place, number in units.items() if number}


def _asns(order: SalesOrder) -> list[tuple[Asn, str, str]]:
    """Its ASNs with their address and what they cover."""
    asns = order.asns.prefetch_related("lines__order_line__product")[:MOST_LINES]
    return [
        (
            asn,
            page_of(asn),
            ", ".join(
                f"{line.quantity} × {line.order_line.product.sku}" for line in asn.lines.all()
            ),
        )
        for asn in asns
    ]
