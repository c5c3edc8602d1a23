"""Telling a store what its listings should show, over HTTP against its sandbox."""

from __future__ import annotations

import pytest

from channels.contract import Code
from channels.models import Batch, Channel, Listing, ListingLevel, Observation, Publication
from channels.models.publication import Status
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from syncjobs.models import ProcessLog, Run
from tests.factories import make_product, make_warehouse, stock
from tests.store import Store, feed, list_at_once, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    """A product with 40 in stock that the store shows rightly."""
    store.add(product.sku)
    stock(product, warehouse, 40)
    list_at_once(channel, product)
    return product


def test_a_movement_is_told_as_a_difference(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    ledger.ship(warehouse.pk, [(listed.pk, 3)], Cause())
    run = sync(channel)
    assert (run.status, run.sent, store.available(listed.sku)) == ("finished", 1, 37)
    told = Publication.objects.latest("pk")
    assert (told.quantity, told.expected, told.delta, told.status) == (37, 40, -3, Status.ACCEPTED)
    assert told.batch.mode == "delta"
    assert told.explanation["steps"][-1]["quantity"] == 37


def test_what_is_right_is_not_told_again(channel: Channel, store: Store, listed: Product) -> None:
    before = len(store.requests_seen())
    run = sync(channel)
    assert (run.sent, len(store.requests_seen())) == (0, before)


def test_units_on_orders_are_taken_off_and_never_below_zero(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    ledger.commit(warehouse.pk, [(listed.pk, 12)], Cause())
    sync(channel)
    assert store.available(listed.sku) == 28
    ledger.commit(warehouse.pk, [(listed.pk, 40)], Cause())
    sync(channel)
    assert store.available(listed.sku) == 0


def test_the_first_update_switches_tracking_on_and_stocks_the_location(
    channel: Channel, store: Store, warehouse: Warehouse, product: Product
) -> None:
    store.add(product.sku, location="", is_tracked=False)
    stock(product, warehouse, 7)
    list_at_once(channel, product)
    level = store.shows(product.sku)
    assert (level["available"], level["is_tracked"], level["is_active"]) == (7, True, True)
    codes = set(ProcessLog.objects.values_list("code", flat=True))
    assert Code.TRACKING_ENABLED in codes or Code.LOCATION_ACTIVATED in codes


def test_warehouses_add_up_at_a_location_and_stay_apart_at_two(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    second, third = make_warehouse(name="Second"), make_warehouse(name="Third")
    stock(listed, second, 5)
    stock(listed, third, 2)
    feed(channel, "Depot", second, third)
    sync(channel)
    assert (store.available(listed.sku), store.available(listed.sku, "Depot")) == (40, 7)


def test_the_default_location_shows_what_no_location_names(
    channel: Channel, store: Store, listed: Product
) -> None:
    stock(listed, make_warehouse(name="Second"), 5)
    channel.default_location = channel.locations.get(name="Depot")
    channel.save()
    feed(channel, "Shop", *channel.locations.get(name="Shop").warehouses.all())
    sync(channel)
    assert (store.available(listed.sku), store.available(listed.sku, "Depot")) == (40, 5)


def test_a_sale_on_its_way_in_is_imported_and_not_overwritten(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    store.post("orders", lines=[{"sku": listed.sku, "quantity": 4}])
    ledger.receive(warehouse.pk, [(listed.pk, 10)], Cause())
    run = sync(channel)
    refused, told = Publication.objects.order_by("pk")[1:]
    assert (refused.expected, refused.status, refused.code) == (40, Status.REJECTED, Code.STALE)
    assert (told.expected, told.quantity, told.status) == (36, 46, Status.ACCEPTED)
    assert (store.available(listed.sku), store.shows(listed.sku)["committed"]) == (46, 4)
    assert ProcessLog.objects.filter(code=Code.STALE).exists()
    assert run.status == Run.Status.FINISHED


def test_hard_sync_counts_a_sale_that_was_not_imported_yet(
    channel: Channel, store: Store, listed: Product
) -> None:
    store.post("orders", lines=[{"sku": listed.sku, "quantity": 4}])
    run = sync(channel, Run.Kind.HARD)
    assert (run.unchanged, run.sent, store.available(listed.sku)) == (1, 0, 36)


def test_a_store_that_hides_its_orders_is_told_its_numbers_all_the_same(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    scopes = ["read_products", "read_inventory", "write_inventory", "read_locations"]
    store.post("shop", scopes=scopes)
    store.post("levels", levels=[{"sku": listed.sku, "location": "Shop", "available": 33}])
    ledger.ship(warehouse.pk, [(listed.pk, 1)], Cause())
    assert (sync(channel).sent, store.available(listed.sku)) == (1, 39)
    assert ProcessLog.objects.filter(code=Code.SCOPE_MISSING).exists()


def test_a_number_typed_at_the_store_is_read_before_it_is_told_again(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    store.post("levels", levels=[{"sku": listed.sku, "location": "Shop", "available": 33}])
    ledger.ship(warehouse.pk, [(listed.pk, 1)], Cause())
    sync(channel)
    assert (Observation.objects.latest("pk").available, store.available(listed.sku)) == (33, 39)


def test_never_counted_stock_is_held_not_sent_as_zero(
    channel: Channel, store: Store, product: Product
) -> None:
    store.add(product.sku, available=9)
    run = list_at_once(channel, product)
    assert (run.skipped, store.available(product.sku)) == (1, 9)
    assert ProcessLog.objects.get(product=product).code == Code.STOCK_UNKNOWN
    assert not Publication.objects.exists()


def test_a_bad_line_is_parked_and_its_neighbours_go_out_in_the_same_run(
    channel: Channel, store: Store, warehouse: Warehouse
) -> None:
    products = [make_product(sku=f"N-{number}") for number in range(6)]
    store.add(*(product.sku for product in products))
    for product in products:
        stock(product, warehouse, 5)
    list_at_once(channel, *products)
    bad = Listing.objects.get(product=products[2])
    Listing.objects.filter(pk=bad.pk).update(item_id="gid://shopify/InventoryItem/999999")
    for product in products:
        ledger.receive(warehouse.pk, [(product.pk, 1)], Cause())
    run = sync(channel)
    assert (run.sent, run.failed) == (5, 1)
    assert [store.available(product.sku) for product in products] == [6, 6, 5, 6, 6, 6]
    bad.refresh_from_db()
    assert (bad.state, bad.reason) == (Listing.State.ERROR, Code.ITEM_MISSING)
    assert sync(channel).sent == 0


def test_zeros_and_decreases_go_before_increases(
    channel: Channel, store: Store, warehouse: Warehouse
) -> None:
    products = [make_product(sku=f"N-{number}") for number in range(3)]
    store.add(*(product.sku for product in products))
    for product in products:
        stock(product, warehouse, 5)
    list_at_once(channel, *products)
    up, down, zero = products
    ledger.receive(warehouse.pk, [(up.pk, 1)], Cause())
    ledger.ship(warehouse.pk, [(down.pk, 1)], Cause())
    ledger.ship(warehouse.pk, [(zero.pk, 5)], Cause())
    sync(channel)
    last = Batch.objects.latest("pk").publications.order_by("position")
    assert list(last.values_list("quantity", flat=True)) == [0, 4, 6]


@pytest.mark.parametrize("fault", ["cut", "internal_error"])
def test_an_executed_call_without_an_answer_is_repeated_under_its_key_and_counts_once(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse, fault: str
) -> None:
    store.post("faults", kind=fault, root_field="inventoryAdjustQuantities")
    ledger.ship(warehouse.pk, [(listed.pk, 3)], Cause())
    sync(channel)
    batch = Batch.objects.latest("pk")
    assert (store.available(listed.sku), batch.attempts, batch.status) == (37, 2, Status.ACCEPTED)


def test_a_killed_process_leaves_a_batch_that_the_next_one_finishes(
    channel: Channel,
    store: Store,
    listed: Product,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger.ship(warehouse.pk, [(listed.pk, 3)], Cause())
    monkeypatch.setattr("syncjobs.delivery.record", _die)
    with pytest.raises(SystemExit):
        sync(channel)
    monkeypatch.undo()
    batch = Batch.objects.latest("pk")
    assert (batch.status, store.available(listed.sku)) == (Status.SENT, 37)
    assert batch.publications.get().status == Status.SENT
    sync(channel)
    batch.refresh_from_db()
    level = ListingLevel.objects.get()
    assert (batch.status, store.available(listed.sku)) == (Status.ACCEPTED, 37)
    assert (level.acknowledged, level.is_due) == (37, False)


def _die(*_: object, **__: object) -> None:
    raise SystemExit


def test_hard_sync_overwrites_what_a_merchant_typed(
    channel: Channel, store: Store, listed: Product
) -> None:
    store.post("levels", levels=[{"sku": listed.sku, "location": "Shop", "available": 99}])
    run = sync(channel, Run.Kind.HARD)
    assert (run.total, run.sent, store.available(listed.sku)) == (1, 1, 40)
    assert Batch.objects.latest("pk").mode == "absolute"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"is_active": False}, Code.PRODUCT_INACTIVE),
        ({"is_excluded": True}, Code.EXCLUDED),
    ],
)
def test_an_inactive_or_excluded_product_is_logged_once_and_goes_out_when_it_is_back(
    channel: Channel,
    store: Store,
    listed: Product,
    warehouse: Warehouse,
    change: dict[str, bool],
    code: Code,
) -> None:
    Product.objects.filter(pk=listed.pk).update(**change)
    ledger.ship(warehouse.pk, [(listed.pk, 1)], Cause())
    sync(channel)
    sync(channel)
    assert [log.code for log in ProcessLog.objects.filter(product=listed)] == [code]
    assert store.available(listed.sku) == 40
    Product.objects.filter(pk=listed.pk).update(
        **{name: not value for name, value in change.items()}
    )
    sync(channel)
    assert store.available(listed.sku) == 39


def test_a_location_that_is_not_mapped_is_never_written(
    channel: Channel, store: Store, listed: Product
) -> None:
    store.post("levels", levels=[{"sku": listed.sku, "location": "Depot", "available": 3}])
    sync(channel, Run.Kind.HARD)
    assert store.available(listed.sku, "Depot") == 3


def test_switching_stock_sync_off_stops_even_a_forced_run(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    Channel.objects.update(is_stock_synced=False)
    ledger.ship(warehouse.pk, [(listed.pk, 1)], Cause())
    run = sync(channel, Run.Kind.HARD)
    assert (run.error_code, store.available(listed.sku)) == (Code.SYNC_DISABLED, 40)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "http_status", "status": 503}, Code.UNAVAILABLE),
        ({"kind": "http_status", "status": 401}, Code.UNAUTHORIZED),
    ],
)
def test_a_channel_that_fails_ends_the_run_with_its_reason_and_loses_nothing(
    channel: Channel,
    store: Store,
    listed: Product,
    warehouse: Warehouse,
    fault: dict[str, object],
    code: Code,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("syncjobs.delivery._pause", lambda *_: 0.0)
    store.post("faults", times=None, **fault)
    ledger.ship(warehouse.pk, [(listed.pk, 1)], Cause())
    run = sync(channel)
    channel.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert run.error_code == channel.problem_code == code
    assert channel.retry_at is not None
    store.post("faults/clear")
    run = sync(channel)
    assert (run.status, store.available(listed.sku)) == ("finished", 39)


def test_a_number_read_before_an_import_that_failed_is_not_told_over_the_sale(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    """The reading holds a sale that is not here: nobody may believe it before the orders are in."""
    store.post("orders", lines=[{"sku": listed.sku, "quantity": 2}])
    ledger.receive(warehouse.pk, [(listed.pk, 1)], Cause())
    store.post("faults", kind="http_status", status=503, root_field="orders", times=5)
    assert sync(channel).status == Run.Status.FAILED
    sync(channel)
    sync(channel, Run.Kind.ORDERS)
    store.post("faults/clear")
    sync(channel)
    assert store.get("overwrites")["count"] == 0
    assert store.available(listed.sku) == 39
