"""The whole engine against a rehearsed seller: the channel, its products, and two clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db.models import DateTimeField, F
from django.utils import timezone

from channels import accounts, due, onboarding
from channels.models import Channel, ChannelOrder, ListingLevel, Location, Publication
from channels.registry import get
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from syncjobs.models import Run
from tests.channels.amazon.rehearsal import Rehearsal
from tests.factories import make_product, stock
from tests.store import sync

KIND = "amazon"
AGED = {"channels": ("channel", "listinglevel", "batch", "publication", "observation")}


def open_seller(rehearsal: Rehearsal, warehouse: Warehouse, **fields: Any) -> Channel:
    """The seller as a channel; the warehouse feeds its one location."""
    values = _connection(rehearsal)
    secrets = {each.name for each in get(KIND).parameters if each.is_secret}
    channel = Channel.objects.create(
        kind=KIND,
        name="Amazon rehearsal",
        settings={name: value for name, value in values.items() if name not in secrets},
        credentials={name: value for name, value in values.items() if name in secrets},
        breaker_share=100,
        **fields,
    )
    accounts.check(channel)
    Location.objects.get(channel=channel).warehouses.set([warehouse])
    due.by_channel(channel)
    return channel


def _connection(rehearsal: Rehearsal) -> dict[str, str]:
    account = rehearsal.read("account")["account"]
    names = ("seller_id", "region", "client_id", "client_secret", "refresh_token")
    marketplaces = "A1PA6795UKMFR9,A13V1IB3VIYZZH"
    return {name: account[name] for name in names} | {
        "marketplaces": marketplaces,
        "sandbox_url": rehearsal.url,
    }


@dataclass
class Seller:
    """A seller with a channel here. Time passes on both sides together."""

    rehearsal: Rehearsal
    channel: Channel
    warehouse: Warehouse
    ahead: timedelta = timedelta(0)
    """How far the seller's clock is ahead: there time passes, here our records grow older."""

    def lists(self, *skus: str, units: int = 10, **fields: Any) -> list[Product]:
        """Products with so many units here, listed there with 0, told for the first time."""
        products = [make_product(sku=sku) for sku in skus]
        for sku in skus:
            self.rehearsal.add(sku, **({"quantity": 0} | fields))
        for product in products:
            if units:
                stock(product, self.warehouse, units)
        onboarding.tick(self.channel, [product.pk for product in products])
        self.run(Run.Kind.BULK, *products)
        return products

    def settle(self) -> None:
        """Amazon applies what waits, and we look."""
        self.passes(minutes=30)
        self.run()

    def run(self, kind: Run.Kind = Run.Kind.DUE, *products: Product) -> Run:
        self.channel.refresh_from_db()
        run = sync(self.channel, kind, *products)
        fresh = ChannelOrder.objects.filter(placed_at__gt=timezone.now())
        fresh.update(placed_at=F("placed_at") - self.ahead)
        return run

    def passes(self, *, minutes: float) -> None:
        """Time passes, there and here."""
        self.rehearsal.advance(minutes * 60)
        self.ahead += timedelta(minutes=minutes)
        ChannelOrder.objects.update(placed_at=F("placed_at") - timedelta(minutes=minutes))
        for app, names in AGED.items():
            for name in names:
                model = apps.get_model(app, name)
                times = [
                    field.name for field in model._meta.fields if isinstance(field, DateTimeField)
                ]
                model.objects.update(
                    **{each: F(each) - timedelta(minutes=minutes) for each in times}
                )

    def receive(self, product: Product, units: int) -> None:
        ledger.receive(self.warehouse.pk, [(product.pk, units)], Cause())

    def run_and_fail(self) -> None:
        """A run that ends in an error of the channel's; what it was is kept on the run."""
        run = self.run()
        assert run.status == Run.Status.FAILED, run

    def ship(self, product: Product, units: int) -> None:
        ledger.ship(self.warehouse.pk, [(product.pk, units)], Cause())

    def breaks(self, operation: str, **fault: Any) -> None:
        """Let calls of an operation go wrong: `status` for all to come, unless `times` says how
        many, or, without one, the answer of the next one cut off after it `is_executed`."""
        kind = {"kind": "status", "times": None} if "status" in fault else {"kind": "cut"}
        self.rehearsal.shape("faults", kind | {"operation": operation} | fault)

    def level(self, product: Product) -> ListingLevel:
        return ListingLevel.objects.get(listing__product=product)

    def statuses(self, product: Product) -> list[tuple[int | None, str]]:
        """What was told, oldest first, and what became of it."""
        told = Publication.objects.filter(level__listing__product=product).order_by("pk")
        return list(told.values_list("quantity", "status"))

    def told(self, product: Product) -> list[int | None]:
        """The numbers that were told, oldest first."""
        return [quantity for quantity, _ in self.statuses(product)]

    def shows(self, sku: str) -> dict[str, Any]:
        [listing] = self.rehearsal.read("listings", sku=sku)["listings"]
        return dict(listing)

    def quantity(self, sku: str) -> int | None:
        found: int | None = self.shows(sku)["quantity"]
        return found


@pytest.fixture
def seller(amazon_sandbox: Rehearsal, warehouse: Warehouse) -> Seller:
    """A seller whose budgets are out of the way: the clocks of these stories jump. A module of
    tests takes it by `seller = engine.seller`, in place of the rehearsal of that name."""
    amazon_sandbox.shape("habits", {"is_limited": False})
    return Seller(amazon_sandbox, open_seller(amazon_sandbox, warehouse), warehouse)


def at_five(seller: Seller, *skus: str) -> list[Product]:
    """Products with 5 units here, shown there and confirmed."""
    products = seller.lists(*skus, units=5)
    seller.passes(minutes=60)
    seller.run()
    seller.settle()
    assert [seller.quantity(sku) for sku in skus] == [5] * len(skus)
    assert all(seller.level(product).told_at is None for product in products)
    return products
