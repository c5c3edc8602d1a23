"""Orders of a channel become orders of ours, once each however often they are told.

Importing reserves what is still to ship there. What we can not place is parked: visible, with its
reason, and tried again whenever the channel tells it again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import DatabaseError, transaction
from django.db.models import Min

from channels import belief
from channels.contract import Adapter, Code, RemoteOrder, RemoteOrderLine
from channels.models import Channel, ChannelOrder, ChannelOrderLine, Feed, Listing
from inventory import availability
from inventory.errors import Refused
from inventory.ledger import Cause
from orders import intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder, SalesOrderLine

OVERLAP = timedelta(minutes=5)
"""How far each poll reaches back before what it saw last: the channel's clock and ours differ."""

logger = logging.getLogger(__name__)


class Taken(NamedTuple):
    """What became of an order: ACCEPTED, or why it is parked and what to read about it."""

    number: str
    code: Code
    message: str = ""


def pull(channel: Channel, adapter: Adapter) -> list[Taken]:
    """Take all orders changed since the last pull; returns what is new. One that can not be taken
    is parked and holds back no other. Raises ChannelError; what was taken stays taken."""
    since = channel.orders_seen_until and channel.orders_seen_until - OVERLAP
    taken = []
    for remote in adapter.pull_orders(since):
        try:
            news = take(channel, remote)
        except (Refused, DatabaseError) as error:
            logger.warning("%s of %s is parked: %s", remote.number, channel, error)
            news = _park_refused(channel, remote, str(error))
        if news is not None:
            taken.append(news)
        _remember(channel, remote.updated_at)
    return taken


def look_back(channel: Channel) -> None:
    """Products were linked: let the next pull tell the parked orders again."""
    parked = ChannelOrder.objects.filter(channel=channel, order=None, reason=Code.NOT_MATCHED)
    oldest = parked.aggregate(at=Min("updated_at"))["at"]
    if oldest is not None and channel.orders_seen_until and oldest < channel.orders_seen_until:
        channel.orders_seen_until = oldest
        channel.save(update_fields=["orders_seen_until"])


def _remember(channel: Channel, seen: datetime) -> None:
    if channel.orders_seen_until is None or seen > channel.orders_seen_until:
        channel.orders_seen_until = seen
        channel.save(update_fields=["orders_seen_until"])


def take(channel: Channel, remote: RemoteOrder) -> Taken | None:
    """Bring one order of the channel in. None when there was nothing new to it.

    A test order is not taken. An order with an item we do not know is parked whole: half an order
    would promise less than was sold, and look complete.
    """
    if remote.is_test:
        return None
    with transaction.atomic():
        binding = _bound(channel, remote)
        if binding.order is not None:
            return _follow(channel, binding, binding.order, remote)
        if remote.is_canceled:
            return None
        if not any(_needs_stock(line) for line in remote.lines):
            return _judge_shipped(channel, binding, remote)
        return _place(channel, binding, remote)


def _bound(channel: Channel, remote: RemoteOrder) -> ChannelOrder:
    """The binding, locked: its uniqueness is what makes taking idempotent, its row lock puts
    webhook, poll and sweep of the same order in line."""
    binding, _ = ChannelOrder.objects.get_or_create(
        channel=channel,
        external_id=remote.external_id,
        defaults={"number": remote.number[:255], "updated_at": remote.updated_at},
    )
    locked = ChannelOrder.objects.select_for_update(of=["self"]).select_related("order")
    return locked.get(pk=binding.pk)


def _park(channel: Channel, remote: RemoteOrder, code: Code, message: str) -> Taken | None:
    """Keep the reason. None when it was known already."""
    binding = ChannelOrder.objects.filter(channel=channel, external_id=remote.external_id).first()
    if binding is None:
        binding = ChannelOrder(channel=channel, external_id=remote.external_id)
        binding.number = remote.number[:255]
    is_news = (binding.reason, binding.message) != (code, message)
    _update(binding, remote, reason=code, message=message)
    return Taken(remote.number, code, message) if is_news else None


