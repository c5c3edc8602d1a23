"""Webhook, poll and sweep tell the same order at the same moment, and people work on it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError

from channels import due, intake
from channels.contract import RemoteOrder
from channels.intake import Taken, taking
from channels.models import Channel, ChannelOrder, ListingLevel
from inventory import ledger
from inventory.ledger import Cause
from orders import asn, commitments, fulfilment
from orders.models import SalesOrder, SalesOrderLine
from tests.channels.told import START, connected, counts, line, order, shelf, tell
from tests.factories import make_warehouse, stock
from tests.inventory.threads import at_once
from tests.pretend import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def connected_long_ago(world: World) -> None:
    connected(world.channel, START - timedelta(days=1))


def test_an_order_told_by_all_at_once_is_placed_once(world: World) -> None:
    cup = world.products[0]
    ListingLevel.objects.update(acknowledged=40)
    state = order(line(cup, 4))
    news = at_once([partial(intake.take_many, world.channel, [state])] * 6)
    assert sum(map(len, news)) == 1
    assert (shelf(cup), SalesOrder.objects.count()) == ((40, 4), 1)
    assert world.level(cup).acknowledged == 36


def test_all_states_told_by_all_at_once_come_to_the_last(world: World) -> None:
    cup = world.products[0]
    states = [
        order(line(cup, 5)),
        order(line(cup, 3, fulfilled=2), minute=1),
        order(line(cup, 1, fulfilled=3), minute=2),
        order(line(cup, 0, fulfilled=4, returned=1), minute=3),
    ]
    tell(world, states[0])
    at_once(
        [partial(intake.take_many, world.channel, states[turn:]) for turn in range(4)]
        + [partial(intake.take_many, world.channel, states[::-1])] * 2
    )
    assert (shelf(cup), counts(cup)) == ((37, 0), (4, 4, 4, 1))
    assert not commitments.differences()


def test_shipping_here_and_there_at_once_stops_nobody(world: World) -> None:
    """Each side locks the order and points at the other's rows: neither may wait for both."""
    cup = world.products[0]
    gone = [
        order(
            line(cup, 4, fulfilled=1), minute=1, external_id=f"order-{number}", number=f"#{number}"
        )
        for number in range(5)
    ]
    for state in gone:
        tell(world, order(line(cup, 5), external_id=state.external_id, number=state.number))
    lines = list(SalesOrderLine.objects.order_by("pk"))
    notices = [asn.draft(mine.order_id, {mine.pk: 2}).pk for mine in lines]
    units = [(mine.order_id, {mine.pk: 2}) for mine in lines]
    at_once(
        [
            partial(intake.take_many, world.channel, gone),
            partial(intake.take_many, world.channel, gone[::-1]),
            lambda: [asn.send([notice]) for notice in notices],
            lambda: [fulfilment.ship(order_id, wanted, Cause()) for order_id, wanted in units],
        ]
    )
    assert not commitments.differences()
    assert not ChannelOrder.objects.exclude(reason="").exists()
    for mine in SalesOrderLine.objects.all():
        # Ours came first and the one unit was among them, or theirs did and was another.
        assert (mine.shipped, mine.notified) in {(2, 2), (2, 3), (3, 2), (3, 3)}


def test_orders_of_two_locations_that_change_at_once_never_wait_for_each_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    knots: list[str] = []
    take = taking.take

    def watched(channel: Channel, remote: RemoteOrder) -> Taken | None:
        try:
            return take(channel, remote)
        except OperationalError as error:
            knots.append(str(error))
            raise

    monkeypatch.setattr(taking, "take", watched)
    cups = world.products[:2]
    depot = make_warehouse(code="depot")
    world.channel.locations.create(external_id="L2", name="Depot").warehouses.set([depot])
    due.by_channel(world.channel)
    for cup in cups:
        stock(cup, depot, 40)
    ledger.receive(world.warehouse.pk, [(cup.pk, 40) for cup in cups], Cause())
    ListingLevel.objects.update(acknowledged=40)

    def life(number: int, place: str, turn: int) -> list[RemoteOrder]:
        names = {"external_id": f"order-{number}", "number": f"#{number}"}
        told = [(3, 0), (1, 0), (0, 1)]
        return [
            order(
                *[line(cup, left, fulfilled=gone, location_id=place) for cup in cups[::turn]],
                minute=minute,
                **names,
            )
            for minute, (left, gone) in enumerate(told)
        ]

    lives = [
        [state for each in range(6) for state in life(10 * thread + each, place, turn)]
        for thread, (place, turn) in enumerate([("L1", 1), ("L2", -1), ("L1", -1), ("L2", 1)])
    ]
    at_once([partial(intake.take_many, world.channel, states) for states in lives])
    assert not knots
    assert not commitments.differences()
    assert not ChannelOrder.objects.exclude(reason="").exists()
