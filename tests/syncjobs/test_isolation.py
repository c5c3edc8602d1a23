"""One bad thing, be it a channel, a batch, a number or a message, keeps nothing else waiting."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

import pytest

from channels import accounts, due, onboarding, registry, rules
from channels.adapters.shopify import failures
from channels.contract import Adapter, Answer, ChannelError, Code, Payload, Submitted
from channels.models import Channel, Listing, ListingLevel, Location, Transmission
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from orders import asn, fulfilment
from orders.models import SalesOrder
from syncjobs import delivery, pusher, records, runner, schedule
from syncjobs.models import ProcessLog, Run
from tests.factories import make_product, stock
from tests.inventory.threads import at_once
from tests.store import Store, list_at_once, sync

pytestmark = pytest.mark.django_db

SCOPES = ["read_products", "read_inventory", "write_inventory", "read_locations", "read_orders"]


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    """Ten in stock, which the store shows."""
    store.add(product.sku)
    stock(product, warehouse, 10)
    list_at_once(channel, product)
    return product


def list_many(
    channel: Channel, store: Store, warehouse: Warehouse, number: int, units: int
) -> list[Product]:
    """Products with these units each, which the store shows."""
    products = [make_product(sku=f"MANY-{each:03}") for each in range(number)]
    store.add(*[product.sku for product in products])
    for product in products:
        stock(product, warehouse, units)
    list_at_once(channel, *products)
    return products


@pytest.fixture
def broken(listed: Product, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """A channel that comes first in every list, has something due, and whose adapter has a bug."""
    broken = Channel.objects.create(
        kind="shopify",
        name="Aardvark",
        settings={"shop_domain": "aardvark.myshopify.com"},
        credentials={"access_token": "x"},
    )
    location = Location.objects.create(channel=broken, external_id="location-1", name="Shop")
    location.warehouses.set([warehouse])
    onboarding.tick(broken, [listed.pk])
    linked = {"state": Listing.State.LINKED, "item_id": "item-1"}
    Listing.objects.filter(channel=broken).update(**linked)
    due.by_channel(broken)
    connect = accounts.connect

    def stumble(channel: Channel) -> Adapter:
        if channel.pk == broken.pk:
            raise KeyError("a bug in one adapter")
        return connect(channel)

    monkeypatch.setattr(accounts, "connect", stumble)
    return broken


def test_a_broken_channel_does_not_stop_sweep_and_poll_of_the_others(
    store: Store, listed: Product, warehouse: Warehouse, broken: Channel
) -> None:
    ledger.ship(warehouse.pk, [(listed.pk, 8)], Cause())
    schedule.sweep()
    assert store.available(listed.sku) == 2
    store.post("orders", lines=[{"sku": listed.sku, "quantity": 1}])
    schedule.take_orders()
    assert SalesOrder.objects.count() == 1
    runs = Run.objects.filter(channel=broken)
    assert set(runs.values_list("status", "error_code")) == {(Run.Status.FAILED, Code.INTERNAL)}


def test_a_shipment_the_token_may_not_tell_waits_and_stock_goes_out(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    store.post("orders", lines=[{"sku": listed.sku, "quantity": 2}])
    sync(channel, Run.Kind.ORDERS)
    order = SalesOrder.objects.get()
    fulfilment.ship_all([order.pk], Cause())
    asn.send(asn.draft_all([order.pk]))
    store.post("shop", scopes=SCOPES)
    for units in (5, 3):
        ledger.ship(warehouse.pk, [(listed.pk, units)], Cause())
        assert sync(channel).error_code == Code.SCOPE_MISSING
    assert store.available(listed.sku) == 0
    assert Transmission.objects.get().status == Transmission.Status.WAITING


def test_a_batch_refused_without_a_name_is_halved_until_only_the_bad_line_is_parked(
    channel: Channel, store: Store, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = list_many(channel, store, warehouse, 7, units=10)
    bad, *good = products
    poison = json.dumps(Listing.objects.get(product=bad).item_id)
    kind = registry.get(channel.kind)
    send = kind.send

    def refuse(adapter: Adapter, payload: Payload, key: str) -> list[Answer] | Submitted:
        if poison in json.dumps(payload):
            raise ChannelError(Code.BAD_REQUEST, "Something is wrong", permanent=True)
        return send(adapter, payload, key)

    monkeypatch.setattr(kind, "send", refuse)
    for product in products:
        ledger.ship(warehouse.pk, [(product.pk, 8)], Cause())
    run = sync(channel)
    assert (run.status, run.sent, run.failed) == (Run.Status.FINISHED, 6, 1)
    assert {store.available(product.sku) for product in good} == {2}
    parked = ListingLevel.objects.exclude(reason="").get()
    assert (parked.listing.product, parked.reason) == (bad, Code.BAD_REQUEST)
    assert ProcessLog.objects.get(code=Code.BAD_REQUEST).product == bad


def test_switching_stock_sync_off_stops_a_hard_sync_that_is_under_way(
    channel: Channel, store: Store, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pusher, "CHUNK", 5)
    products = list_many(channel, store, warehouse, 15, units=4)
    wrong = [{"sku": each.sku, "location": "Shop", "available": 1} for each in products]
    store.post("levels", levels=wrong)
    deliver = delivery.deliver

    def switch_off_after(*args: Any) -> list[Answer]:
        answers = deliver(*args)
        Channel.objects.update(is_stock_synced=False)
        return answers

    monkeypatch.setattr(delivery, "deliver", switch_off_after)
    run = sync(channel, Run.Kind.HARD)
    assert (run.error_code, run.sent) == (Code.SYNC_DISABLED, 5)
    shown = [store.available(product.sku) for product in products]
    assert (shown.count(4), shown.count(1)) == (5, 10)


def test_with_update_on_change_off_neither_sweep_nor_poll_tells_a_number(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    Channel.objects.update(is_updated_on_change=False)
    ledger.ship(warehouse.pk, [(listed.pk, 8)], Cause())
    schedule.sweep()
    schedule.take_orders()
    assert store.available(listed.sku) == 10
    sync(channel, Run.Kind.HARD)
    assert store.available(listed.sku) == 2


def test_a_number_no_channel_takes_is_held_and_holds_nobody_back(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    huge = make_product(sku="HUGE")
    store.add(huge.sku, available=3)
    stock(huge, warehouse, rules.LARGEST + 1)
    assert list_at_once(channel, huge).skipped == 1
    ledger.ship(warehouse.pk, [(listed.pk, 8)], Cause())
    assert sync(channel).status == Run.Status.FINISHED
    assert (store.available(listed.sku), store.available(huge.sku)) == (2, 3)
    assert ListingLevel.objects.get(listing__product=huge).reason == Code.QUANTITY_REFUSED
    assert ProcessLog.objects.get(product=huge).code == Code.QUANTITY_REFUSED


@pytest.mark.parametrize("strange", ["1e300", "inf", "nan", "-5", "next week", "٣"])
def test_a_strange_retry_after_rests_the_channel_for_minutes_at_most(
    channel: Channel,
    store: Store,
    listed: Product,
    warehouse: Warehouse,
    strange: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_status = failures.of_status

    def ask(status: int, headers: Mapping[str, str], *rest: Any) -> ChannelError | None:
        return of_status(status, {**headers, "Retry-After": strange}, *rest)

    monkeypatch.setattr(failures, "of_status", ask)
    monkeypatch.setattr("syncjobs.delivery.LONGEST_WAIT", -1.0)  # rest at once
    store.post("faults", kind="http_status", status=429, times=None)
    ledger.ship(warehouse.pk, [(listed.pk, 8)], Cause())
    run = sync(channel)
    channel.refresh_from_db()
    assert (run.status, run.error_code) == (Run.Status.FAILED, Code.RATE_LIMITED)
    assert run.ended_at is not None
    assert channel.retry_at is not None
    assert abs(channel.retry_at - run.ended_at) <= runner.LONG_REST + datetime.timedelta(seconds=5)
    store.post("faults/clear")
    sync(channel)
    assert store.available(listed.sku) == 2


@pytest.mark.django_db(transaction=True)
def test_a_hint_that_meets_the_end_of_an_order_poll_is_not_lost(
    channel: Channel,
    store: Store,
    listed: Product,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    finish = records.finish
    met: list[Run.Kind] = []

    def move_and_hint() -> None:
        ledger.ship(warehouse.pk, [(listed.pk, 8)], Cause())
        runner.drain(channel.pk, Run.Trigger.CHANGE)  # finds the channel taken

    def finish_late(run: Run, *error: ChannelError) -> None:
        if run.kind == Run.Kind.ORDERS:
            at_once([move_and_hint])
            met.append(Run.Kind.ORDERS)
            assert store.available(listed.sku) == 10
        finish(run, *error)

    monkeypatch.setattr(records, "finish", finish_late)
    schedule.take_orders()
    assert met == [Run.Kind.ORDERS]
    assert store.available(listed.sku) == 2
