"""The order list's rows: what each holds and what blocks it, asked for the shown page alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from desk import numbers
from desk.cells import NOTHING, ago, badge, link, page_of, two_lines
from desk.lists import ChangeList, ModelAdmin
from desk.saying import gettext
from inventory.admin.statuses import COLORS
from orders.admin.blocks import Block, Blocks, of_page
from orders.admin.totals import NONE, totals_of
from orders.models import SalesOrder

SHOWN = 3
"""Badges of one row; the order's page shows all."""


class OrderList(ChangeList):
    """A page of orders with `totals` and `blocks` on each, by three statements."""

    result_list: Any
    model_admin: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        orders = self.result_list = list(self.result_list)
        totals = totals_of([order.pk for order in orders])
        blocks = of_page(orders, totals, self.model_admin.more_blocks(orders))
        for order in orders:
            order.totals = totals.get(order.pk, NONE)
            order.blocks = blocks[order.pk]
            order.came_from = self.model_admin.origin(request, order)


class Rows(ModelAdmin):
    """Mixed into the order list: its columns."""

    # A link of its own: within the row's one it would break the page.
    list_display_links: Any = None
    list_display: Any = [
        "show_number",
        "show_from",
        "show_age",
        "show_status",
        "show_units",
        "show_held",
        "show_blocks",
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return OrderList

    def more_blocks(self, _orders: list[Any]) -> Blocks:
        """What blocks these orders beyond what this floor knows, by order id; for a floor above."""
        return {}

    @display(description=_("Order"), ordering="number")
    def show_number(self, order: SalesOrder) -> Any:
        return two_lines(link(page_of(order), order.number), order.customer or NOTHING)

    @display(description=_("From"), ordering="source")
    def show_from(self, order: Any) -> Any:
        if order.came_from is None:
            return order.source or NOTHING
        name, url = order.came_from
        return link(url, order.source or name)

    @display(description=_("Age"), ordering="placed_at")
    def show_age(self, order: SalesOrder) -> str:
        return ago(order.placed_at)

    @display(description=_("Status"), ordering="status")
    def show_status(self, order: SalesOrder) -> Any:
        return state_of(order)

    @display(description=_("Shipped"))
    def show_units(self, order: Any) -> str:
        return gettext("%(shipped)d of %(ordered)d") % {
            "shipped": order.totals.shipped,
            "ordered": order.totals.ordered,
        }

    @display(description=_("Holds"))
    def show_held(self, order: Any) -> Any:
        held = order.totals.held
        look = "sc-strong" if held else "sc-quiet"
        return format_html('<span class="{}">{}</span>', look, numbers.shown(held))

    @display(description=_("What blocks it"))
    def show_blocks(self, order: Any) -> Any:
        return badges(order.blocks) if order.blocks else NOTHING


def state_of(order: SalesOrder) -> SafeString:
    """Its status as badges: archived and dispatched are said beside it."""
    shown = [badge(COLORS[order.status], order.get_status_display())]
    if order.dispatched_at:
        shown.append(badge("", gettext("Dispatched")))
    if order.archived_at:
        shown.append(badge("", gettext("Archived")))
    return format_html(
        '<span class="sc-badges">{}</span>', format_html_join("", "{}", ((each,) for each in shown))
    )


def badges(blocks: list[Block]) -> SafeString:
    """The first few, the remedy on hover and for who listens."""
    shown = format_html_join(
        "",
        '<span class="sc-block is-{}" title="{}">{}</span>',
        ((block.color, block.remedy, block.text) for block in blocks[:SHOWN]),
    )
    rest = len(blocks) - SHOWN
    more = format_html('<span class="sc-quiet">+{}</span>', rest) if rest > 0 else ""
    return format_html('<span class="sc-badges">{}{}</span>', shown, more)
