"""Goods that left at the channel without us, and goods that it put back.

All by counts: of what the channel says left, we ship and notify what we have not yet; our own ASNs
count as notified from the moment they were sent, also while the channel waits to be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from channels.contract import RemoteOrder
from channels.intake import bindings
from channels.models import Channel, ChannelOrder, ChannelOrderLine, Transmission
from inventory.errors import InsufficientStock
from inventory.ledger import Cause
from orders import asn, fulfilment, returns
from orders.models import SalesOrder, SalesOrderLine


class Left(NamedTuple):
    """Units of a line that left there: `notified` are not on a sent ASN of ours yet, and of those
    `shipped` still stand on our shelf."""

    line: SalesOrderLine
    notified: int
    shipped: int


class Booked(NamedTuple):
    """Whether anything was booked, and what could not be."""

    is_changed: bool = False
    trouble: str = ""


def book(channel: Channel, bound: ChannelOrder, order: SalesOrder, remote: RemoteOrder) -> Booked:
    """Ship what left there and send the ASN for it, which the channel needs not be told.

    A line whose goods are not on our shelf stays as it is, held, and holds back no other.
    """
    left = _left(channel, bound, order, remote)
    if not left:
        return Booked()
    if _is_put_away(order) and any(each.shipped for each in left):
        return Booked(
            trouble=f"{_named(left)} left there, but {order} is canceled or archived"
            " here: unarchive it, or adjust the stock by hand."
        )
    gone, trouble = _ship(channel, bound, order, left)
    if gone:
        _notify(channel, bound, order, gone)
    return Booked(bool(gone), trouble)


def put_back(
    channel: Channel, bound: ChannelOrder, order: SalesOrder, remote: RemoteOrder
) -> set[int]:
    """Take back what a refund put into the channel's stock, into the warehouse that it left.

    Never more than left here: what was canceled before it left never moved. Returns product ids.
    """
    due: dict[int, int] = {}
    changed: list[ChannelOrderLine] = []
    products = set()
    for mine, line, there in bindings.pairs(bound, remote):
        told = min(there.returned, line.shipped)
        if told <= mine.returned:
            continue
        # What somebody booked by hand here is the same goods, not others.
        units = told - max(mine.returned, line.returned)
        mine.returned = told
        changed.append(mine)
        products.add(line.product_id)
        if units > 0:
            due[line.pk] = units
    ChannelOrderLine.objects.bulk_update(changed, ["returned"])
    if due:
        booked = bound.lines.aggregate(units=Sum("returned"))["units"]
        returns.take_back(order.pk, due, _cause(channel, bound, "returned", booked))
    return products


def _left(
    channel: Channel, bound: ChannelOrder, order: SalesOrder, remote: RemoteOrder
) -> list[Left]:
    """An order marked as dispatched is handled elsewhere: none of its goods leave our shelf. Goods
    that stand in a mirror leave its source, which shows that by itself."""
    left = []
    for pair in bindings.pairs(bound, remote):
        before = bindings.left_before(channel, remote, pair)
        fulfilled = min(pair.there.fulfilled - before, pair.line.ordered)
        notified = fulfilled - pair.line.notified
        if notified > 0:
            is_elsewhere = order.dispatched_at or pair.line.warehouse.is_mirror
            shipped = 0 if is_elsewhere else min(notified, fulfilled - pair.line.shipped)
            left.append(Left(pair.line, notified, max(0, shipped)))
    return left


def _is_put_away(order: SalesOrder) -> bool:
    return order.status == SalesOrder.Status.CANCELED or order.archived_at is not None


def _ship(
    channel: Channel, bound: ChannelOrder, order: SalesOrder, left: Sequence[Left]
) -> tuple[Sequence[Left], str]:
    """Ship all of it at once; where the shelf lacks something, line by line, as far as it goes.
    Returns what is gone, and what is not."""
    try:
        _ship_lines(channel, bound, order, left)
    except InsufficientStock as error:
        if len(left) == 1:
            return [], f"{_named(left)} left there. {error}"
    else:
        return left, ""
    gone: list[Left] = []
    troubles = []
    for each in left:
        try:
            _ship_lines(channel, bound, order, [each])
            gone.append(each)
        except InsufficientStock as error:
            troubles.append(f"{_named([each])} left there. {error}")
    return gone, " ".join(troubles)


def _ship_lines(
    channel: Channel, bound: ChannelOrder, order: SalesOrder, left: Sequence[Left]
) -> None:
    units = {each.line.pk: each.shipped for each in left if each.shipped}
    if units:
        shipped = order.lines.aggregate(units=Sum("shipped"))["units"] + sum(units.values())
        with transaction.atomic():
            fulfilment.ship(order.pk, units, _cause(channel, bound, "shipped", shipped))


def _notify(channel: Channel, bound: ChannelOrder, order: SalesOrder, gone: Sequence[Left]) -> None:
    """Send an ASN that the channel needs not be told: its transmission counts as sent already."""
    notice = asn.draft(order.pk, {each.line.pk: each.notified for each in gone})
    Transmission.objects.create(
        asn=notice,
        channel_order=bound,
        status=Transmission.Status.SENT,
        message="Shipped at the channel itself.",
        sent_at=timezone.now(),
    )
    asn.send([notice.pk], Cause(actor=str(channel)))


def _cause(channel: Channel, bound: ChannelOrder, verb: str, count: int) -> Cause:
    """The count only ever grows, so the ledger itself refuses to book the same units again."""
    return Cause(actor=str(channel), key=f"channel order {bound.pk} {verb} {count}")


def _named(left: Sequence[Left]) -> str:
    return ", ".join(f"{each.notified} of {each.line.product.sku}" for each in left)
