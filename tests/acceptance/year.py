"""The whole of a real retailer's year, through to a store: run by `make year FILE=...`.

Loads the file, verifies ledger and orders, puts every product on a store's shelves, lets the sync
drain, and compares the store's own state with what is communicated, listing by listing.
"""

from __future__ import annotations

import os
import time

import pytest
from django.core.management import call_command
from django.utils import timezone

from channels import accounts, communicated, due, onboarding
from channels.adapters.shopify.sandbox import Sandbox, running
from channels.models import Channel, Publication
from inventory.models import Product, Warehouse
from syncjobs.models import Run
from syncjobs.runner import drain, execute
from tests.store import Store

DOMAIN = "year.myshopify.com"
TOKEN = "shpat_year"


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(0)
def test_a_whole_year_reaches_the_store() -> None:
    call_command("load_retail", os.environ["FILE"])
    call_command("verify_ledger")
    call_command("verify_orders")
    with running(Sandbox(name="year", token=TOKEN)) as server:
        store = Store(server.url)
        channel = connect(store)
        began = time.monotonic()
        execute(Run(channel=channel, kind=Run.Kind.NEW, trigger=Run.Trigger.SCHEDULE))
        drain(channel.pk, Run.Trigger.SCHEDULE)
        say(f"synced in {time.monotonic() - began:.1f} s, {Publication.objects.count()} receipts")
        assert compare(store) == []


def connect(store: Store) -> Channel:
    """A store that has all our goods, and a channel that communicates them all."""
    store.post("locations", locations=[{"name": "Shop"}])
    store.add(*Product.objects.values_list("sku", flat=True))
    channel = Channel.objects.create(
        kind="shopify",
        name="Year",
        settings={"shop_domain": DOMAIN, "sandbox_url": store.url},
        credentials={"access_token": TOKEN},
    )
    accounts.check(channel)
    channel.locations.get().warehouses.set(Warehouse.objects.all())
    due.by_channel(channel)
    products = list(Product.objects.values_list("pk", flat=True))
    onboarding.tick(channel, products)
    channel.listings.update(eligible_at=timezone.now())
    return channel


def compare(store: Store) -> list[object]:
    """Every listing: the store's own number against the communicated one. Returns what differs."""
    shown = {level["sku"]: level["available"] for level in store.get("state")["levels"]}
    rows = communicated.rows(communicated.select())
    wrong = [
        (row.sku, row.should, shown.get(row.sku))
        for row in rows
        if shown.get(row.sku) != (row.should if row.should is not None else 0)
    ]
    unknown = sum(row.should is None for row in rows)
    say(f"{len(rows) - len(wrong)} of {len(rows)} listings equal at the store ({unknown} held)")
    return list(wrong[:20])


def say(text: str) -> None:
    print(text, flush=True)
