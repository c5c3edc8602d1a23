"""A store that is the source of a mirror, and one that sells from it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO

from django.core.management import call_command
from django.utils import timezone

from channels import accounts, mirroring
from channels.adapters.shopify.sandbox import Sandbox
from channels.models import Channel, Location
from inventory.models import Product, StockLevel, Warehouse
from orders import commitments
from tests.store import KIND, Store, feed, list_at_once, rehearsing

SKU = "MUG-1"


@dataclass
class Shop:
    """A rehearsed store and its channel."""

    store: Store
    sandbox: Sandbox
    channel: Channel

    def place(self, name: str) -> Location:
        return Location.objects.get(channel=self.channel, name=name)

    def put(self, units: int, location: str = "Shop") -> None:
        """Somebody at the store sets what it has."""
        level = {"sku": SKU, "location": location, "available": units}
        self.store.post("levels", levels=[level])

    def track(self, *, is_tracked: bool) -> None:
        with self.sandbox.store.transaction():
            self.sandbox.store.run("UPDATE variants SET is_tracked = ?", (int(is_tracked),))

    def sell(self, units: int, **fields: object) -> int:
        lines = [{"sku": SKU, "quantity": units}]
        return int(self.store.post("orders", lines=lines, **fields)["number"])


def connect(name: str, store: Store, sandbox: Sandbox, **fields: object) -> Shop:
    store.post("locations", locations=[{"name": "Shop"}, {"name": "Depot"}])
    channel = Channel.objects.create(
        kind=KIND,
        name=name,
        settings={"shop_domain": "rehearsal.myshopify.com", "sandbox_url": store.url},
        credentials={"access_token": "shpat_rehearsal"},
        created_at=timezone.now() - datetime.timedelta(hours=1),
        **fields,
    )
    accounts.check(channel)
    store.add(SKU)
    return Shop(store, sandbox, channel)


@contextmanager
def showing_ten(product: Product, copy: Warehouse) -> Iterator[Shop]:
    """A store that shows 10 at Shop, which become the stock of the mirror."""
    with rehearsing() as (store, sandbox):
        shop = connect("Source", store, sandbox)
        shop.put(10)
        mirroring.attach(shop.place("Shop"), copy)
        list_at_once(shop.channel, product)
        yield shop


@contextmanager
def selling(product: Product, copy: Warehouse) -> Iterator[Shop]:
    """Another store, whose location Shop shows the mirror."""
    with rehearsing() as (store, sandbox):
        shop = connect("Seller", store, sandbox)
        feed(shop.channel, "Shop", copy)
        list_at_once(shop.channel, product)
        yield shop


def held() -> tuple[int, int, bool]:
    return StockLevel.objects.values_list("on_hand", "committed", "is_known").get(
        warehouse__code="copy"
    )


def verify() -> None:
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert " 0 differences" in out.getvalue()
    assert not commitments.differences()
