"""Rules for what goes to and fro: pushes, polls, notices; faults, killed workers, late commits."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from channels.models import ListingLevel
from inventory import ledger
from syncjobs.models import Run
from tests.chaos import checks, holding, meanwhile, world
from tests.chaos.life import ANY_SKU, FEW
from tests.chaos.model import Place
from tests.chaos.notices import carry
from tests.chaos.sales import Sales
from tests.chaos.switches import Switches
from tests.chaos.world import SKUS
from tests.store import sync

ADJUST, SET = "inventoryAdjustQuantities", "inventorySetQuantities"
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "cut", "times": 1},
    {"kind": "cut", "times": 5},
    {"kind": "cut", "times": 6, "root_field": ADJUST},
    {"kind": "cut", "times": 6, "root_field": SET},
    {"kind": "throttled", "times": 6},
    {"kind": "http_status", "status": 429, "retry_after": 1, "times": 2},
    {"kind": "http_status", "status": 503, "times": 1},
    {"kind": "http_status", "status": 503, "is_executed": True, "times": 6},
    {"kind": "internal_error", "is_executed": True, "times": 3},
    {"kind": "key_failed", "times": 1},
    {"kind": "key_failed", "times": 4, "root_field": ADJUST},
)
ANY_KIND = st.sampled_from(
    (Run.Kind.DUE, Run.Kind.DUE, Run.Kind.ORDERS, Run.Kind.HARD, Run.Kind.COMPARE)
)
ANY_MOMENT = st.sampled_from(meanwhile.MOMENTS)


class Messages(Sales, Switches):
    """Between us and the store."""

    @rule(kind=ANY_KIND)
    def run(self, kind: Run.Kind) -> None:
        sync(self.world.channel, kind)

    @rule(fault=st.sampled_from(FAULTS))
    def break_store(self, fault: dict[str, Any]) -> None:
        self.world.store.post("faults", **fault)

    @rule()
    def mend_store(self) -> None:
        self.world.store.post("faults/clear")

    @rule(kind=ANY_KIND, moment=ANY_MOMENT)
    def run_and_die(self, kind: Run.Kind, moment: str) -> None:
        """The worker is killed at a step of a push. (As an exception; tests/chaos/test_kills.py
        does it with signals.)"""
        try:
            with meanwhile.at(moment, meanwhile.die):
                sync(self.world.channel, kind)
        except meanwhile.Killed:
            Run.objects.filter(status=Run.Status.FAILED).update(status=Run.Status.RUNNING)

    @rule(kind=ANY_KIND, moment=ANY_MOMENT, sku=ANY_SKU, units=FEW)
    def run_while_they_sell(self, kind: Run.Kind, moment: str, sku: str, units: int) -> None:
        """The store sells after we computed, before we told; or while we wait for the answer."""
        with meanwhile.at(moment, lambda: self.sell(units, sku)):
            sync(self.world.channel, kind)

    @rule(kind=ANY_KIND, moment=ANY_MOMENT, sku=ANY_SKU, units=FEW)
    def run_while_goods_come(self, kind: Run.Kind, moment: str, sku: str, units: int) -> None:
        with meanwhile.at(moment, lambda: self.receive_now(sku, units)):
            sync(self.world.channel, kind)

    def receive_now(self, sku: str, units: int, warehouse: str = "main") -> None:
        items = [(self.world.products[sku].pk, units)]
        ledger.receive(self.world.warehouses[warehouse].pk, items, self.cause())
        assert self.model.move(sku, warehouse, units)

    @rule(late=ANY_SKU, units=FEW)
    def run_before_a_late_commit(self, late: str, units: int) -> None:
        """A change is made, another one commits and is told, and only then commits the first."""
        other = SKUS[(SKUS.index(late) + 1) % len(SKUS)]
        with holding.held(lambda: self.receive_now(late, units)):
            self.receive_now(other, units)
            sync(self.world.channel)

    @rule(hours=st.sampled_from((1, 1, 30)))
    def wait(self, hours: int) -> None:
        """An hour: clocks agree again on what came first. A day: the store forgets our keys."""
        world.age(self.world, hours)

    @rule(seed=st.integers(0, 99))
    def notices_come(self, seed: int) -> None:
        """The store's webhooks: shuffled, doubled, one in ten lost."""
        carry(self.world, random.Random(seed), lost=0.1)

    def calm(self) -> None:
        """Faults are over; rests end, polls and sweeps come round, twice."""
        self.world.store.post("faults/clear")
        self.switch_all_on()
        self.turn()
        self.learn()
        self.find_what_is_missing()
        run = self.turn()
        assert run.status == Run.Status.FINISHED, run.error

    def zero_what_nothing_feeds(self) -> None:
        """Where the channel says so, a location that nothing feeds shows 0 of a product as soon
        as its stock changes, and all others show what they should."""
        self.world.channel.refresh_from_db()
        if not self.world.channel.is_unmapped_zeroed:
            return
        for sku in SKUS:
            self.receive_now(sku, 1)
        sync(self.world.channel)
        fed = {name for name, codes in self.feeds.items() if codes}
        shown = self.world.shown()
        left = {place: units for place, units in shown.items() if units and place[1] not in fed}
        assert left == {}, f"shown where nothing feeds: {left}"
        checks.store_shows(self.world, self.right_numbers())

    def turn(self) -> Run:
        for kind in (Run.Kind.COMPARE, Run.Kind.ORDERS, Run.Kind.DUE):
            ListingLevel.objects.update(retry_at=None)
            run = sync(self.world.channel, kind)
        return run

    def find_what_is_missing(self) -> None:
        """Goods that left at the store, and by our books were not there, turn up: all of them, for
        orders that wait for the same goods take them from one another."""
        missing: Counter[Place] = Counter()
        for order in self.model.orders.values():
            for line in order.lines:
                missing[line.sku, line.warehouse] += max(0, line.left - line.shipped)
        missing.subtract(self.model.on_hand)
        for (sku, warehouse), units in missing.items():
            if units > 0:
                self.receive_now(sku, units, warehouse)
