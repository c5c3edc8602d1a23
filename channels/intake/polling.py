"""Asks a channel for the orders that changed, and for those that wait here and may go now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Exists, F, Min, OuterRef, Q

from channels.contract import Adapter, Code, RemoteOrder
from channels.intake.bindings import Taken
from channels.intake.taking import take_many
from channels.models import Channel, ChannelOrder, Feed
from inventory.models import StockLevel
from orders.models import SalesOrder, SalesOrderLine

OVERLAP = timedelta(minutes=5)
"""How far each poll reaches back before what it saw last: the channel's clock and ours differ."""

TOGETHER = 50
"""Orders of a poll that are compared with ours at once: most of them are known already."""

AGAIN = 50
"""Orders that wait and are asked for in one pull, those looked at longest ago first."""


def pull(channel: Channel, adapter: Adapter, taken: list[Taken]) -> None:
    """Take all orders changed since the last pull, and those that wait and may go now; adds what is
    new to `taken`. Raises ChannelError; what was taken stays taken, and calling again goes on."""
    since = channel.orders_seen_until and channel.orders_seen_until - OVERLAP
    for remotes in _parts(adapter.pull_orders(since), TOGETHER):
        taken += take_many(channel, remotes)
        _remember(channel, max(remote.updated_at for remote in remotes))
    if adapter.has_notices and (waiting := _waiting(channel)):
        taken += take_many(channel, list(adapter.read_orders(waiting)))


def _parts(remotes: Iterable[RemoteOrder], size: int) -> Iterator[list[RemoteOrder]]:
    rest = iter(remotes)
    while part := list(islice(rest, size)):
        yield part


def look_back(channel: Channel) -> None:
    """Products were linked: let the next pull tell the orders again that lacked one."""
    waiting = ChannelOrder.objects.filter(channel=channel).exclude(reason="")
    parked = waiting.filter(reason=Code.NOT_MATCHED)
    oldest = parked.aggregate(at=Min("updated_at"))["at"]
    if oldest is not None and channel.orders_seen_until and oldest < channel.orders_seen_until:
        channel.orders_seen_until = oldest
        channel.save(update_fields=["orders_seen_until"])


def _remember(channel: Channel, seen: datetime) -> None:
    if channel.orders_seen_until is None or seen > channel.orders_seen_until:
        channel.orders_seen_until = seen
        channel.save(update_fields=["orders_seen_until"])


def _waiting(channel: Channel) -> list[str]:
    """Orders whose obstacle may be gone: goods that left there came into stock here, or a warehouse
    feeds the channel now. (For a missing product see look_back.)"""
    in_stock = StockLevel.objects.filter(
        product=OuterRef("product"), warehouse=OuterRef("warehouse"), on_hand__gt=0
    )
    line = SalesOrderLine.objects.filter(
        Exists(in_stock), order=OuterRef("order"), shipped__lt=F("ordered")
    )
    may_go = Q(Exists(line), reason=Code.SHIPPED_THERE, order__archived_at=None)
    if Feed.objects.filter(channel=channel).exists():
        may_go |= Q(reason=Code.LOCATION_MISSING)
    waiting = ChannelOrder.objects.filter(may_go, channel=channel).exclude(reason="")
    waiting = waiting.exclude(order__status=SalesOrder.Status.CANCELED)
    return list(waiting.order_by("taken_at", "pk").values_list("external_id", flat=True)[:AGAIN])
