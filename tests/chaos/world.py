"""A store, a channel and a few products to be cruel to; made anew in a few milliseconds.

Everything is committed, as in production: nothing here runs inside a test's own transaction.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from django.apps import apps
from django.db import connection
from django.db.models import DateTimeField, Model
from django.test import override_settings
from django.utils import timezone

from channels import accounts, notices
from channels.models import Channel, ListingLevel
from inventory.models import Product, Warehouse
from tests import emptying
from tests.factories import make_warehouse, stock
from tests.store import Store, feed, list_at_once, open_channel, rehearsing

SKUS = ("CUP", "JUG", "TEA")
OPENING = 8
"""Units of each product in the main warehouse at the start."""
FLOORS = ("inventory", "orders", "channels", "syncjobs")


class QuickStore(Store):
    """The same store over one kept connection."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.session = requests.Session()

    def get(self, path: str, **query: str) -> Any:
        return self._whole(self.session.get(f"{self.url}/_sandbox/{path}", params=query))

    def post(self, path: str, **body: Any) -> Any:
        return self._whole(self.session.post(f"{self.url}/_sandbox/{path}", json=body))

    @staticmethod
    def _whole(reply: requests.Response) -> Any:
        assert reply.status_code == 200, reply.text
        return reply.json()


@dataclass
class Place:
    """Where lives are lived: one sandbox for many of them."""

    store: Store
    sandbox: Any


@dataclass
class World:
    """Three products in two warehouses; Shop shows the main one, Depot none yet."""

    store: Store
    sandbox: Any
    channel: Channel
    products: dict[str, Product]
    warehouses: dict[str, Warehouse]

    def shown(self) -> dict[tuple[str, str], int]:
        """What the store shows, by SKU and location, wherever it keeps a number."""
        return {
            (level["sku"], level["location"]): level["available"]
            for level in self.store.get("state")["levels"]
            if level["is_active"] and level["is_tracked"]
        }

    def levels(self) -> dict[tuple[str, str], ListingLevel]:
        """Our levels, by SKU and location."""
        found = ListingLevel.objects.select_related("listing__product", "location")
        return {(each.listing.product.sku, each.location.name): each for each in found}


@contextmanager
def place() -> Iterator[Place]:
    """A sandbox with more budget than anybody needs, and an address for its notices that nobody
    answers: they are carried by hand."""
    with (
        rehearsing(plan="plus") as (store, sandbox),
        override_settings(PUBLIC_URL="http://127.0.0.1:9"),
    ):
        yield Place(QuickStore(store.url), sandbox)


def fresh(at: Place, *, hears: bool = False, **fields: Any) -> World:
    """Forget everything, there and here, and begin: every product listed, told and acknowledged.

    `hears`: the store sends its notices, all held until somebody carries them.
    """
    at.store.post("reset")
    empty()
    at.store.post("locations", locations=[{"name": "Shop"}, {"name": "Depot"}])
    at.store.add(*SKUS)
    goods = stocked()
    # Connected a while ago: the store tells whole seconds, so that a sale of the very first second
    # would pass for one from before.
    connected_at = timezone.now() - timedelta(hours=1)
    channel = open_channel(at.store, created_at=connected_at, **fields)
    if hears:
        _subscribe(at, channel)
    feed(channel, "Shop", goods.warehouses["main"])
    list_at_once(channel, *goods.products.values())
    return World(at.store, at.sandbox, channel, goods.products, goods.warehouses)


@dataclass
class Goods:
    """Products by SKU, warehouses by code."""

    products: dict[str, Product]
    warehouses: dict[str, Warehouse]


def stocked() -> Goods:
    """Each product in the main warehouse; nothing at a channel yet."""
    warehouses = {code: make_warehouse(code=code, name=code) for code in ("main", "back")}
    products = {sku: Product.objects.create(sku=sku, name=sku) for sku in SKUS}
    for product in products.values():
        stock(product, warehouses["main"], OPENING)
    return Goods(products, warehouses)


def _subscribe(at: Place, channel: Channel) -> None:
    at.store.post("webhooks", is_held=True)
    channel.credentials |= {"client_secret": at.sandbox.shop.client_secret}
    channel.save(update_fields=["credentials"])
    notices.subscribe(channel, accounts.connect(channel), notices.address(channel))


def empty() -> None:
    """Take every row of the four floors away."""
    models = [each for floor in FLOORS for each in _models(floor)]
    emptying.empty([each._meta.db_table for each in models])


def _models(app: str) -> list[type[Model]]:
    """Those with a table of their own."""
    found = apps.get_app_config(app).get_models(include_auto_created=True)
    return [each for each in found if each._meta.managed]


def _ours() -> Iterator[tuple[str, list[str]]]:
    """Tables that bear moments we compare with the channel's or with now."""
    for app in ("channels", "syncjobs", "orders"):
        for model in _models(app):
            options = model._meta
            times = [
                each.attname for each in options.local_fields if isinstance(each, DateTimeField)
            ]
            if times:
                yield options.db_table, times


def age(world: World, hours: int) -> None:
    """Time passes: whatever happened before, here and at the store, is that many hours older."""
    with connection.cursor() as cursor:
        for table, columns in _ours():
            changes = ", ".join(f"{name} = {name} - interval '{hours} hours'" for name in columns)
            cursor.execute(f"UPDATE {table} SET {changes}")  # noqa: S608 - our own names
    for each in world.sandbox.deliverer._waiting:
        each.triggered_at = iso(parse_iso(each.triggered_at) - hours * 3600)
    store = world.sandbox.store
    with store.transaction():
        for table in store.all("SELECT name FROM sqlite_master WHERE type = 'table'"):
            _age_there(store, table["name"], hours)


def _age_there(store: Any, table: str, hours: int) -> None:
    columns = [row["name"] for row in store.all(f"PRAGMA table_info({table})")]
    for name in columns:
        if name == "used_at":
            store.run(f"UPDATE {table} SET used_at = used_at - {hours * 3600}")  # noqa: S608
        elif name.endswith("_at") and table != "tokens":
            shifted = f"strftime('%Y-%m-%dT%H:%M:%SZ', {name}, '-{hours} hours')"
            store.run(f"UPDATE {table} SET {name} = {shifted} WHERE {name} > ''")  # noqa: S608


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_iso(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def database_url() -> str:
    """The address of this test's own database, for processes beside this one."""
    name = connection.settings_dict["NAME"]
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
