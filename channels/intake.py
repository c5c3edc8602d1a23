"""Orders of a channel become orders of ours, once each however often they are told.

Importing reserves what is still to ship there. The channel has already taken those units off its
own number, so what we believe it shows moves in the same transaction, and nothing is told back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from channels import due
from channels.contract import Adapter, Code, RemoteOrder, RemoteOrderLine
from channels.models import Channel, ChannelOrder, ChannelOrderLine, Feed, Listing, ListingLevel
from inventory import availability
from inventory.errors import Refused
from inventory.ledger import Cause
from orders import intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder

logger = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=5)
"""How far each poll reaches back before what it saw last: the channel's clock and ours differ."""


def pull(channel: Channel, adapter: Adapter) -> dict[str, Code]:
    """Take all orders changed since the last pull. Returns a code by order number where something
    changed: ACCEPTED, or why it is parked. Raises ChannelError; what was taken stays taken."""
    since = channel.orders_seen_until and channel.orders_seen_until - OVERLAP
    codes = {}
    for remote in adapter.pull_orders(since):
        try:
            code = take(channel, remote)
        except (Refused, DatabaseError) as error:
            # One order must not hold back all later ones, nor the channels after this one.
            logger.exception("%s of %s is parked", remote.number, channel)
            code = park(channel, remote, error)
        if code is not None:
            codes[remote.number] = code
        _remember(channel, remote.updated_at)
    return codes


def park(channel: Channel, remote: RemoteOrder, _error: Exception) -> Code | None:
    """Keep an order that can not be taken. None when that is known already."""
    binding, _ = ChannelOrder.objects.get_or_create(
        channel=channel,
        external_id=remote.external_id,
        defaults={"number": remote.number[:60], "updated_at": remote.updated_at},
    )
    is_news = binding.reason != Code.BAD_REQUEST
    _update(binding, remote, reason=Code.BAD_REQUEST)
    return Code.BAD_REQUEST if is_news else None


def _remember(channel: Channel, seen: datetime) -> None:
    if channel.orders_seen_until is None or seen > channel.orders_seen_until:
        channel.orders_seen_until = seen
        channel.save(update_fields=["orders_seen_until"])


def take(channel: Channel, remote: RemoteOrder) -> Code | None:
    """Bring one order of the channel in. None when there was nothing new to it.

    A test order is not taken. An order with an item we do not know is parked whole: half an order
    would promise less than was sold, and look complete.
    """
    if remote.is_test:
        return None
    with transaction.atomic():
        # The unique binding is what makes this idempotent; its row lock puts webhook, poll and
        # sweep of the same order in line.
        binding, _ = ChannelOrder.objects.get_or_create(
            channel=channel,
            external_id=remote.external_id,
            defaults={"number": remote.number, "updated_at": remote.updated_at},
        )
        binding = ChannelOrder.objects.select_for_update().get(pk=binding.pk)
        if binding.order_id is not None:
            return _follow(channel, binding, remote)
        if remote.is_canceled or not any(_needs_stock(line) for line in remote.lines):
            return None
        return _place(channel, binding, remote)


def _needs_stock(line: RemoteOrderLine) -> bool:
    """A line with neither item nor SKU was typed in by hand there: a service, a tip."""
    return line.unfulfilled > 0 and bool(line.item_id or line.sku)


