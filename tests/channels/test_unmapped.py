"""Locations that no warehouse feeds are zeroed if the channel says so, and only then."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from channels import accounts, unmapped
from channels.models import Channel, ListingLevel, Location, Publication
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from syncjobs.models import Run
from tests.factories import make_product, make_warehouse, stock
from tests.store import Store, feed, list_at_once, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug(channel: Channel, store: Store, warehouse: Warehouse) -> Product:
    """Told 10 at Shop; the store shows 7 at Depot, which nothing feeds."""
    product = make_product(sku="MUG")
    store.post(
        "variants",
        variants=[{"sku": "MUG", "is_tracked": True, "levels": {"Shop": 0, "Depot": 7}}],
    )
    stock(product, warehouse, 10)
    list_at_once(channel, product)
    return product


def receive(product: Product, warehouse: Warehouse) -> None:
    ledger.receive(warehouse.pk, [(product.pk, 1)], Cause())


def switch_on(channel: Channel, admin_client: Client) -> None:
    url = reverse("admin:channels_channel_show_unmapped", args=[channel.pk])
    admin_client.post(url, {"is_zeroed": "on"})


def test_it_is_left_alone_by_default(
    channel: Channel, store: Store, warehouse: Warehouse, mug: Product
) -> None:
    receive(mug, warehouse)
    sync(channel)
    assert (store.available("MUG"), store.available("MUG", "Depot")) == (11, 7)


def test_the_preview_tells_what_would_be_zeroed(
    channel: Channel, mug: Product, admin_client: Client
) -> None:
    url = reverse("admin:channels_channel_show_unmapped", args=[channel.pk])
    page = admin_client.get(url).content.decode()
    assert "Depot" in page
    assert "Zero 1 level as stock changes" in page
    channel.refresh_from_db()
    assert not channel.is_unmapped_zeroed


def test_it_is_zeroed_when_the_products_stock_next_changes(
    channel: Channel, store: Store, warehouse: Warehouse, mug: Product, admin_client: Client
) -> None:
    switch_on(channel, admin_client)
    sync(channel)
    assert store.available("MUG", "Depot") == 7
    receive(mug, warehouse)
    sync(channel)
    assert (store.available("MUG"), store.available("MUG", "Depot")) == (11, 0)
    told = Publication.objects.get(level__location__name="Depot")
    assert (told.expected, told.quantity) == (7, 0)
    assert told.explanation["steps"][0]["text"] == "no warehouse feeds this location"


def test_a_location_that_is_not_in_use_is_zeroed_likewise(
    channel: Channel, store: Store, warehouse: Warehouse, mug: Product, admin_client: Client
) -> None:
    switch_on(channel, admin_client)
    location = Location.objects.get(name="Depot")
    location.is_enabled = False
    location.save()
    receive(mug, warehouse)
    sync(channel)
    assert store.available("MUG", "Depot") == 0


def test_a_location_created_later_is_zeroed_once_it_shows_something(
    channel: Channel, store: Store, warehouse: Warehouse, mug: Product, admin_client: Client
) -> None:
    switch_on(channel, admin_client)
    store.post("locations", locations=[{"name": "Popup"}])
    accounts.load_locations(channel, accounts.connect(channel))
    receive(mug, warehouse)
    sync(channel)
    level = ListingLevel.objects.get(location__name="Popup")
    assert not level.is_due
    assert all(each["location"] != "Popup" for each in store.get("levels", sku="MUG")["levels"])
    store.post("levels", levels=[{"sku": "MUG", "location": "Popup", "available": 3}])
    receive(mug, warehouse)
    sync(channel)
    assert store.available("MUG", "Popup") == 0


def test_a_newly_mapped_location_is_activated_and_told(
    channel: Channel, store: Store, warehouse: Warehouse, mug: Product
) -> None:
    store.post("locations", locations=[{"name": "Popup"}])
    accounts.load_locations(channel, accounts.connect(channel))
    outlet = make_warehouse(code="OUT", name="Outlet")
    stock(mug, outlet, 4)
    feed(channel, "Popup", outlet)
    sync(channel)
    assert store.available("MUG", "Popup") == 4
    assert Publication.objects.get(level__location__name="Popup").quantity == 4


def test_what_we_told_a_location_is_taken_back_when_it_is_unmapped(
    channel: Channel, store: Store, warehouse: Warehouse, mug: Product
) -> None:
    """Whatever the switch says: the number there is ours, and nobody would keep it right."""
    feed(channel, "Depot", warehouse)
    feed(channel, "Shop")
    sync(channel)
    assert (store.available("MUG"), store.available("MUG", "Depot")) == (0, 10)


def test_a_switch_that_was_turned_off_again_zeroes_nothing(
    channel: Channel, store: Store, warehouse: Warehouse, mug: Product
) -> None:
    unmapped.switch(channel, is_zeroed=True)
    unmapped.switch(channel, is_zeroed=False)
    feed(channel, "Shop", warehouse)
    sync(channel)
    sync(channel, Run.Kind.HARD)
    assert store.available("MUG", "Depot") == 7


@pytest.mark.parametrize("kind", [Run.Kind.COMPARE, Run.Kind.HARD])
def test_neither_a_new_location_nor_a_run_zeroes_before_stock_changes(
    channel: Channel, store: Store, mug: Product, kind: Run.Kind
) -> None:
    unmapped.switch(channel, is_zeroed=True)
    store.post("locations", locations=[{"name": "Popup"}])
    sync(channel, kind)
    sync(channel)
    assert store.available("MUG", "Depot") == 7