def _park_refused(channel: Channel, remote: RemoteOrder, message: str) -> Taken | None:
    """As _park; and whatever we could not follow changed the channel's own numbers all the same."""
    news = _park(channel, remote, Code.ORDER_REFUSED, message)
    if news is not None:
        lines = SalesOrderLine.objects.filter(
            order__binding__channel=channel, order__binding__external_id=remote.external_id
        )
        with transaction.atomic():
            belief.doubt(channel, lines.values_list("product_id", flat=True))
    return news


def _needs_stock(line: RemoteOrderLine) -> bool:
    """A line with neither item nor SKU was typed in by hand there: a service, a tip."""
    return line.unfulfilled > 0 and bool(line.item_id or line.sku)


def _judge_shipped(channel: Channel, binding: ChannelOrder, remote: RemoteOrder) -> Taken | None:
    """Units that left there before we knew of the order, such as a sale at a till. What was sold
    before the channel was connected is in nobody's stock any more."""
    shipped = [line for line in remote.lines if line.ordered > line.unfulfilled and line.item_id]
    if not shipped or remote.placed_at < channel.created_at:
        return None
    units = ", ".join(f"{line.ordered - line.unfulfilled} of {line.sku}" for line in shipped)
    message = f"{units} left without an order here."
    if binding.order is None:
        return _park(channel, remote, Code.SHIPPED_THERE, message)
    return Taken(remote.number, Code.SHIPPED_THERE, message)


def _place(channel: Channel, binding: ChannelOrder, remote: RemoteOrder) -> Taken | None:
    wanted = [line for line in remote.lines if _needs_stock(line)]
    products = _products(channel, wanted)
    if len(products) < len(wanted):
        unknown = ", ".join(line.sku for line in wanted if line.external_id not in products)
        return _park(channel, remote, Code.NOT_MATCHED, f"no product here for {unknown}.")
    feeds = _feeds(channel)
    if not feeds:
        return _park(channel, remote, Code.LOCATION_MISSING, "no warehouse feeds the channel.")
    lines = _choose(wanted, products, feeds)
    draft = Draft(
        number=_number(channel, remote),
        lines=lines,
        source=channel.name,
        placed_at=remote.placed_at,
    )
    order = intake.place(draft, Cause(actor=str(channel)))
    _bind(binding, order, wanted)
    _update(binding, remote, order=order, reason="", message="")
    belief.sell(channel, lines, remote.placed_at)
    if channel.locations.filter(is_active=True, is_enabled=True).count() > 1:
        # It may have taken them from another place than we did.
        belief.doubt(channel, products.values())
    return _judge_shipped(channel, binding, remote) or Taken(remote.number, Code.ACCEPTED)


def _number(channel: Channel, remote: RemoteOrder) -> str:
    """A number nobody has yet: the channel may give a name twice, and people type numbers, too."""
    number = f"{channel.name[:30]} {remote.number}"[:60]
    if SalesOrder.objects.filter(number=number).exists():
        tail = f" {remote.external_id.rpartition('/')[2]}"[-25:]
        number = number[: 60 - len(tail)] + tail
    return number


def _products(channel: Channel, wanted: Sequence[RemoteOrderLine]) -> dict[str, int]:
    """Our product by line: by the stock item, or by SKU where the item is gone there."""
    listings = Listing.objects.filter(channel=channel)
    items = [line.item_id for line in wanted if line.item_id]
    skus = [line.sku for line in wanted if not line.item_id]
    by_item = dict(listings.filter(item_id__in=items).values_list("item_id", "product_id"))
    by_sku = dict(listings.filter(product__sku__in=skus).values_list("product__sku", "product_id"))
    found = {
        line.external_id: by_item.get(line.item_id) if line.item_id else by_sku.get(line.sku)
        for line in wanted
    }
    return {line: product for line, product in found.items() if product is not None}