def _place(channel: Channel, binding: ChannelOrder, remote: RemoteOrder) -> Code | None:
    wanted = [line for line in remote.lines if _needs_stock(line)]
    products = _products(channel, wanted)
    if len(products) < len(wanted):
        is_news = binding.reason != Code.NOT_MATCHED
        _update(binding, remote, reason=Code.NOT_MATCHED)
        return Code.NOT_MATCHED if is_news else None
    feeds = _feeds(channel)
    if not feeds:
        _update(binding, remote, reason=Code.LOCATION_MISSING)
        return Code.LOCATION_MISSING
    lines = _choose(wanted, products, feeds)
    order = intake.place(
        Draft(
            number=_number(channel, remote),
            lines=lines,
            source=channel.name,
            placed_at=remote.placed_at,
        ),
        Cause(actor=str(channel)),
    )
    _bind(binding, order, wanted)
    _update(binding, remote, order=order, reason="")
    _believe(channel, lines, remote.placed_at)
    if channel.locations.filter(is_active=True, is_enabled=True).count() > 1:
        _doubt(channel, products.values())  # it may have taken them from another place than we did
    return Code.ACCEPTED


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
    wanted: Sequence[RemoteOrderLine], products: dict[str, int], feeds: Sequence[int]
) -> list[DraftLine]:
    """Each line is held in the first feeding warehouse that has enough at hand, else the first."""
    stock = availability.at(list(products.values()), feeds)
    lines = []
    for line in wanted:
        product_id = products[line.external_id]
        enough = (
            warehouse
            for warehouse in feeds
            if stock.get((product_id, warehouse), availability.UNKNOWN).available
            >= line.unfulfilled
        )
        lines.append(DraftLine(product_id, next(enough, feeds[0]), line.unfulfilled))
    return lines


def _bind(binding: ChannelOrder, order: SalesOrder, wanted: Sequence[RemoteOrderLine]) -> None:
    ours = order.lines.order_by("pk")
    ChannelOrderLine.objects.bulk_create(
        ChannelOrderLine(
            channel_order=binding, external_id=line.external_id, sku=line.sku, order_line=mine
        )
        for line, mine in zip(wanted, ours, strict=True)
    )


def _follow(channel: Channel, binding: ChannelOrder, remote: RemoteOrder) -> Code | None:
    """An order we have: follow its cancellation. Repeating changes nothing."""
    order = binding.order
    assert order is not None  # noqa: S101 - the caller looked
    if not remote.is_canceled or order.status == SalesOrder.Status.CANCELED:
        return None
    _update(binding, remote)
    intake.cancel(order.pk, Cause(actor=str(channel)), is_archived=channel.is_cancellation_archived)
    _doubt(channel, order.lines.values_list("product_id", flat=True))  # restocked there, or not
    return Code.ACCEPTED


def _update(binding: ChannelOrder, remote: RemoteOrder, **fields: object) -> None:
    for name, value in {"updated_at": remote.updated_at, **fields}.items():
        setattr(binding, name, value)
    binding.save()


# A number that was read after the sale shows it already. A number that was told does not, whatever
# the clocks say: had the sale come first, compare-and-set would have refused it.
_BELIEVE = """
WITH sold AS (
    SELECT product_id, warehouse_id, sum(units) AS units
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS line(product_id, warehouse_id, units)
    GROUP BY product_id, warehouse_id
), touched AS MATERIALIZED (
    SELECT level.id, sold.units, level.read_at > %s - interval '5 minutes' AS is_unclear FROM sold
    JOIN channels_feed feed ON feed.warehouse_id = sold.warehouse_id AND feed.channel_id = %s
    JOIN channels_listing listing
        ON listing.product_id = sold.product_id AND listing.channel_id = feed.channel_id
    JOIN channels_listinglevel level
        ON level.listing_id = listing.id AND level.location_id = feed.location_id
    WHERE level.read_at IS NULL OR level.read_at < %s + interval '5 minutes'
    ORDER BY level.id FOR UPDATE OF level
)
UPDATE channels_listinglevel level
SET acknowledged = CASE WHEN touched.is_unclear THEN NULL ELSE acknowledged - touched.units END,
    acknowledged_at = %s
FROM touched WHERE level.id = touched.id
"""


def _doubt(channel: Channel, product_ids: Iterable[int]) -> None:
    """What the channel shows of these is unknown now, so it is read before it is told again."""
    levels = ListingLevel.objects.filter(
        listing__channel=channel, listing__product__in=list(product_ids)
    )
    ids = list(levels.order_by("pk").select_for_update(of=["self"]).values_list("pk", flat=True))
    ListingLevel.objects.filter(pk__in=ids).update(acknowledged=None, read_at=None)
    due.by_level(ids)


def _believe(channel: Channel, lines: Sequence[DraftLine], placed_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _BELIEVE,
            [
                [line.product_id for line in lines],
                [line.warehouse_id for line in lines],
                [line.ordered for line in lines],
                placed_at,
                channel.pk,
                placed_at,
                timezone.now(),
            ],
        )
