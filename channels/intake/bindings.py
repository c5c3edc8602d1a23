"""Which order there is which order here, locked while we look; and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from channels.contract import Code, RemoteOrder, RemoteOrderLine
from channels.models import Channel, ChannelOrder, ChannelOrderLine
from orders.models import SalesOrderLine


def kept(number: str) -> str:
    """As much of an order's number as is kept; the same wherever it is."""
    return number[: ChannelOrder.NUMBER]


class Taken(NamedTuple):
    """What became of an order: ACCEPTED, or why it waits, and what to read about it."""

    number: str
    code: Code
    message: str = ""


class Pair(NamedTuple):
    """A line bound to ours, and the same line as the channel shows it now."""

    bound: ChannelOrderLine
    line: SalesOrderLine
    there: RemoteOrderLine


def bind(channel: Channel, remote: RemoteOrder) -> tuple[ChannelOrder, bool]:
    """The binding, locked, and whether we hear of the order for the first time.

    Its uniqueness is what makes taking idempotent, its row lock puts webhook, poll and sweep of the
    same order in line. The lock lets others point at the row: who sends an ASN holds the order
    already and would otherwise wait for us, and we for them.
    """
    bound, is_new = ChannelOrder.objects.get_or_create(
        channel=channel,
        external_id=remote.external_id,
        defaults={
            "number": kept(remote.number),
            "placed_at": remote.placed_at,
            "updated_at": remote.updated_at,
        },
    )
    locked = ChannelOrder.objects.select_for_update(of=["self"], no_key=True)
    return locked.select_related("order").get(pk=bound.pk), is_new


def note(bound: ChannelOrder, remote: RemoteOrder, reason: str = "", message: str = "") -> bool:
    """Keep which state of the order we have seen, and why it waits if it does. Returns whether that
    is news. One that waits is always stored, so that those looked at longest ago come first."""
    is_news = (bound.reason, bound.message) != (reason, message)
    if is_news or reason or bound.updated_at != remote.updated_at:
        bound.updated_at, bound.placed_at = remote.updated_at, remote.placed_at
        bound.reason, bound.message = reason, message
        bound.save(update_fields=["updated_at", "placed_at", "reason", "message", "taken_at"])
    return is_news


def park(bound: ChannelOrder, remote: RemoteOrder, code: Code, message: str) -> Taken | None:
    """Keep why the order waits. None when it was known already."""
    return Taken(remote.number, code, message) if note(bound, remote, code, message) else None


def pairs(bound: ChannelOrder, remote: RemoteOrder) -> list[Pair]:
    """The lines that both sides know, as they are now, in the order of ours."""
    return paired(known_lines().filter(channel_order=bound), remote)


def known_lines() -> QuerySet[ChannelOrderLine]:
    """Lines of the channel's that are bound to ours."""
    known = ChannelOrderLine.objects.exclude(order_line=None)
    return known.select_related("order_line__product", "order_line__warehouse")


def paired(lines: Iterable[ChannelOrderLine], remote: RemoteOrder) -> list[Pair]:
    """These lines of an order, each beside the same line as the channel shows it now."""
    there = {line.external_id: line for line in remote.lines}
    return [
        Pair(line, line.order_line, there[line.external_id])
        for line in lines
        if line.order_line is not None and line.external_id in there
    ]


def is_stocked(line: RemoteOrderLine) -> bool:
    """A line with neither item nor SKU was typed in by hand there: a service, a tip."""
    return bool(line.item_id or line.sku)


def is_older(channel: Channel, remote: RemoteOrder) -> bool:
    """Sold before the channel was connected: what had left by then is in nobody's stock here."""
    # The channel's times come in whole seconds: a sale in the second of connecting is a new one.
    return remote.placed_at < channel.created_at.replace(microsecond=0)


def units(channel: Channel, remote: RemoteOrder, line: RemoteOrderLine) -> int:
    """How many units of a line are ours to keep, when the order is heard of now."""
    return line.unfulfilled if is_older(channel, remote) else line.ordered


def left_before(channel: Channel, remote: RemoteOrder, pair: Pair) -> int:
    """Units of a line that had left there before an older order came here: never ours to ship."""
    if not is_older(channel, remote):
        return 0
    return max(0, pair.bound.ordered - pair.line.ordered)
