"""A number that the store says it shows: an echo of ours causes nothing, any other is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from channels import notices
from channels.models import Batch, Channel, ListingLevel, Location, Observation
from channels.models.publication import Status
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from orders.models import SalesOrder
from syncjobs import importing
from syncjobs.models import Run
from tests.store import Store, sync
from tests.syncjobs.told import became, level, list_ten, note_level, sell, take

pytestmark = pytest.mark.django_db

ECHO = importing.WORDS[notices.Verdict.ECHO]
CHANGED = importing.WORDS[notices.Verdict.CHANGED]


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    return list_ten(channel, store, product, warehouse)


def echo_of_our_own(
    channel: Channel, _store: Store, listed: Product, warehouse: Warehouse
) -> list[int]:
    """We told 15, then 12: both come back late."""
    for units in (5, -3):
        ledger.adjust(warehouse.pk, [(listed.pk, units)], Cause(note="counted"))
        sync(channel)
    return [15, 12]


def echo_of_a_sale(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> list[int]:
    """The store sold two and then three, which we took in."""
    for units in (2, 3):
        sell(store, listed.sku, units)
        sync(channel, Run.Kind.ORDERS)
    return [8, 5]


def echo_of_what_we_read(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> list[int]:
    """Somebody edited the number there; we met that, read it and told ours."""
    store.post("levels", levels=[{"sku": listed.sku, "location": "Shop", "available": 4}])
    ledger.receive(warehouse.pk, [(listed.pk, 1)], Cause())
    sync(channel)
    return [4, 11]


@pytest.mark.parametrize("scene", [echo_of_our_own, echo_of_a_sale, echo_of_what_we_read])
@pytest.mark.parametrize("is_reversed", [False, True])
def test_an_echo_makes_nothing_due_and_asks_the_store_nothing(
    channel: Channel,
    store: Store,
    listed: Product,
    warehouse: Warehouse,
    scene: Callable[[Channel, Store, Product, Warehouse], list[int]],
    is_reversed: bool,
) -> None:
    numbers = scene(channel, store, listed, warehouse)
    before = ListingLevel.objects.values().get(pk=level(listed).pk)
    assert not level(listed).is_due
    asked = len(store.requests_seen())
    told = [note_level(listed, each) for each in (numbers[::-1] if is_reversed else numbers)]
    take(channel)
    sync(channel)
    assert [became(each) for each in told] == [ECHO] * 2
    assert ListingLevel.objects.values().get(pk=level(listed).pk) == before
    assert len(store.requests_seen()) == asked


@pytest.mark.parametrize("number", [3, None])
def test_a_number_that_is_not_ours_is_read_and_mended(
    channel: Channel, store: Store, listed: Product, number: int | None
) -> None:
    store.post("levels", levels=[{"sku": listed.sku, "location": "Shop", "available": 3}])
    told = note_level(listed, number)
    take(channel)
    assert became(told) == CHANGED
    assert (level(listed).acknowledged, level(listed).is_due) == (3, True)
    assert Observation.objects.filter(believed=10, available=3).count() == 1
    sync(channel)
    assert (store.available(listed.sku), level(listed).acknowledged) == (10, 10)


def test_a_sale_whose_level_is_told_before_its_order_is_not_given_back(
    channel: Channel, store: Store, listed: Product
) -> None:
    sell(store, listed.sku, 4)
    note_level(listed, 6)
    take(channel)
    sync(channel)
    assert (store.available(listed.sku), level(listed).acknowledged) == (6, 6)
    assert SalesOrder.objects.count() == 1


def test_a_number_told_long_before_the_notice_was_raised_excuses_nothing(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    ledger.receive(warehouse.pk, [(listed.pk, 5)], Cause())
    sync(channel)
    told = note_level(listed, 10, raised_at=timezone.now())  # ten was told an hour ago
    take(channel)
    assert became(told) == CHANGED


def test_a_notice_that_is_older_than_what_we_read_is_past(
    channel: Channel, listed: Product
) -> None:
    told = note_level(listed, 3, raised_at=timezone.now() - timedelta(hours=2))
    take(channel)
    assert (became(told), level(listed).acknowledged) == (ECHO, 10)


def test_a_level_that_is_unknown_anyway_is_not_doubted_twice(
    channel: Channel, listed: Product
) -> None:
    ListingLevel.objects.update(acknowledged=None)
    version = level(listed).stale_version
    late = note_level(listed, 5)
    take(channel)
    assert became(late) == importing.WORDS[notices.Verdict.UNKNOWN]
    assert level(listed).stale_version == version


def test_a_level_with_a_number_on_its_way_waits_for_the_answer(
    channel: Channel, store: Store, listed: Product
) -> None:
    Batch.objects.update(status=Status.SENT)
    told = note_level(listed, 3)
    take(channel)
    told.refresh_from_db()
    assert (told.taken_at, level(listed).acknowledged) == (None, 10)
    Batch.objects.update(status=Status.ACCEPTED)
    take(channel)
    assert became(told) == CHANGED


def test_levels_we_do_not_list_cause_nothing(
    channel: Channel, store: Store, listed: Product
) -> None:
    asked = len(store.requests_seen())
    elsewhere = Location.objects.get(name="Depot").external_id
    told = [
        note_level(listed, 3, item_id="gid://any/Item/1"),
        note_level(listed, 3, location_id="gid://any/Location/1"),
        note_level(listed, 3, location_id=elsewhere),
    ]
    take(channel)
    assert [became(each) for each in told] == ["It is not listed here."] * 3
    assert (level(listed).acknowledged, len(store.requests_seen())) == (10, asked)
