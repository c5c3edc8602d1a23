"""A store that was synced, with something to see on every page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pytest
from django.utils import timezone

from channels.models import Channel, Communicated, Listing, Publication
from inventory import ledger
from inventory.models import Product, Warehouse
from orders import intake
from orders.intake import Draft, DraftLine
from syncjobs import hints
from syncjobs.models import Run
from tests.factories import make_product, make_warehouse, stock
from tests.store import Store, feed, list_at_once, sync

GOODS = [
    "Blue mug",
    "Cake stand, three tiers",
    "Candle, fig",
    "Doormat, coir",
    "Enamel jug",
    "Feeding bowl",
    "Garden lantern",
    "Hook rail",
    "Jam jar set",
    "Linen apron",
    "Paper garland",
    "Tea caddy",
]


@dataclass
class Shop:
    """Its channel, products and last run."""

    channel: Channel
    products: list[Product]
    run: Run

    def row(self, number: int) -> Communicated:
        return Communicated.objects.filter(product=self.products[number], location__name="Shop")[0]


@pytest.fixture
def shop(
    store: Store, channel: Channel, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    """Twelve products at two warehouses; one oversold, one unmatched, one on hold, one canceled."""
    monkeypatch.setattr(hints, "give", lambda _channel_ids: True)
    Channel.objects.filter(pk=channel.pk).update(name="Harbour Street Store")
    depot = make_warehouse(code="depot", name="Depot")
    feed(channel, "Depot", depot)
    products = [
        make_product(sku=f"HS-{100 + number}", name=name) for number, name in enumerate(GOODS)
    ]
    for number, product in enumerate(products):
        stock(product, warehouse, 12 + 7 * number)
        stock(product, depot, 3 + 5 * number)
    store.add(*[product.sku for product in products[:-1]], location="Shop")
    list_at_once(channel, *products)
    lines = [DraftLine(products[number].pk, warehouse.pk, 4 * number) for number in range(1, 6)]
    intake.place(Draft(number="SO-1042", customer="M. Alder", source="Web", lines=lines))
    oversold = [DraftLine(products[0].pk, warehouse.pk, 15)]
    intake.place(Draft(number="SO-1043", customer="B. Reed", source="Telephone", lines=oversold))
    gone = intake.place(Draft(number="SO-1044", lines=[DraftLine(products[6].pk, warehouse.pk, 3)]))
    intake.cancel(gone.pk)
    Listing.objects.filter(product=products[2]).update(is_excluded=True)
    run = sync(channel)
    _spread_over_the_day()
    ledger.adjust(warehouse.pk, [(products[7].pk, -2)], ledger.Cause(note="broken"))
    return Shop(channel, products, run)


def _spread_over_the_day() -> None:
    """Receipts of one second make a dull chart: pretend that they came hour by hour."""
    for number, receipt in enumerate(Publication.objects.all()):
        hours = datetime.timedelta(hours=(number * number) % 24)
        Publication.objects.filter(pk=receipt.pk).update(answered_at=timezone.now() - hours)
