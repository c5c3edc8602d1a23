"""One store's stock is what another one sells: by comparison and by notice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone

from channels import accounts, due, mirroring, onboarding
from channels.contract import Adapter, Concern, LevelRef, RemoteLevel
from channels.models import (
    Channel,
    Communicated,
    Listing,
    ListingLevel,
    Notice,
    Publication,
)
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Movement, Product, StockLevel, Warehouse
from syncjobs import runner, schedule
from syncjobs.models import Run
from tests.factories import make_product, make_warehouse
from tests.store import list_at_once, rehearsing, sync
from tests.syncjobs.mirrors import SKU, Shop, connect, held, selling, showing_ten, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(db: None) -> Warehouse:
    return make_warehouse(code="copy", name="Store shelf")


@pytest.fixture
def source(product: Product, copy: Warehouse) -> Iterator[Shop]:
    with showing_ten(product, copy) as shop:
        yield shop


@pytest.fixture
def seller(source: Shop, product: Product, copy: Warehouse) -> Iterator[Shop]:
    with selling(product, copy) as shop:
        yield shop


def tell(source: Shop, available: int | None, location: str = "Shop", item: str = "") -> Notice:
    """The store says by itself what it shows; whether that is true, reading tells."""
    return Notice.objects.create(
        channel=source.channel,
        external_id=f"hook-{Notice.objects.count()}",
        topic="inventory_levels/update",
        concern=Concern.LEVEL,
        item_id=item or Listing.objects.get(channel=source.channel).item_id,
        location_id=source.place(location).external_id,
        available=available,
        raised_at=timezone.now(),
    )


def test_what_is_linked_is_read_at_once_and_told_elsewhere(source: Shop, seller: Shop) -> None:
    assert held() == (10, 0, True)
    assert seller.store.available(SKU) == 10
    assert not ListingLevel.objects.filter(location__channel=source.channel).exists()
    assert not Publication.objects.filter(batch__channel=source.channel).exists()
    verify()


def test_a_change_at_the_source_reaches_the_other_store_by_comparison(
    source: Shop, seller: Shop
) -> None:
    source.put(7)
    sync(source.channel, Run.Kind.COMPARE)
    sync(seller.channel)
    assert (held(), seller.store.available(SKU)) == ((7, 0, True), 7)
    movements = Movement.objects.count()
    sync(source.channel, Run.Kind.COMPARE)
    assert Movement.objects.count() == movements
    verify()


def test_and_at_once_by_notice_whose_number_is_not_believed(source: Shop, seller: Shop) -> None:
    source.put(4)
    notices = [tell(source, 99) for _ in range(2)]
    strange = tell(source, 5, item="gid://shop/InventoryItem/404")
    asked = len(source.store.requests_seen())
    sync(source.channel, Run.Kind.DUE)
    sync(seller.channel)
    assert (held(), seller.store.available(SKU)) == ((4, 0, True), 4)
    assert len(source.store.requests_seen()) == asked + 1
    for notice in [*notices, strange]:
        notice.refresh_from_db()
        assert notice.message == "The source of a mirror: what is listed here was read."


def test_a_notice_that_can_not_be_followed_goes_on_waiting(source: Shop) -> None:
    source.put(4)
    notice = tell(source, 4)
    source.store.post("faults", kind="http_status", status=503, times=None)
    assert sync(source.channel, Run.Kind.DUE).status == Run.Status.FAILED
    notice.refresh_from_db()
    assert (notice.taken_at, held()) == (None, (10, 0, True))
    source.store.post("faults/clear")
    sync(source.channel, Run.Kind.DUE)
    assert held() == (4, 0, True)


def test_what_the_source_does_not_track_is_unknown_and_held_elsewhere(
    source: Shop, seller: Shop
) -> None:
    source.track(is_tracked=False)
    sync(source.channel, Run.Kind.COMPARE)
    sync(seller.channel)
    assert held() == (0, 0, False)
    assert seller.store.available(SKU) == 10
    row = Communicated.objects.get(channel=seller.channel, level__isnull=False)
    assert (row.state, row.reason) == ("skipped", "stock_unknown")
    source.track(is_tracked=True)
    source.put(3)
    sync(source.channel, Run.Kind.COMPARE)
    sync(seller.channel)
    assert (held(), seller.store.available(SKU)) == ((3, 0, True), 3)
    verify()


def test_so_is_what_is_not_stocked_there_any_more(source: Shop) -> None:
    level = {"sku": SKU, "location": "Shop", "is_active": False}
    source.store.post("levels", levels=[level])
    sync(source.channel, Run.Kind.COMPARE)
    assert held() == (0, 0, False)


def test_and_what_is_not_communicated_with_the_source_any_more(
    source: Shop, product: Product
) -> None:
    onboarding.untick(source.channel, [product.pk])
    sync(source.channel, Run.Kind.COMPARE)
    assert held() == (0, 0, False)
    verify()


def test_more_sold_at_the_source_than_it_had_is_less_than_nothing(
    source: Shop, seller: Shop
) -> None:
    source.put(-2)
    sync(source.channel, Run.Kind.COMPARE)
    sync(seller.channel)
    assert (held(), seller.store.available(SKU)) == ((-2, 0, True), 0)


def test_a_source_that_is_told_nothing_is_matched_and_compared_by_the_clock(
    copy: Warehouse, product: Product, given: list[int]
) -> None:
    with rehearsing() as (store, sandbox):
        source = connect("Source", store, sandbox, is_stock_synced=False)
        source.put(8)
        mirroring.attach(source.place("Shop"), copy)
        onboarding.tick(source.channel, [product.pk])
        Listing.objects.update(eligible_at=timezone.now())
        schedule.compare()
        assert held() == (8, 0, True)
        source.put(9)
        schedule.compare()
        assert held() == (9, 0, True)
    assert Run.objects.filter(status=Run.Status.QUEUED).count() == 0


def test_a_new_source_is_read_as_soon_as_somebody_looks(
    copy: Warehouse, product: Product, given: list[int]
) -> None:
    with rehearsing() as (store, sandbox):
        source = connect("Source", store, sandbox)
        source.put(8)
        list_at_once(source.channel, product)
        mirroring.attach(source.place("Shop"), copy)
        runner.drain(source.channel.pk, Run.Trigger.CHANGE)
    assert held() == (8, 0, True)


def test_zeroing_leaves_a_source_alone(source: Shop, product: Product) -> None:
    Channel.objects.filter(pk=source.channel.pk).update(is_unmapped_zeroed=True)
    source.put(6, "Depot")
    due.create_levels(source.channel)
    due.by_stock([(product.pk, Warehouse.objects.get(code="copy").pk)])
    sync(source.channel)
    assert (source.store.available(SKU), source.store.available(SKU, "Depot")) == (10, 0)


def test_many_are_read_in_parts(source: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    products = [make_product(sku=f"CUP-{number}") for number in range(5)]
    source.store.add(*[product.sku for product in products], available=3)
    list_at_once(source.channel, *products)
    adapter = accounts.connect(source.channel)
    monkeypatch.setattr(type(adapter), "batch_size", 2)
    asked: list[int] = []
    read = type(adapter).read_levels

    def count(self: Adapter, refs: list[LevelRef]) -> dict[LevelRef, RemoteLevel]:
        asked.append(len(refs))
        return read(self, refs)

    monkeypatch.setattr(type(adapter), "read_levels", count)
    assert mirroring.refresh(source.channel, adapter) == 0
    assert asked == [2, 2, 2]
    copy = StockLevel.objects.filter(warehouse__code="copy")
    assert sorted(copy.values_list("on_hand", flat=True)) == [3, 3, 3, 3, 3, 10]


def test_what_is_detached_while_it_is_read_is_not_written(
    source: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.put(4)
    adapter = accounts.connect(source.channel)
    read = type(adapter).read_levels

    def detach(self: Adapter, refs: list[LevelRef]) -> dict[LevelRef, RemoteLevel]:
        mirroring.detach(source.place("Shop"))
        return read(self, refs)

    monkeypatch.setattr(type(adapter), "read_levels", detach)
    assert mirroring.refresh(source.channel, adapter) == 0
    assert held() == (0, 0, False)
    verify()


def test_our_own_count_after_it_ended_is_told_elsewhere(
    source: Shop, seller: Shop, product: Product, copy: Warehouse
) -> None:
    mirroring.detach(source.place("Shop"))
    sync(seller.channel)
    assert seller.store.available(SKU) == 10
    ledger.count(copy.pk, {product.pk: 2}, Cause())
    sync(source.channel, Run.Kind.COMPARE)
    sync(seller.channel)
    assert (held(), seller.store.available(SKU)) == ((2, 0, True), 2)


def test_a_location_that_was_fed_and_then_a_source_keeps_its_number_afterwards(
    source: Shop, product: Product
) -> None:
    """What it shows is the store's own by then: nobody zeroes it for having been ours once."""
    ours = make_warehouse(code="ours", name="Ours")
    mirror = make_warehouse(code="second", name="Second copy")
    ledger.receive(ours.pk, [(product.pk, 4)], Cause())
    depot = source.place("Depot")
    depot.warehouses.set([ours])
    due.by_channel(source.channel)
    sync(source.channel)
    depot.warehouses.clear()
    due.by_channel(source.channel)
    mirroring.attach(depot, mirror)
    source.put(40, "Depot")
    mirroring.detach(source.place("Depot"))
    ledger.receive(ours.pk, [(product.pk, 1)], Cause())
    for kind in (Run.Kind.DUE, Run.Kind.COMPARE, Run.Kind.HARD):
        sync(source.channel, kind)
    assert source.store.available(SKU, "Depot") == 40