def _feeds(channel: Channel) -> list[int]:
    """Warehouses that feed the channel, in the order of its locations."""
    feeds = Feed.objects.filter(channel=channel).order_by("location_id", "warehouse_id")
    return list(dict.fromkeys(feeds.values_list("warehouse_id", flat=True)))


def _choose(
    wanted: Sequence[RemoteOrderLine], products: Mapping[str, int], feeds: Sequence[int]
) -> list[DraftLine]:
    """Each line is held in the first feeding warehouse that has enough left, else the first."""
    stock = availability.at(list(products.values()), feeds)
    left = {place: held.available for place, held in stock.items()}
    lines = []
    for line in wanted:
        product_id = products[line.external_id]
        enough = (
            warehouse
            for warehouse in feeds
            if left.get((product_id, warehouse), 0) >= line.unfulfilled
        )
        warehouse_id = next(enough, feeds[0])
        left[product_id, warehouse_id] = left.get((product_id, warehouse_id), 0) - line.unfulfilled
        lines.append(DraftLine(product_id, warehouse_id, line.unfulfilled))
    return lines


def _bind(binding: ChannelOrder, order: SalesOrder, wanted: Sequence[RemoteOrderLine]) -> None:
    """Bind the order's newest lines to the channel's, in their order."""
    ours = reversed(order.lines.order_by("-pk")[: len(wanted)])
    ChannelOrderLine.objects.bulk_create(
        ChannelOrderLine(
            channel_order=binding,
            external_id=line.external_id,
            sku=line.sku[:255],
            ordered=line.ordered,
            order_line=mine,
        )
        for line, mine in zip(wanted, ours, strict=True)
    )


def _follow(
    channel: Channel, binding: ChannelOrder, order: SalesOrder, remote: RemoteOrder
) -> Taken | None:
    """An order we have: follow its cancellation and its edits. Repeating changes nothing."""
    if order.status == SalesOrder.Status.CANCELED:
        return None
    cause = Cause(actor=str(channel))
    if remote.is_canceled:
        intake.cancel(order.pk, cause, is_archived=channel.is_cancellation_archived)
    elif not _edit(channel, binding, order, remote):
        return None
    _update(binding, remote, reason="", message="")
    # Whether it restocked, and where, only the channel knows.
    belief.doubt(channel, order.lines.values_list("product_id", flat=True))
    return Taken(remote.number, Code.ACCEPTED)


def _edit(channel: Channel, binding: ChannelOrder, order: SalesOrder, remote: RemoteOrder) -> bool:
    """Bring changed and added lines over; False when there were none. Raises Refused."""
    bound = {line.external_id: line for line in binding.lines.select_related("order_line")}
    changed = [
        (bound[line.external_id], line.ordered)
        for line in remote.lines
        if line.external_id in bound and bound[line.external_id].ordered != line.ordered
    ]
    added = [line for line in remote.lines if line.external_id not in bound and _needs_stock(line)]
    if not changed and not added:
        return False
    products = _products(channel, added)
    if len(products) < len(added):
        raise Refused("a line was added whose item has no product here.")
    units = {}
    for mine, ordered in changed:
        line = mine.order_line
        if line is not None:
            least = max(line.shipped, line.notified)
            units[line.pk] = max(line.ordered + ordered - mine.ordered, least)
        mine.ordered = ordered
    additions = _choose(added, products, _feeds(channel)) if added else []
    intake.edit(order.pk, units, additions, Cause(actor=str(channel)))
    ChannelOrderLine.objects.bulk_update([mine for mine, _ in changed], ["ordered"])
    _bind(binding, order, added)
    return True


def _update(binding: ChannelOrder, remote: RemoteOrder, **fields: object) -> None:
    for name, value in {"updated_at": remote.updated_at, **fields}.items():
        setattr(binding, name, value)
    binding.save()
