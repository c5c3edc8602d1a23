"""Whatever is told of an order, late, doubled or never, and whatever we ship meanwhile: in the end
the shelf and the promises are what the channel shows last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from channels import onboarding, registry
from channels.contract import RemoteOrder, RemoteOrderLine
from channels.models import Channel, Listing, Transmission
from inventory import ledger
from inventory.errors import InsufficientStock
from inventory.ledger import Cause
from inventory.models import Movement, Reason
from orders import asn, fulfilment
from orders.models import SalesOrderLine
from tests.channels.told import START, line, order, shelf, tell
from tests.factories import make_product, make_warehouse, stock
from tests.pretend import PretendAdapter, World

PLENTY = 100
VERBS = ["sell", "fulfil", "refund", "return", "cancel", "ours", "deliver", "tell", "tell", "tell"]
Step = tuple[str, int, int]
steps = st.tuples(st.sampled_from(VERBS), st.integers(0, 1), st.integers(1, 3))


@dataclass(frozen=True, slots=True)
class Line:
    """The channel's own numbers of a line, and of those how many our unheard ASNs cover."""

    unfulfilled: int
    fulfilled: int = 0
    returned: int = 0
    waiting: int = 0

    @property
    def free(self) -> int:
        return self.unfulfilled - self.waiting


class _Life:
    """One order of two lines at the channel, all states it ever had, and our side of it."""

    def __init__(self, units: tuple[int, int], in_stock: int) -> None:
        warehouse = make_warehouse()
        channel = Channel.objects.create(
            kind="pretend",
            name="Corner shop",
            is_cancellation_archived=True,
            created_at=START - timedelta(days=1),
        )
        location = channel.locations.create(external_id="L1", name="Shop")
        location.warehouses.set([warehouse])
        products = [make_product(), make_product()]
        onboarding.tick(channel, [product.pk for product in products])
        for product in products:
            stock(product, warehouse, in_stock)
            Listing.objects.filter(product=product).update(item_id=f"I-{product.sku}")
        self.world = World(channel, location, warehouse, products)
        self.in_stock = in_stock
        self.lines = [Line(count) for count in units]
        self.is_canceled = False
        self.states: list[RemoteOrder] = []
        self.keep()

    def keep(self) -> None:
        self.states.append(
            order(*map(self.line, (0, 1)), minute=len(self.states), is_canceled=self.is_canceled)
        )

    def line(self, number: int) -> RemoteOrderLine:
        now = self.lines[number]
        return line(
            self.world.products[number],
            now.unfulfilled,
            fulfilled=now.fulfilled,
            returned=now.returned,
        )

    def do(self, verb: str, number: int, units: int) -> None:
        if verb == "tell":
            tell(self.world, self.states[(units * 7 + number) % len(self.states)])
        elif verb == "ours":
            self.ship_ours(number, units)
        elif verb == "deliver":
            self.deliver()
        elif verb == "cancel":
            self.cancel()
        else:
            self.change(verb, number, units)

    def change(self, verb: str, number: int, units: int) -> None:
        """Something happens at the channel to one line, as far as there are units for it."""
        now = self.lines[number]
        after = {
            "sell": lambda: replace(now, unfulfilled=now.unfulfilled + units),
            "fulfil": lambda: replace(
                now,
                unfulfilled=now.unfulfilled - min(units, now.free),
                fulfilled=now.fulfilled + min(units, now.free),
            ),
            "refund": lambda: replace(now, unfulfilled=now.unfulfilled - min(units, now.free)),
            "return": lambda: replace(
                now, returned=now.returned + min(units, now.fulfilled - now.returned)
            ),
        }[verb]()
        if after != now and not (verb == "sell" and self.is_canceled):
            self.lines[number] = after
            self.keep()

    def cancel(self) -> None:
        if not any(each.waiting for each in self.lines):
            self.is_canceled = True
            self.lines = [replace(each, unfulfilled=0) for each in self.lines]
            self.keep()

    def ship_ours(self, number: int, units: int) -> None:
        """We ship and send the ASN, of what neither side has shipped yet."""
        product = self.world.products[number]
        mine = SalesOrderLine.objects.filter(product=product, order__archived_at=None).first()
        if mine is None:
            return
        units = min(units, self.lines[number].free, mine.ordered - mine.shipped)
        units = min(units, mine.ordered - mine.notified)
        if units <= 0:
            return
        try:
            fulfilment.ship(mine.order_id, {mine.pk: units}, Cause())
        except InsufficientStock:
            return
        asn.send([asn.draft(mine.order_id, {mine.pk: units}).pk])
        now = self.lines[number]
        self.lines[number] = replace(now, waiting=now.waiting + units)

    def deliver(self) -> None:
        """Our ASNs reach the channel."""
        Transmission.objects.update(status=Transmission.Status.SENT)
        if any(each.waiting for each in self.lines):
            self.lines = [
                replace(
                    each,
                    unfulfilled=each.unfulfilled - each.waiting,
                    fulfilled=each.fulfilled + each.waiting,
                    waiting=0,
                )
                for each in self.lines
            ]
            self.keep()

    def settle(self) -> None:
        """All is delivered, what was missing is found, and the last state is told twice."""
        self.deliver()
        items = [(product.pk, PLENTY) for product in self.world.products]
        ledger.receive(self.world.warehouse.pk, items, Cause())
        tell(self.world, self.states[-1], self.states[-1])

    def expected(self) -> list[tuple[int, int]]:
        return [
            (self.in_stock + PLENTY - each.fulfilled + each.returned, each.unfulfilled)
            for each in self.lines
        ]


class RandomLife(TestCase):
    """A TestCase, so that every example starts from an empty database."""

    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=True,
    )
    @given(
        units=st.tuples(st.integers(1, 4), st.integers(0, 4)),
        in_stock=st.sampled_from([1, 3, PLENTY]),
        life=st.lists(steps, min_size=4, max_size=16),
    )
    def test_the_end_is_what_the_channel_shows_last(
        self, units: tuple[int, int], in_stock: int, life: list[Step]
    ) -> None:
        with registry.temporarily(PretendAdapter):
            now = _Life(units, in_stock)
            for step in life:
                now.do(*step)
            now.settle()
            assert [shelf(product) for product in now.world.products] == now.expected()
            told = Movement.objects.count()
            for state in now.states:
                tell(now.world, state)
            assert Movement.objects.count() == told
            shipped = Movement.objects.filter(reason=Reason.SHIP).count()
            assert bool(shipped) == any(each.fulfilled for each in now.lines)


pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
