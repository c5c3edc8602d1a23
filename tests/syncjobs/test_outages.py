"""Warehouse work never waits for a channel, a broker or a worker; the sweep makes good."""

from __future__ import annotations

import pytest

from channels.models import Channel, ListingLevel
from inventory import ledger
from inventory.errors import InsufficientStock
from inventory.ledger import Cause
from inventory.models import Movement, Product, Warehouse
from syncjobs import hints, schedule, tasks
from syncjobs.models import Run
from tests.factories import stock
from tests.store import Store, list_at_once
from tests.syncjobs.outages import own_redis, stop

pytestmark = pytest.mark.django_db(transaction=True)

MOVEMENTS = 40


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    store.add(product.sku)
    stock(product, warehouse, 1000)
    list_at_once(channel, product)
    return product


def ship_many(product: Product, warehouse: Warehouse) -> None:
    for _ in range(MOVEMENTS):
        ledger.ship(warehouse.pk, [(product.pk, 1)], Cause(document="OUTAGE"))
    assert Movement.objects.filter(document="OUTAGE").count() == MOVEMENTS


def test_with_redis_stopped_movements_commit_and_the_sweep_finds_what_is_due(
    store: Store, listed: Product, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_redis(monkeypatch) as (server, _):
        stop(server)
        ship_many(listed, warehouse)
        assert not hints.give([1])
        assert store.available(listed.sku) == 1000
        schedule.sweep()
        assert store.available(listed.sku) == 1000 - MOVEMENTS


def test_with_the_store_answering_503_movements_commit_and_the_next_sweep_after_recovery_is_right(
    channel: Channel,
    store: Store,
    listed: Product,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("syncjobs.delivery._pause", lambda *_: 0.0)
    store.post("faults", kind="http_status", status=503, times=None)
    ship_many(listed, warehouse)
    schedule.sweep()
    assert Run.objects.latest("pk").status == Run.Status.FAILED
    for _ in range(MOVEMENTS):  # nothing piles up: one level is due, however often it moves
        ledger.ship(warehouse.pk, [(listed.pk, 1)], Cause())
    assert ListingLevel.objects.get().acknowledged == 1000
    store.post("faults/clear")
    schedule.sweep()
    assert store.available(listed.sku) == 1000 - 2 * MOVEMENTS


def test_with_the_worker_dead_one_hint_waits_and_the_sweep_does_not_need_it(
    channel: Channel,
    store: Store,
    listed: Product,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queued: list[int] = []
    with own_redis(monkeypatch):
        monkeypatch.setattr(hints, "_send", queued.append)
        ship_many(listed, warehouse)
        assert queued == [channel.pk]
        schedule.sweep()
        assert store.available(listed.sku) == 1000 - MOVEMENTS


def test_a_hint_is_given_again_once_the_task_has_begun(
    channel: Channel, listed: Product, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[int] = []
    with own_redis(monkeypatch):
        monkeypatch.setattr(hints, "_send", queued.append)
        ledger.ship(warehouse.pk, [(listed.pk, 1)], Cause())
        tasks.push(channel.pk)
        ledger.ship(warehouse.pk, [(listed.pk, 1)], Cause())
        assert queued == [channel.pk, channel.pk]


def test_a_channel_at_rest_is_tried_again_as_soon_as_its_rest_is_over(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    ledger.ship(warehouse.pk, [(listed.pk, 1)], Cause())
    channel.retry_at = channel.checked_at
    channel.save()
    schedule.retry()
    assert store.available(listed.sku) == 999


def test_a_rolled_back_movement_gives_no_hint_and_is_not_due(
    channel: Channel, listed: Product, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[object] = []
    monkeypatch.setattr(hints, "give", given.append)
    with pytest.raises(InsufficientStock):
        ledger.ship(warehouse.pk, [(listed.pk, 5000)], Cause())
    assert (given, ListingLevel.objects.get().is_due) == ([], False)
