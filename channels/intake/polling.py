"""Asks a channel for the orders that changed, and for those that wait here and may go now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Exists, F, Min, OuterRef, Q
from django.utils import timezone

from channels.contract import Adapter, ChannelError, Code, RemoteOrder
from channels.intake.bindings import Taken
from channels.intake.taking import take_many
from channels.models import Channel, ChannelOrder, Feed
from inventory.models import StockLevel
from orders.models import SalesOrder, SalesOrderLine

A_DAY = timedelta(days=1)

TOGETHER = 50
"""Orders of a poll that are compared with ours at once: most of them are known already."""

AGAIN = 50
"""Orders that wait and are asked for in one pull, those looked at longest ago first."""


URGENT_SHARE = 4
"""What is about to be overwritten may be asked about so many times as often."""


def is_recent(channel: Channel, adapter: Adapter, *, is_urgent: bool = False) -> bool:
    """Whether the channel was asked a moment ago, and is not to be asked again so soon."""
    if not (adapter.orders_every_seconds and channel.orders_asked_at):
        return False
    seconds = adapter.orders_every_seconds / (URGENT_SHARE if is_urgent else 1)
    return timezone.now() < channel.orders_asked_at + timedelta(seconds=seconds)


def pull(channel: Channel, adapter: Adapter, taken: list[Taken]) -> None:
    """Take all orders changed since the last pull, and those that wait and may go now; adds what is
    new to `taken`. Raises ChannelError; what was taken stays taken, and calling again goes on.

    Each pull reaches back a little before what it saw last, for the channel's clock and ours
    differ; and once a day far, where a channel's lists are known to miss orders for hours."""
    began_at = timezone.now()
    seen = channel.orders_seen_until
    since = seen and seen - timedelta(seconds=adapter.overlap_seconds)
    for remotes in _parts(adapter.pull_orders(since), TOGETHER):
        taken += take_many(channel, remotes)
        _remember(channel, max(remote.updated_at for remote in remotes))
    if adapter.orders_every_seconds:
        _note(channel, orders_asked_at=began_at)
    if adapter.can_read_orders and (waiting := _waiting(channel)):
        taken += take_many(channel, list(adapter.read_orders(waiting)))
    if adapter.sweep_days and seen:
        _sweep(channel, adapter, taken)


def _sweep(channel: Channel, adapter: Adapter, taken: list[Taken]) -> None:
    """Once a day, look over all orders changed within some days. Where the channel's budget ends
    before they do, the next pull goes on from there."""
    now = timezone.now()
    if channel.orders_swept_at is None:  # the first pull of all was one
        _note(channel, orders_swept_at=now)
    if channel.orders_swept_at and channel.orders_swept_at > now - A_DAY:
        return
    since = channel.orders_sweep_from or now - timedelta(days=adapter.sweep_days)
    try:
        for remotes in _parts(adapter.pull_orders(since), TOGETHER):
            taken += take_many(channel, remotes)
            _note(channel, orders_sweep_from=max(remote.updated_at for remote in remotes))
    except ChannelError as error:
        if error.code != Code.RATE_LIMITED:
            raise
        return  # what is new comes first; this goes on with the next pull
    _note(channel, orders_swept_at=now, orders_sweep_from=None)


def _note(channel: Channel, **values: datetime | None) -> None:
    for name, value in values.items():
        setattr(channel, name, value)
    channel.save(update_fields=list(values))


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


def ask_again(channel: Channel, numbers: Collection[str]) -> set[str]:
    """Let the next pull tell these orders again that wait here; returns the numbers of those that
    do wait."""
    waiting = ChannelOrder.objects.filter(channel=channel, number__in=numbers).exclude(reason="")
    found = list(waiting.values_list("number", "updated_at"))
    if found:
        oldest = min(updated_at for _, updated_at in found)
        later = Channel.objects.filter(pk=channel.pk, orders_seen_until__gt=oldest)
        later.update(orders_seen_until=oldest)
    return {number for number, _ in found}


def _remember(channel: Channel, seen: datetime) -> None:
    if channel.orders_seen_until is None or seen > channel.orders_seen_until:
        channel.orders_seen_until = seen
        channel.save(update_fields=["orders_seen_until"])


def _waiting(channel: Channel) -> list[str]:
    """Orders whose obstacle may be gone: goods that left there came into stock here, or a warehouse
    feeds the channel now. (For a missing product see look_back.)"""
    in_stock = StockLevel.objects.filter(warehouse=OuterRef("warehouse"), on_hand__gt=0)
    own = in_stock.filter(product=OuterRef("product"))
    part = in_stock.filter(product__bundles__bundle=OuterRef("product"))
    line = SalesOrderLine.objects.filter(
        Exists(own) | Exists(part), order=OuterRef("order"), shipped__lt=F("ordered")
    )
    may_go = Q(Exists(line), reason=Code.SHIPPED_THERE, order__archived_at=None)
    if Feed.objects.filter(channel=channel).exists():
        may_go |= Q(reason=Code.LOCATION_MISSING)
    waiting = ChannelOrder.objects.filter(may_go, channel=channel).exclude(reason="")
    waiting = waiting.exclude(order__status=SalesOrder.Status.CANCELED)
    return list(waiting.order_by("taken_at", "pk").values_list("external_id", flat=True)[:AGAIN])
