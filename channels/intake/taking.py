"""Takes one state of an order in, or many, each by itself: none can hold back another."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import DatabaseError, OperationalError, transaction

from channels import belief
from channels.contract import Code, RemoteOrder
from channels.intake import bindings, following, placing, sources
from channels.intake.bindings import Taken
from channels.models import Channel, ChannelOrder
from desk.errors import Refused
from orders.models import SalesOrderLine

ATTEMPTS = 3
"""Two of us may wait for each other's rows; the database then ends one, which just begins anew."""

logger = logging.getLogger(__name__)


def take_many(channel: Channel, remotes: Sequence[RemoteOrder]) -> list[Taken]:
    """Take orders in as the channel shows them now; returns what is new. One that can not be taken
    is parked with its reason. Those that nothing happened to cost two queries together."""
    remotes = sources.ours(channel, remotes)
    settled = following.settled(channel, remotes)
    wanted = (remote for remote in remotes if remote.external_id not in settled)
    news = (_take_or_park(channel, remote) for remote in wanted)
    return [each for each in news if each is not None]


def take(channel: Channel, remote: RemoteOrder) -> Taken | None:
    """Bring one order of the channel in, in one transaction. None when there was nothing new to it.

    A test order is not taken, and neither is a state older than one that was seen already. Raises
    Refused, DatabaseError; nothing is stored then.
    """
    if remote.is_test:
        return None
    with transaction.atomic():
        bound, is_new = bindings.bind(channel, remote)
        if remote.updated_at < bound.updated_at:
            return None
        if bound.order is not None:
            return following.follow(channel, bound, bound.order, remote)
        if not placing.keep(channel, remote, remote.lines):
            _pass_over(channel, bound, remote, is_new=is_new)
            return None
        return _begin(channel, bound, remote)


def _begin(channel: Channel, bound: ChannelOrder, remote: RemoteOrder) -> Taken | None:
    """Place an order; one that left there before we heard of it, such as a sale at a till, is
    shipped in the same breath."""
    code, message = placing.place(channel, bound, remote) or (Code.ACCEPTED, "")
    is_placed = code == Code.ACCEPTED
    news = bindings.park(bound, remote, code, message) if not is_placed else None
    if is_placed:
        bindings.note(bound, remote)
    if bound.order and (remote.is_canceled or any(line.fulfilled for line in remote.lines)):
        news = following.follow(channel, bound, bound.order, remote) or news
    return news or (Taken(remote.number, Code.ACCEPTED) if is_placed else None)


def _pass_over(channel: Channel, bound: ChannelOrder, remote: RemoteOrder, *, is_new: bool) -> None:
    """Nothing of it concerns our stock: canceled or refunded before we heard of it, sold before
    the channel was connected, typed in by hand. The channel's own numbers may have moved."""
    bindings.note(bound, remote)
    if is_new:
        products = placing.match(channel, [each for each in remote.lines if each.item_id])
        belief.doubt(channel, products.values(), remote.updated_at)


def _take_or_park(channel: Channel, remote: RemoteOrder) -> Taken | None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return take(channel, remote)
        except OperationalError as error:
            if attempt == ATTEMPTS:
                return _park(channel, remote, error)
        except (Refused, DatabaseError) as error:
            return _park(channel, remote, error)
    raise AssertionError("unreachable: the last attempt returns")


def _park(channel: Channel, remote: RemoteOrder, error: Exception) -> Taken | None:
    """Keep why; and whatever we could not follow changed the channel's own numbers all the same."""
    logger.warning("%s of %s is parked: %s", remote.number, channel, error)
    with transaction.atomic():
        bound, _ = bindings.bind(channel, remote)
        news = bindings.park(bound, remote, Code.ORDER_REFUSED, str(error))
        if news is not None:
            lines = SalesOrderLine.objects.filter(order__binding=bound)
            belief.doubt(channel, lines.values_list("product_id", flat=True))
    return news
