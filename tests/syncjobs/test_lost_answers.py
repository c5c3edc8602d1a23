"""A batch whose outcome is unknown is never told anew under another key before it is known."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from channels.contract import Code
from channels.models import Batch, Channel, ListingLevel, Publication
from channels.models.publication import Status
from desk.cells import page_of
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from syncjobs import delivery, schedule
from syncjobs.models import Run
from tests.factories import stock
from tests.store import Store, list_at_once, sync

pytestmark = pytest.mark.django_db
ADJUST = "inventoryAdjustQuantities"


@pytest.fixture
def shipped(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    """A listed product of 40, three of which left since; not told yet."""
    store.add(product.sku)
    stock(product, warehouse, 40)
    list_at_once(channel, product)
    ledger.ship(warehouse.pk, [(product.pk, 3)], Cause())
    return product


def test_an_executed_call_followed_by_a_refused_token_waits_for_the_token(
    channel: Channel, store: Store, shipped: Product
) -> None:
    store.post("faults", kind="http_status", status=503, is_executed=True, root_field=ADJUST)
    store.post("faults", kind="http_status", status=401, root_field=ADJUST, times=None)
    run = sync(channel)
    batch = Batch.objects.latest("pk")
    assert (run.error_code, batch.status) == (Code.UNAUTHORIZED, Status.SENT)
    store.post("faults/clear")
    sync(channel)
    batch.refresh_from_db()
    assert (batch.status, Batch.objects.count()) == (Status.ACCEPTED, 2)
    assert store.available(shipped.sku) == 37


def test_a_burnt_key_is_given_up_and_the_level_is_read_before_it_is_told_again(
    channel: Channel, store: Store, shipped: Product
) -> None:
    store.post("faults", kind="key_failed", root_field=ADJUST)
    sync(channel)
    sync(channel)
    statuses = set(Batch.objects.order_by("-pk")[:2].values_list("status", flat=True))
    assert Status.ACCEPTED in statuses
    assert store.available(shipped.sku) == 37


def test_after_the_keys_life_the_level_is_forgotten_read_and_told_by_a_new_key(
    channel: Channel, store: Store, shipped: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_pause", lambda *_: 0.0)
    store.post("faults", kind="cut", root_field=ADJUST, times=None)
    assert sync(channel).status == Run.Status.FAILED
    store.post("faults/clear")
    old = Batch.objects.latest("pk")
    Batch.objects.update(created_at=old.created_at - datetime.timedelta(hours=23))
    sync(channel)
    old.refresh_from_db()
    assert old.status == Status.EXPIRED
    level = ListingLevel.objects.get()
    assert (store.available(shipped.sku), level.acknowledged, level.is_due) == (37, 37, False)


def test_a_long_pause_asked_by_the_store_ends_the_run_instead_of_blocking_it(
    channel: Channel, store: Store, shipped: Product
) -> None:
    store.post("faults", kind="http_status", status=429, retry_after=600, root_field=ADJUST)
    run = sync(channel)
    channel.refresh_from_db()
    assert (run.error_code, store.available(shipped.sku)) == (Code.RATE_LIMITED, 40)
    assert channel.retry_at is not None
    assert run.ended_at is not None
    assert channel.retry_at - run.ended_at > datetime.timedelta(minutes=5)
    assert sync(channel).sent == 1


def test_a_throttled_call_is_repeated_under_its_key(
    channel: Channel, store: Store, shipped: Product
) -> None:
    store.post("faults", kind="throttled", root_field=ADJUST, times=2)
    assert sync(channel).sent == 1
    assert Batch.objects.latest("pk").attempts == 3


def test_a_channel_that_was_switched_off_leaves_no_message_open_for_ever(
    channel: Channel, store: Store, shipped: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncjobs.delivery._pause", lambda *_: 0.0)
    store.post("faults", kind="cut", root_field=ADJUST, times=None)
    sync(channel)
    Channel.objects.update(is_active=False)
    schedule.sweep()
    assert Publication.objects.filter(status=Status.SENT).count() == 1
    Batch.objects.update(created_at=timezone.now() - datetime.timedelta(days=1))
    schedule.sweep()
    assert not Publication.objects.filter(status=Status.SENT).exists()
    assert ListingLevel.objects.get().acknowledged is None


@pytest.mark.parametrize("kind", [Run.Kind.DUE, Run.Kind.BULK])
def test_what_is_told_again_after_an_outage_counts_as_sent_by_the_run_that_told_it(
    channel: Channel,
    store: Store,
    shipped: Product,
    monkeypatch: pytest.MonkeyPatch,
    admin_client: Client,
    kind: Run.Kind,
) -> None:
    monkeypatch.setattr(delivery, "_pause", lambda *_: 0.0)
    store.post("faults", kind="http_status", status=503, root_field=ADJUST, times=None)
    assert sync(channel).sent == 0
    assert (Batch.objects.latest("pk").status, store.available(shipped.sku)) == (Status.SENT, 40)
    store.post("faults/clear")

    run = sync(channel, kind, *[shipped][: kind == Run.Kind.BULK])

    assert store.available(shipped.sku) == 37
    run.refresh_from_db()
    assert (run.sent, run.failed, run.total) == (1, 0, run.done)
    page = admin_client.get(page_of(run))
    assert 'data-field="sent">1<' in page.text
