"""A rehearsed store and the channel connected to it: fixtures for every test above the adapters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from channels import accounts, due, onboarding
from channels.adapters.shopify.sandbox import Sandbox, running
from channels.models import Channel, Location
from inventory.models import Product, Warehouse
from syncjobs.models import Run
from syncjobs.runner import execute

KIND = "shopify"


@dataclass
class Store:
    """The store's own view, by its `/_sandbox/` JSON."""

    url: str

    def get(self, path: str, **query: str) -> Any:
        reply = requests.get(f"{self.url}/_sandbox/{path}", params=query, timeout=30)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post(self, path: str, **body: Any) -> Any:
        reply = requests.post(f"{self.url}/_sandbox/{path}", json=body, timeout=30)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def add(self, *skus: str, location: str = "Shop", available: int = 0, **fields: Any) -> None:
        """Variants that are tracked and stocked at one location, unless said otherwise."""
        levels = {location: available} if location else {}
        self.post(
            "variants",
            variants=[{"sku": sku, "is_tracked": True, "levels": levels} | fields for sku in skus],
        )

    def shows(self, sku: str, location: str = "Shop") -> dict[str, Any]:
        """The level of one SKU at one location."""
        levels = self.get("levels", sku=sku)["levels"]
        [level] = [level for level in levels if level["location"] == location]
        return dict(level)

    def available(self, sku: str, location: str = "Shop") -> int:
        return int(self.shows(sku, location)["available"])

    def requests_seen(self, operation: str = "") -> list[dict[str, Any]]:
        seen = self.get("log")["requests"]
        return [each for each in seen if operation in str(each)]


@contextmanager
def rehearsing(**shop: Any) -> Iterator[tuple[Store, Sandbox]]:
    """An empty store, and what stands behind its address; `shop` as the sandbox's own settings."""
    with running(Sandbox(name="rehearsal", token="shpat_rehearsal", **shop)) as server:
        yield Store(server.url), server.sandbox


def open_channel(store: Store, **fields: Any) -> Channel:
    """The store as a channel, its locations loaded and none of them mapped."""
    channel = Channel.objects.create(
        kind=KIND,
        name="Rehearsal",
        settings={"shop_domain": "rehearsal.myshopify.com", "sandbox_url": store.url},
        credentials={"access_token": "shpat_rehearsal"},
        **fields,
    )
    accounts.check(channel)
    return channel


@pytest.fixture
def store() -> Iterator[Store]:
    """A store with two locations, Shop and Depot."""
    with rehearsing() as (store, _):
        store.post("locations", locations=[{"name": "Shop"}, {"name": "Depot"}])
        yield store


@pytest.fixture
def channel(store: Store, warehouse: Warehouse) -> Channel:
    """The store as a channel; the main warehouse feeds the location Shop."""
    channel = open_channel(store)
    feed(channel, "Shop", warehouse)
    return channel


def feed(channel: Channel, location: str, *warehouses: Warehouse) -> None:
    """Map warehouses to a location of the channel."""
    Location.objects.get(channel=channel, name=location).warehouses.set(warehouses)
    due.by_channel(channel)


def sync(channel: Channel, kind: Run.Kind = Run.Kind.DUE, *products: Product) -> Run:
    """Run a sync in this process, to its end."""
    channel.refresh_from_db()
    return execute(
        Run(
            channel=channel,
            kind=kind,
            trigger=Run.Trigger.PERSON,
            product_ids=[product.pk for product in products],
        )
    )


def list_at_once(channel: Channel, *products: Product) -> Run:
    """Tick the channel for these products and force their first sync."""
    onboarding.tick(channel, [product.pk for product in products])
    return sync(channel, Run.Kind.BULK, *products)
