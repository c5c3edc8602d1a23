"""Webhooks that a store really sends reach a web server of ours, however badly they come."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from channels import accounts, notices
from channels.models import Channel, Notice
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from orders.models import SalesOrder
from syncjobs import importing
from syncjobs.models import Run
from tests.store import Store, sync
from tests.syncjobs.told import level, list_ten, sell, take

pytestmark = pytest.mark.django_db(transaction=True)

ECHO = importing.WORDS[notices.Verdict.ECHO]


@dataclass
class Live:
    """A store that sends its webhooks to a web server of ours."""

    channel: Channel
    store: Store

    def hold(self) -> None:
        """From now on no delivery leaves the store."""
        self.store.post("webhooks", is_held=True)

    def let_go(self, *, pending: str = "waiting", **habits: Any) -> list[str]:
        """Send what was held, with these habits; how each ended, once all did. One that is under
        way shows nowhere, so they are counted while they are held."""
        number = len(self.store.get("webhooks")["deliveries"])
        self.store.post("webhooks", **habits)
        deadline = time.monotonic() + 20
        while True:
            ended = [each["outcome"] for each in self.store.get("webhooks")["deliveries"]]
            if len(ended) >= number and not {"waiting", pending} & set(ended):
                return ended
            assert time.monotonic() < deadline, ended
            time.sleep(0.02)


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    return list_ten(channel, store, product, warehouse)


@pytest.fixture
def live(
    live_server: LiveServer,
    settings: Settings,
    given: list[int],
    listed: Product,
    channel: Channel,
    store: Store,
) -> Live:
    settings.PUBLIC_URL = live_server.url
    secret = store.get("shop")["shop"]["client_secret"]
    channel.credentials = channel.credentials | {"client_secret": secret}
    channel.save()
    adapter = accounts.connect(channel)
    assert notices.subscribe(channel, adapter, notices.address(channel))
    assert notices.subscribe(channel, adapter, notices.address(channel)) == []
    return Live(channel, store)


def test_real_deliveries_are_answered_within_a_second_while_the_store_answers_nothing(
    live: Live, listed: Product, given: list[int]
) -> None:
    live.store.post("faults", kind="http_status", status=503, times=None)
    given.clear()
    began: list[float] = []
    took: list[float] = []

    def begin(**_: object) -> None:
        began.append(time.monotonic())

    def end(**_: object) -> None:
        took.append(time.monotonic() - began[-1])

    request_started.connect(begin)
    request_finished.connect(end)
    live.hold()
    sell(live.store, listed.sku, 4)
    try:
        ended = live.let_go()
    finally:
        request_started.disconnect(begin)
        request_finished.disconnect(end)
    assert set(ended) == {"http 200"}
    assert took
    assert max(took) < 1
    assert {"order", "level"} <= set(Notice.objects.values_list("concern", flat=True))
    assert live.channel.pk in given
    live.store.post("faults/clear")
    take(live.channel)
    assert (SalesOrder.objects.count(), level(listed).acknowledged) == (1, 6)


def test_what_we_tell_comes_back_and_causes_nothing(
    live: Live, listed: Product, warehouse: Warehouse
) -> None:
    live.hold()
    ledger.receive(warehouse.pk, [(listed.pk, 7)], Cause())
    sync(live.channel)
    live.let_go()
    assert Notice.objects.filter(concern="level", available=17).exists()
    asked = len(live.store.requests_seen())
    take(live.channel)
    sync(live.channel)
    assert set(Notice.objects.values_list("message", flat=True)) == {ECHO}
    assert len(live.store.requests_seen()) == asked


def test_forged_deliveries_are_refused_and_repeated_by_the_store(
    live: Live, listed: Product
) -> None:
    live.hold()
    sell(live.store, listed.sku, 1)
    assert "http 401" in live.let_go(is_signature_wrong=True)
    assert not Notice.objects.filter(concern="order").exists()
    live.hold()
    live.store.post("clock", advance_seconds=61)
    assert set(live.let_go(pending="http 401")) == {"http 200"}
    take(live.channel)
    assert SalesOrder.objects.count() == 1


@pytest.mark.parametrize(
    "habits",
    [
        {},
        {"copies": 2, "shuffle": True, "seed": 1},
        {"copies": 2, "shuffle": True, "drop_share": 0.4, "seed": 2},
        {"is_reversed": True, "drop_share": 0.1, "seed": 3},
        {"drop_share": 1.0},
    ],
    ids=["in order", "doubled", "dropped", "backwards", "silent"],
)
def test_however_notices_come_one_poll_later_all_is_the_same(
    live: Live, listed: Product, warehouse: Warehouse, habits: dict[str, Any]
) -> None:
    Channel.objects.update(is_cancellation_archived=True)
    live.channel.refresh_from_db()
    live.hold()
    sell(live.store, listed.sku, 2)
    canceled = live.store.post("orders", lines=[{"sku": listed.sku, "quantity": 3}])["number"]
    live.store.post(f"orders/{canceled}/cancel", is_restocked=True)
    sell(live.store, listed.sku, 1)
    ledger.receive(warehouse.pk, [(listed.pk, 6)], Cause())
    live.let_go(**habits)
    take(live.channel)
    live.hold()
    sync(live.channel, Run.Kind.ORDERS)
    live.let_go(**habits)
    take(live.channel)
    sync(live.channel)
    assert notices.newest_waiting(live.channel) == 0
    held = SalesOrder.objects.exclude(status=SalesOrder.Status.CANCELED)
    assert sorted(held.values_list("lines__ordered", flat=True)) == [1, 2]
    assert StockLevel.objects.get().available == 13
    assert (level(listed).acknowledged, live.store.available(listed.sku)) == (13, 13)
    assert not level(listed).is_due
