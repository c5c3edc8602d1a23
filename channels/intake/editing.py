"""Lines that the channel changed or added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from channels.contract import RemoteOrder
from channels.intake import bindings, placing
from channels.intake.bindings import Pair
from channels.intake.placing import Obstacle, Wanted
from channels.models import Channel, ChannelOrder, ChannelOrderLine
from inventory.ledger import Cause
from orders import intake
from orders.intake import DraftLine
from orders.models import SalesOrder


class Edited(NamedTuple):
    """Products whose units changed there, what to say of it, and what could not be followed."""

    product_ids: frozenset[int] = frozenset()
    message: str = ""
    obstacle: Obstacle | None = None


def edit(channel: Channel, bound: ChannelOrder, order: SalesOrder, remote: RemoteOrder) -> Edited:
    """Bring changed and added lines over. Raises Refused (archived here).

    Units that were removed, or refunded before they left, never left our shelf: they are for sale
    again, whether or not the channel put them back into its own stock. A canceled order is not
    lowered: it holds until archived.
    """
    changed = {
        pair: _wanted(channel, remote, pair)
        for pair in bindings.pairs(bound, remote)
        if _is_changed(channel, remote, pair)
    }
    additions, lines, obstacle = _additions(channel, bound, remote)
    if not changed and not additions:
        return Edited(obstacle=obstacle)
    message = _freed(changed)
    is_more = bool(additions) or any(units > pair.line.ordered for pair, units in changed.items())
    targets = {pair.line.pk: units for pair, units in changed.items()}
    intake.edit(order.pk, targets, additions, Cause(actor=str(channel)))
    if is_more:
        intake.reopen([order.pk])
    _keep(changed, remote)
    placing.bind_lines(bound, order, [each.line for each in lines])
    products = [pair.line.product_id for pair in changed] + [each.product_id for each in additions]
    return Edited(frozenset(products), message, obstacle)


def is_longer(channel: Channel, bound: ChannelOrder, remote: RemoteOrder) -> bool:
    """Whether the channel sold more on this order than it told us before."""
    pairs = bindings.pairs(bound, remote)
    if any(pair.there.ordered > pair.bound.ordered for pair in pairs):
        return True
    known = {pair.there.external_id for pair in pairs}
    fresh = [line for line in remote.lines if line.external_id not in known]
    return bool(placing.keep(channel, remote, fresh))


def revive(order: SalesOrder, channel: Channel) -> SalesOrder:
    """An order that was canceled or archived here, and sold more of there, is alive: it holds its
    units again, for nobody else may be promised what the channel's customer bought."""
    if order.archived_at:
        intake.unarchive([order.pk], Cause(actor=str(channel)))
    if order.status == SalesOrder.Status.CANCELED:
        intake.restore([order.pk])
    return SalesOrder.objects.get(pk=order.pk)


def _is_changed(channel: Channel, remote: RemoteOrder, pair: Pair) -> bool:
    is_told = not remote.is_canceled and pair.bound.ordered != pair.there.ordered
    return is_told or pair.line.ordered < _gone(channel, remote, pair)


def _gone(channel: Channel, remote: RemoteOrder, pair: Pair) -> int:
    return pair.there.fulfilled - bindings.left_before(channel, remote, pair)


def _wanted(channel: Channel, remote: RemoteOrder, pair: Pair) -> int:
    """What the channel says now, and never less than what left here or there."""
    mine = pair.line
    told = pair.there.ordered - bindings.left_before(channel, remote, pair)
    is_told = not remote.is_canceled and pair.bound.ordered != pair.there.ordered
    wanted = told if is_told else mine.ordered
    return max(wanted, mine.shipped, mine.notified, _gone(channel, remote, pair))


def _freed(changed: Mapping[Pair, int]) -> str:
    freed = [
        f"{pair.line.ordered - units} of {pair.line.product.sku}"
        for pair, units in changed.items()
        if units < pair.line.ordered
    ]
    return f"Not wanted any more, so for sale again: {', '.join(freed)}." if freed else ""


def _keep(changed: Mapping[Pair, int], remote: RemoteOrder) -> None:
    """Remember what the channel told: an edit by hand here lasts until the next of theirs."""
    if remote.is_canceled:
        return
    for pair in changed:
        pair.bound.ordered = pair.there.ordered
    ChannelOrderLine.objects.bulk_update([pair.bound for pair in changed], ["ordered"])


def _additions(
    channel: Channel, bound: ChannelOrder, remote: RemoteOrder
) -> tuple[Sequence[DraftLine], Sequence[Wanted], Obstacle | None]:
    """Lines that came later: those with a product here, and what stands against the others."""
    known = set(bound.lines.values_list("external_id", flat=True))
    fresh = [line for line in remote.lines if line.external_id not in known]
    wanted = placing.keep(channel, remote, fresh)
    if not wanted:
        return (), (), None
    products = placing.match(channel, [each.line for each in wanted])
    feeds = placing.feeds_of(channel)
    obstacle = placing.obstacle(wanted, products, feeds)
    matched = [each for each in wanted if each.line.external_id in products] if feeds else []
    lines = placing.choose(matched, products, feeds) if matched else []
    return lines, matched, obstacle
