"""A world that is stirred at random, with a tally of what must come out."""

from __future__ import annotations

import random
from collections import Counter

from channels.models import ChannelOrder, Publication
from channels.models.publication import Status
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import StockLevel
from orders import intake
from orders.intake import Draft, DraftLine
from tests.chaos import checks, world
from tests.chaos.world import OPENING, SKUS, Place, World


class Shop:
    """Goods come, some are sold here and some at the store; `is_right` tells whether all that
    came to exactly one effect each."""

    def __init__(self, at: Place, seed: int) -> None:
        self.world: World = world.fresh(at, breaker_share=100)
        self.chance = random.Random(seed)
        self.received: Counter[str] = Counter(dict.fromkeys(SKUS, OPENING))
        self.sold: Counter[str] = Counter()
        self.orders = 0

    def stir(self) -> None:
        """Goods come, and something is sold here or there."""
        sku = self.chance.choice(SKUS)
        product, main = self.world.products[sku], self.world.warehouses["main"]
        units = self.chance.randint(1, 3)
        ledger.receive(main.pk, [(product.pk, units)], Cause())
        self.received[sku] += units
        sold = self.chance.choice(SKUS)
        shown = self.world.shown()[sold, "Shop"]
        if self.chance.random() < 0.5 and shown > 0:
            self.world.store.post("orders", lines=[{"sku": sold, "quantity": 1}], location="Shop")
        else:
            number = f"SO-{sum(self.sold.values())}"
            lines = [DraftLine(self.world.products[sold].pk, main.pk, 1)]
            intake.place(Draft(number=number, lines=lines))
        self.sold[sold] += 1

    def is_right(self) -> None:
        """One effect of everything, and none of it open."""
        checks.adds_up()
        rows = StockLevel.objects.values_list("product__sku", "on_hand", "committed")
        here = {sku: (on_hand, committed) for sku, on_hand, committed in rows}
        assert here == {sku: (self.received[sku], self.sold[sku]) for sku in SKUS}
        left = {sku: max(0, self.received[sku] - self.sold[sku]) for sku in SKUS}
        checks.store_shows(self.world, {(sku, "Shop"): units for sku, units in left.items()})
        checks.nothing_is_open(self.world)
        checks.no_sale_was_overwritten(self.world)
        there = len(self.world.store.get("orders")["orders"])
        assert ChannelOrder.objects.filter(order__isnull=False).count() == there
        accepted = Publication.objects.filter(status__in=[Status.ACCEPTED, Status.OBSERVED])
        written = self.world.store.get("counters")["counters"]["lines_written"]
        assert written == accepted.count(), "numbers written there, numbers acknowledged here"
