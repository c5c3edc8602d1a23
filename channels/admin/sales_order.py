"""Orders, with what only channels know: where they came from, and what would be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels.admin.freed import changes, exploded, rows, tellings
from channels.models import ChannelOrder, ChannelOrderLine, Transmission
from desk.cells import page_of
from desk.filters import RecordFilter
from desk.saying import gettext, ngettext
from orders.admin import filters, numbered
from orders.admin import sales_order as base
from orders.admin.banner import Freed, Telling
from orders.admin.blocks import Block, Blocks
from orders.admin.page import HeldListing
from orders.admin.story import Event
from orders.models import SalesOrder

admin.site.unregister(SalesOrder)

SHOWN = 50


class ChannelFilter(RecordFilter):
    """The channel that orders came from."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("channel")


class BlockedFilter(filters.BlockedFilter):
    """Also by items that we do not know."""

    def lookups(self, *args: Any) -> list[tuple[str, Any]]:
        return [*super().lookups(*args), ("unknown", _("Unknown item of the channel"))]

    def queryset(self, request: HttpRequest, queryset: filters.Orders) -> filters.Orders:
        if self.value() != "unknown":
            return super().queryset(request, queryset)
        waiting = ChannelOrder.objects.filter(order=OuterRef("pk")).exclude(reason="")
        return queryset.filter(filters.LIVE, Exists(waiting))


@admin.register(SalesOrder)
class SalesOrderAdmin(base.SalesOrderAdmin):
    """Who may not look at channels sees orders as the floor below shows them."""

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        given = [
            BlockedFilter if each is filters.BlockedFilter else each
            for each in super().get_list_filter(request)
        ]
        if request.user.has_perms(["channels.view_channel"]):
            given.insert(1, ("binding__channel", ChannelFilter))
        return given

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("binding__channel")

    def more_blocks(self, orders: list[Any]) -> Blocks:
        """Lines of the channel whose item is unknown here; one statement."""
        rows = (
            ChannelOrderLine.objects.filter(
                channel_order__order__in=[order.pk for order in orders], order_line=None
            )
            .exclude(channel_order__reason="")
            .order_by()
            .values_list("channel_order__order_id", "channel_order_id")
            .annotate(lines=Count("pk"))
        )
        return {order: [_unknown(bound, lines)] for order, bound, lines in rows}

    def told_after(self, freed: Freed) -> Sequence[Telling]:
        return tellings(freed)

    def origin(self, request: HttpRequest, order: Any) -> tuple[str, str] | None:
        bound = getattr(order, "binding", None)
        if bound is None or not request.user.has_perms(["channels.view_channelorder"]):
            return None
        name = gettext("%(channel)s, its number there %(number)s") % {
            "channel": bound.channel,
            "number": bound.number,
        }
        return name, page_of(bound)

    def more_events(self, request: HttpRequest, order: Any) -> Sequence[Event]:
        """When it was heard of, and its ASNs told to the channel."""
        bound = getattr(order, "binding", None)
        if bound is None:
            return ()
        channel = {"channel": bound.channel}
        heard = Event(
            bound.heard_at, "move_to_inbox", gettext("Heard of from %(channel)s") % channel
        )
        may_look = request.user.has_perms(["channels.view_transmission"])
        told = Transmission.objects.filter(asn__order=order).exclude(sent_at=None)[:SHOWN]
        text = gettext("ASN told to %(channel)s") % channel
        return [
            heard,
            *[
                Event(
                    each.sent_at,
                    "outgoing_mail",
                    text,
                    each.external_id,
                    "",
                    page_of(each) if may_look else "",
                )
                for each in told
                if each.sent_at
            ],
        ]

    def held_down(
        self, request: HttpRequest, units: Mapping[tuple[int, int], int]
    ) -> Sequence[HeldListing]:
        if not request.user.has_perms(["channels.view_communicated"]):
            return ()
        free = exploded(units)
        return [
            HeldListing(
                change.entry.channel.name,
                change.entry.location.name if change.entry.location else "",
                change.entry.product.sku,
                change.entry.acknowledged,
                change.after - change.before,
                page_of(change.entry),
            )
            for change in changes(rows(free)[:SHOWN], free)
        ]


def _by_their_number(number: Q) -> QuerySet[Any]:
    """Orders by the number that their channel gave them."""
    return ChannelOrder.objects.order_by().filter(number, order__isnull=False).values_list("order")


numbered.register(_by_their_number)


def _unknown(channel_order_id: int, lines: int) -> Block:
    text = ngettext(
        "%(lines)d item of the channel is unknown here",
        "%(lines)d items of the channel are unknown here",
        lines,
    )
    return Block(
        "danger",
        text % {"lines": lines},
        gettext(
            "Add the product, or tick the channel for it: the order is completed when the channel"
            " tells it again."
        ),
        reverse("admin:channels_channelorder_change", args=[channel_order_id]),
        gettext("The channel's order"),
    )
