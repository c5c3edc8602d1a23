"""An order we have: follow what the channel changed, shipped, took back or canceled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q

from channels import belief
from channels.contract import Code, RemoteOrder
from channels.intake import bindings, editing, leaving, locking, placing
from channels.intake.bindings import Pair, Taken
from channels.intake.editing import Edited
from channels.intake.placing import Obstacle
from channels.models import Channel, ChannelOrder
from inventory.errors import WrongState
from inventory.ledger import Cause
from orders import intake
from orders.models import SalesOrder

Status = SalesOrder.Status


class Ended(NamedTuple):
    """Whether the order was closed or canceled now, products whose numbers that may have changed
    there, and why it could not be."""

    is_changed: bool = False
    product_ids: frozenset[int] = frozenset()
    obstacle: Obstacle | None = None


def follow(
    channel: Channel, bound: ChannelOrder, order: SalesOrder, remote: RemoteOrder
) -> Taken | None:
    """Bring the order to what the channel shows. None when there was nothing new to it.

    Edits come first, because only what is ordered can leave; cancellation last, because what left
    before it has left. Raises Refused for an edit that makes no sense here.
    """
    if not _is_news(bound, order, remote, bindings.pairs(bound, remote)):
        bindings.note(bound, remote)
        return None
    order = locking.lock_order(order, placing.match(channel, remote.lines).values())
    is_paid_now = _follow_payment(order, remote)
    if not remote.is_canceled and editing.is_longer(channel, bound, remote):
        order = editing.revive(order, channel)
    is_canceled = order.status == Status.CANCELED
    edited = Edited() if is_canceled else editing.edit(channel, bound, order, remote)
    booked = leaving.book(channel, bound, order, remote)
    returned = leaving.put_back(channel, bound, order, remote)
    # One with goods that left and are missing here stays open until they are found.
    ended = Ended() if booked.trouble or is_canceled else _end(channel, order, remote)
    # Whether and where it put units back, only the channel knows.
    moved = edited.product_ids | returned | ended.product_ids
    belief.doubt(channel, moved, remote.updated_at)
    obstacle = edited.obstacle or ended.obstacle
    if booked.trouble:
        obstacle = Obstacle(Code.SHIPPED_THERE, booked.trouble)
    if obstacle is not None:
        return bindings.park(bound, remote, obstacle.code, obstacle.message)
    is_news = bindings.note(bound, remote)
    if is_news or is_paid_now or booked.is_changed or moved or ended.is_changed:
        return Taken(remote.number, Code.ACCEPTED, edited.message)
    return None


def _follow_payment(order: SalesOrder, remote: RemoteOrder) -> bool:
    """Whether it was paid now; before that its goods must not leave."""
    if remote.is_canceled or order.is_unpaid == remote.is_unpaid:
        return False
    intake.await_payment([order.pk], is_unpaid=remote.is_unpaid)
    order.is_unpaid = remote.is_unpaid
    return True


def settled(channel: Channel, remotes: Sequence[RemoteOrder]) -> set[str]:
    """Which of these orders, by id at the channel, are here already just as they are told. Looked
    at without locks: whoever tells the channel's orders holds its lease."""
    bound = ChannelOrder.objects.filter(
        channel=channel, external_id__in=[remote.external_id for remote in remotes]
    )
    bound = bound.exclude(order=None).select_related("order")
    known = {each.external_id: each for each in bound}
    lines = defaultdict(list)
    for line in bindings.known_lines().filter(channel_order__in=known.values()):
        lines[line.channel_order_id].append(line)
    return {
        remote.external_id
        for remote in remotes
        if (each := known.get(remote.external_id))
        and each.order
        and each.updated_at == remote.updated_at
        and not _is_news(each, each.order, remote, bindings.paired(lines[each.pk], remote))
    }


def _is_news(
    bound: ChannelOrder, order: SalesOrder, remote: RemoteOrder, pairs: Sequence[Pair]
) -> bool:
    """Whether anything may be to do. Most states told are known: each poll reaches back a little,
    and each of our own shipments is told back to us."""
    if order.is_unpaid != remote.is_unpaid and not remote.is_canceled:
        return True
    if bound.reason or (remote.is_canceled and order.status != Status.CANCELED):
        return True
    known = {pair.there.external_id for pair in pairs}
    is_longer = any(
        line.ordered and bindings.is_stocked(line) and line.external_id not in known
        for line in remote.lines
    )
    is_over = order.status == Status.OPEN and not any(line.unfulfilled for line in remote.lines)
    return is_longer or is_over or any(_differs(order, pair) for pair in pairs)


def _differs(order: SalesOrder, pair: Pair) -> bool:
    is_more = pair.there.ordered > pair.bound.ordered
    is_edited = pair.bound.ordered != pair.there.ordered and order.status != Status.CANCELED
    is_edited = is_edited or is_more
    is_gone = pair.there.fulfilled > pair.line.notified
    return is_edited or is_gone or pair.there.returned > pair.bound.returned


def _end(channel: Channel, order: SalesOrder, remote: RemoteOrder) -> Ended:
    """Cancel an order that was canceled there; close one of which everything has left."""
    # What stands in a mirror leaves its source: nothing of it is shipped here.
    is_mirror = Q(warehouse__is_mirror=True)
    unshipped = Q(shipped__lt=F("ordered")) & ~is_mirror
    waits = order.lines.filter(unshipped | Q(notified__lt=F("ordered")))
    is_waiting = waits.exists()
    if remote.is_canceled and is_waiting:
        return _cancel(channel, order)
    is_over = not is_waiting and not any(line.unfulfilled for line in remote.lines)
    gone = Q(shipped__gt=0) | (Q(notified__gt=0) & is_mirror)
    if is_over and order.lines.filter(gone).exists():
        return Ended(is_changed=bool(intake.close([order.pk])))
    return Ended()


def _cancel(channel: Channel, order: SalesOrder) -> Ended:
    """It goes on holding until archived, unless the channel archives its cancellations."""
    products = frozenset(order.lines.values_list("product_id", flat=True))
    try:
        with transaction.atomic():
            intake.cancel(
                order.pk, Cause(actor=str(channel)), is_archived=channel.is_cancellation_archived
            )
    except WrongState as error:
        return Ended(product_ids=products, obstacle=Obstacle(Code.ORDER_REFUSED, str(error)))
    return Ended(is_changed=True, product_ids=products)
