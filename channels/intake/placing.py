"""An order heard of for the first time: its products, its warehouses, and the order here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from channels import belief
from channels.belief import Sale
from channels.contract import Code, RemoteOrder, RemoteOrderLine
from channels.intake import bindings, locking
from channels.models import Channel, ChannelOrder, ChannelOrderLine, Feed, Listing
from inventory import availability
from inventory.ledger import Cause
from orders import intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder

AT_ONCE = timedelta(minutes=1)
"""An order changed later than this after it was placed may have been refunded in part before we
heard of it: what the channel took off its numbers is then more than we see."""


class Wanted(NamedTuple):
    """A line of theirs and how many units of it are ours to keep."""

    line: RemoteOrderLine
    units: int


class Obstacle(NamedTuple):
    """Why an order can not be placed now."""

    code: Code
    message: str


Feeds = Sequence[tuple[str, int]]
"""(location id at the channel, warehouse id), in the order of the channel's locations."""


def place(channel: Channel, bound: ChannelOrder, remote: RemoteOrder) -> Obstacle | None:
    """Place the order and hold its units; what could not be held is said. Lines whose item we do
    not know wait, and the others are held: units that were sold must not be told as available for
    the sake of a line beside them."""
    every = keep(channel, remote, remote.lines)
    products = match(channel, [each.line for each in every])
    feeds = feeds_of(channel)
    hindrance = obstacle(every, products, feeds)
    wanted = [each for each in every if each.line.external_id in products]
    if not (wanted and feeds):
        return hindrance
    locking.lock(products.values())
    draft = Draft(
        number=_number(channel, remote),
        lines=choose(wanted, products, feeds),
        source=channel.name,
        placed_at=remote.placed_at,
        is_unpaid=remote.is_unpaid,
        channel_id=channel.pk,
    )
    bound.order = intake.place(draft, Cause(actor=str(channel)))
    bound.save(update_fields=["order"])
    bind_lines(bound, bound.order, [each.line for each in wanted])
    _believe(channel, remote, wanted, products)
    return hindrance


def keep(channel: Channel, remote: RemoteOrder, lines: Sequence[RemoteOrderLine]) -> list[Wanted]:
    """The lines with units that stand in our stock."""
    counted = [Wanted(line, bindings.units(channel, remote, line)) for line in lines]
    return [each for each in counted if each.units > 0 and bindings.is_stocked(each.line)]


def match(channel: Channel, lines: Sequence[RemoteOrderLine]) -> dict[str, int]:
    """Our product by line: by the stock item, or by SKU where the item is gone there."""
    listings = Listing.objects.filter(channel=channel)
    items = [line.item_id for line in lines if line.item_id]
    skus = [line.sku for line in lines if not line.item_id]
    by_item = dict(listings.filter(item_id__in=items).values_list("item_id", "product_id"))
    by_sku = dict(listings.filter(product__sku__in=skus).values_list("product__sku", "product_id"))
    found = {
        line.external_id: by_item.get(line.item_id) if line.item_id else by_sku.get(line.sku)
        for line in lines
    }
    return {line: product for line, product in found.items() if product is not None}


def feeds_of(channel: Channel) -> Feeds:
    feeds = Feed.objects.filter(channel=channel).order_by("location_id", "warehouse_id")
    return list(feeds.values_list("location__external_id", "warehouse_id"))


def _unmatched(wanted: Sequence[Wanted], products: Mapping[str, int]) -> str:
    """The lines without a product here, named; "" when there is none."""
    return ", ".join(
        each.line.sku or each.line.item_id
        for each in wanted
        if each.line.external_id not in products
    )


def choose(wanted: Sequence[Wanted], products: Mapping[str, int], feeds: Feeds) -> list[DraftLine]:
    """Each line is held in a warehouse that feeds the location the channel took it from; in any of
    the channel's where none does, or where it does not say. The first with enough, else the first.
    """
    every = list(dict.fromkeys(warehouse for _, warehouse in feeds))
    stock = availability.at(list(products.values()), every)
    left = {place: held.available for place, held in stock.items()}
    lines = []
    for line, units in wanted:
        product_id = products[line.external_id]
        near = [warehouse for location, warehouse in feeds if location == line.location_id]
        places = near or every
        enough = (place for place in places if left.get((product_id, place), 0) >= units)
        chosen = next(enough, places[0])
        left[product_id, chosen] = left.get((product_id, chosen), 0) - units
        lines.append(DraftLine(product_id, chosen, units))
    return lines


def bind_lines(bound: ChannelOrder, order: SalesOrder, lines: Sequence[RemoteOrderLine]) -> None:
    """Bind the order's newest lines to the channel's, in their order."""
    ours = reversed(order.lines.order_by("-pk")[: len(lines)])
    ChannelOrderLine.objects.bulk_create(
        ChannelOrderLine(
            channel_order=bound,
            external_id=line.external_id,
            sku=line.sku[:255],
            ordered=line.ordered,
            order_line=mine,
        )
        for line, mine in zip(lines, ours, strict=True)
    )


def obstacle(
    wanted: Sequence[Wanted], products: Mapping[str, int], feeds: Feeds
) -> Obstacle | None:
    """What stands in the way of holding these lines."""
    if unknown := _unmatched(wanted, products):
        return Obstacle(Code.NOT_MATCHED, f"no product here for {unknown}.")
    if not feeds:
        return Obstacle(Code.LOCATION_MISSING, "no warehouse feeds the channel.")
    return None


def _number(channel: Channel, remote: RemoteOrder) -> str:
    """A number nobody has yet: the channel may give a name twice, and people type numbers, too."""
    number = f"{channel.name[:30]} {remote.number}"[:60]
    if SalesOrder.objects.filter(number=number).exists():
        tail = f" {remote.external_id.rpartition('/')[2]}"[-25:]
        number = number[: 60 - len(tail)] + tail
    return number


def _believe(
    channel: Channel, remote: RemoteOrder, wanted: Sequence[Wanted], products: Mapping[str, int]
) -> None:
    """The channel took the units itself, so what we believe it to show moves in this transaction;
    where more happened to the order than its sale, the number is read again."""
    sales = [Sale(products[line.external_id], line.location_id, units) for line, units in wanted]
    belief.sell(channel, sales, remote.placed_at)
    if remote.updated_at - remote.placed_at > AT_ONCE:
        belief.doubt(channel, products.values(), remote.updated_at)
