"""What we believe a store shows stays what it shows, whatever was sold, moved or switched there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from channels import accounts, communicated, due
from channels.contract import Adapter, ChannelError, Code, RemoteLocation
from channels.models import Channel, Listing, ListingLevel
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from syncjobs import pusher
from syncjobs.models import Run
from tests.factories import make_warehouse, stock
from tests.store import Store, feed, list_at_once, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    """Ten in the main warehouse, which the location Shop shows rightly."""
    store.add(product.sku)
    stock(product, warehouse, 10)
    list_at_once(channel, product)
    assert store.available(product.sku) == 10
    return product


@pytest.fixture
def depot(channel: Channel, store: Store, listed: Product) -> Warehouse:
    """Ten more in a second warehouse, which the location Depot shows rightly."""
    depot = make_warehouse(code="depot", name="Depot")
    stock(listed, depot, 10)
    feed(channel, "Depot", depot)
    sync(channel)
    assert store.available(listed.sku, "Depot") == 10
    return depot


def sell(store: Store, sku: str, units: int, **fields: object) -> int:
    lines = [{"sku": sku, "quantity": units} | fields]
    return int(store.post("orders", lines=lines)["number"])


def settle(channel: Channel) -> None:
    """What the clock does by itself: poll and sweep, several times over."""
    for _ in range(3):
        sync(channel, Run.Kind.ORDERS)
        sync(channel)


def held() -> dict[str, int]:
    """Units left to sell, by warehouse."""
    return dict(StockLevel.objects.values_list("warehouse__code", "available"))


def believed() -> dict[str, int | None]:
    """What we think the store shows, by location."""
    return dict(ListingLevel.objects.values_list("location__name", "acknowledged"))


def test_a_sale_on_its_way_in_is_counted_once_whatever_moves_meanwhile(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    sell(store, listed.sku, 4)
    ledger.receive(warehouse.pk, [(listed.pk, 5)], Cause())
    sync(channel)  # the hint comes before the poll
    assert store.available(listed.sku) == 11
    settle(channel)
    assert held() == {"main": 11}
    assert believed()["Shop"] == store.available(listed.sku) == 11


def test_hard_sync_does_not_give_back_a_sale_that_was_not_imported_yet(
    channel: Channel, store: Store, listed: Product
) -> None:
    sell(store, listed.sku, 4)
    sync(channel, Run.Kind.HARD)
    assert store.available(listed.sku) == 6
    settle(channel)
    assert held() == {"main": 6}
    assert believed()["Shop"] == store.available(listed.sku) == 6


def test_the_last_units_are_not_offered_again_when_one_more_arrives(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    sell(store, listed.sku, 10)
    ledger.receive(warehouse.pk, [(listed.pk, 1)], Cause())
    sync(channel)
    assert store.available(listed.sku) == 1
    settle(channel)
    assert store.available(listed.sku) == 1


def test_a_location_that_comes_back_is_told_what_moved_meanwhile(
    channel: Channel,
    store: Store,
    listed: Product,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    adapter = accounts.connect(channel)
    locations = adapter.pull_locations()
    switch(adapter, locations, channel, monkeypatch, is_active=False)
    ledger.ship(warehouse.pk, [(listed.pk, 7)], Cause())
    sync(channel)
    assert store.available(listed.sku) == 10
    switch(adapter, locations, channel, monkeypatch, is_active=True)
    settle(channel)
    assert store.available(listed.sku) == 3


def switch(
    adapter: Adapter,
    locations: list[RemoteLocation],
    channel: Channel,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_active: bool,
) -> None:
    """Let the store report all its locations as switched on or off."""
    told = [replace(location, is_active=is_active) for location in locations]
    monkeypatch.setattr(adapter, "pull_locations", lambda: told)
    accounts.load_locations(channel, adapter)


def test_a_warehouse_that_is_switched_off_offers_nothing_at_the_default_location(
    channel: Channel, store: Store, listed: Product, admin_client: Client
) -> None:
    second = make_warehouse(code="second", name="Second")
    stock(listed, second, 5)
    channel.default_location = channel.locations.get(name="Depot")
    channel.save()
    due.by_channel(channel)
    sync(channel)
    assert store.available(listed.sku, "Depot") == 5
    page = f"/admin/inventory/warehouse/{second.pk}/change/"
    off = {"code": "second", "name": "Second", "_confirmed": "1"}
    assert admin_client.post(page, off).status_code == 302
    settle(channel)
    assert believed()["Depot"] == store.available(listed.sku, "Depot") == 0


def test_a_warehouse_moved_to_another_location_is_not_offered_at_both(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    store.post("levels", levels=[{"sku": listed.sku, "location": "Depot", "available": 0}])
    feed(channel, "Shop")
    feed(channel, "Depot", warehouse)
    settle(channel)
    assert (store.available(listed.sku), store.available(listed.sku, "Depot")) == (0, 10)


def test_a_cancellation_that_restocked_is_read_before_it_is_believed(
    channel: Channel, store: Store, listed: Product
) -> None:
    number = sell(store, listed.sku, 4)
    sync(channel, Run.Kind.ORDERS)
    store.post(f"orders/{number}/cancel", is_restocked=True)
    assert store.available(listed.sku) == 10
    settle(channel)
    # Canceled units count until the order is archived.
    assert held() == {"main": 6}
    assert believed()["Shop"] == store.available(listed.sku) == 6


def test_a_sale_at_the_second_location_leaves_both_numbers_right(
    channel: Channel, store: Store, listed: Product, depot: Warehouse
) -> None:
    sell(store, listed.sku, 4, location="Depot")
    settle(channel)
    shown = {place: store.available(listed.sku, place) for place in ("Shop", "Depot")}
    assert believed() == shown
    assert held() == {"main": shown["Shop"], depot.code: shown["Depot"]}
    assert sum(shown.values()) == 16


def test_several_lines_of_one_product_do_not_overdraw_one_warehouse(
    channel: Channel, store: Store, listed: Product, depot: Warehouse
) -> None:
    lines = [{"sku": listed.sku, "quantity": 6, "location": place} for place in ("Shop", "Depot")]
    store.post("orders", lines=lines)
    settle(channel)
    assert held() == {"main": 4, depot.code: 4}


def test_two_lines_of_one_product_are_taken_off_together(
    channel: Channel, store: Store, listed: Product
) -> None:
    store.post("orders", lines=[{"sku": listed.sku, "quantity": units} for units in (2, 3)])
    settle(channel)
    assert held() == {"main": 5}
    assert believed()["Shop"] == store.available(listed.sku) == 5


def test_a_relinked_item_is_read_though_its_first_run_broke_off(
    channel: Channel, store: Store, listed: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    Listing.objects.update(item_id="gone", state=Listing.State.ERROR, reason=Code.ITEM_MISSING)
    store.post("levels", levels=[{"sku": listed.sku, "location": "Shop", "available": 77}])

    def break_off(*_: object) -> None:
        raise ChannelError(Code.UNAVAILABLE, "The line went dead", permanent=False)

    with monkeypatch.context() as patch:
        patch.setattr(pusher, "push_chosen", break_off)
        assert sync(channel, Run.Kind.BULK, listed).error_code == Code.UNAVAILABLE
    assert Listing.objects.get().state == Listing.State.LINKED
    settle(channel)
    assert store.available(listed.sku) == 10


def test_the_table_as_of_now_is_the_table_of_now(
    channel: Channel, store: Store, listed: Product
) -> None:
    sell(store, listed.sku, 4)
    sync(channel, Run.Kind.ORDERS)
    [now] = communicated.rows(communicated.select())
    [then] = communicated.rows_as_of(communicated.select(), timezone.now())
    assert (now.acknowledged, now.state) == (then.acknowledged, then.state)
    assert (now.on_hand, now.should) == (then.on_hand, then.should)
