"""Each difference between a store and us has its one cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from django.utils import timezone

from channels import accounts, onboarding
from channels.contract import Answer, Code, LevelRef, Outcome, RemoteLevel
from channels.models import (
    Channel,
    ChannelOrder,
    Listing,
    ListingLevel,
    Location,
)
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from syncjobs import importing, reconcile
from syncjobs.models import Finding
from tests.store import Store, sync
from tests.syncjobs.drift import (
    HOUR,
    age,
    compare,
    edit,
    list_ten,
    numbers,
    park,
    report_only,
    sell,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    return list_ten(channel, store, product, warehouse)


@pytest.fixture
def reporting(channel: Channel, listed: Product) -> Channel:
    return report_only(channel)


def test_tracking_switched_off_there_is_an_edit_that_the_next_push_undoes(
    channel: Channel, listed: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = accounts.connect(channel)
    real = adapter.read_levels

    def untracked(refs: Sequence[LevelRef]) -> dict[LevelRef, RemoteLevel]:
        return {
            ref: RemoteLevel(ref, None, None, None, level.is_active, is_tracked=False)
            for ref, level in real(refs).items()
        }

    monkeypatch.setattr(adapter, "read_levels", untracked)
    compare(channel, adapter)
    finding = Finding.objects.get()
    assert (finding.cause, finding.shown) == (Finding.Cause.EDIT, None)
    assert "not tracked" in finding.message
    level = ListingLevel.objects.get()
    assert (level.acknowledged, level.is_due) == (None, True)


def test_without_that_import_the_same_sale_is_an_order_and_never_told_over(
    channel: Channel, store: Store, listed: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "take_if_allowed", lambda *_, **__: None)
    sell(store, listed, 4)
    compare(channel)
    finding = Finding.objects.get()
    assert (finding.cause, numbers(finding)) == (Finding.Cause.ORDER, (6, 10, 10))
    assert (finding.committed_there, finding.committed_here) == (4, 0)
    assert "4 are on orders there" in finding.message
    level = ListingLevel.objects.get()
    assert (finding.closed_at, level.acknowledged, level.is_due) == (None, 10, False)
    assert reconcile.mend([finding.pk], "sam") == 0
    monkeypatch.undo()
    compare(channel)
    assert Finding.objects.get().outcome == Finding.Outcome.GONE
    assert store.available(listed.sku) == 6


def test_an_order_that_is_parked_explains_the_units_that_are_missing(
    channel: Channel, store: Store, listed: Product
) -> None:
    park(channel, f"4 of {listed.sku} left there.")
    edit(store, listed, available=6)
    compare(channel)
    finding = Finding.objects.get()
    assert (finding.cause, finding.closed_at) == (Finding.Cause.ORDER, None)
    assert "#77" in finding.message
    assert not ListingLevel.objects.get().is_due


def test_an_order_that_waits_for_another_item_is_no_drift_of_this_one(
    channel: Channel, store: Store, listed: Product
) -> None:
    store.add("UNKNOWN", available=5)
    lines = [{"sku": listed.sku, "quantity": 4}, {"sku": "UNKNOWN", "quantity": 1}]
    store.post("orders", lines=lines)
    compare(channel)
    assert ChannelOrder.objects.get().reason == Code.NOT_MATCHED
    assert not Finding.objects.exists()
    sync(channel)
    assert store.available(listed.sku) == 6


def test_a_parked_order_that_was_counted_since_excuses_no_later_edit(
    channel: Channel, store: Store, listed: Product
) -> None:
    park(channel, f"4 of {listed.sku} left there.", heard_at=timezone.now() - 2 * HOUR)
    edit(store, listed, available=6)
    compare(channel)
    assert Finding.objects.get().cause == Finding.Cause.EDIT


def test_an_order_on_a_product_with_a_similar_sku_is_no_excuse(
    channel: Channel, store: Store, listed: Product
) -> None:
    park(channel, f"4 of {listed.sku}0 left there.")
    edit(store, listed, available=6)
    compare(channel)
    assert Finding.objects.get().cause == Finding.Cause.EDIT


def test_a_refused_write_is_reported_with_its_reason(
    channel: Channel,
    listed: Product,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    adapter = accounts.connect(channel)
    refusal = Answer(Outcome.REJECTED, Code.ITEM_NOT_WRITABLE, "It is a bundle")
    monkeypatch.setattr(type(adapter), "send", lambda *_: [refusal])
    ledger.receive(warehouse.pk, [(listed.pk, 5)], Cause())
    sync(channel)
    compare(channel)
    finding = Finding.objects.get()
    assert (finding.cause, numbers(finding)) == (Finding.Cause.REJECTED, (10, 10, 15))
    assert "It is a bundle" in finding.message
    assert "Sync a bundle's components" in finding.message
    assert finding.closed_at is None  # the pusher tries again by itself
    monkeypatch.undo()
    assert reconcile.mend([finding.pk], "sam") == 1
    assert sync(channel).sent == 1


def test_a_change_is_pending_only_when_it_waits_longer_than_a_comparison(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    ledger.receive(warehouse.pk, [(listed.pk, 5)], Cause())
    assert compare(channel).skipped == 1
    assert not Finding.objects.exists()
    age()
    compare(channel)
    finding = Finding.objects.get()
    assert (finding.cause, numbers(finding)) == (Finding.Cause.PENDING, (10, 10, 15))
    assert finding.closed_at is None
    sync(channel)
    compare(channel)
    assert Finding.objects.get().outcome == Finding.Outcome.GONE


def test_nothing_is_pending_on_a_channel_that_is_told_by_hand(
    channel: Channel, listed: Product, warehouse: Warehouse
) -> None:
    Channel.objects.update(is_updated_on_change=False)
    ledger.receive(warehouse.pk, [(listed.pk, 5)], Cause())
    age()
    assert compare(channel).skipped == 1
    assert not Finding.objects.exists()


def test_a_difference_that_nobody_marked_is_a_fault_of_ours_and_mended(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    ledger.receive(warehouse.pk, [(listed.pk, 5)], Cause())
    ListingLevel.objects.update(pushed_version=1_000, stale_version=1_000)  # the mark is lost
    compare(channel)
    finding = Finding.objects.get()
    assert (finding.cause, numbers(finding)) == (Finding.Cause.UNEXPLAINED, (10, 10, 15))
    assert finding.outcome == Finding.Outcome.MENDED
    assert sync(channel).sent == 1
    assert store.available(listed.sku) == 15


def test_an_item_that_is_gone_there_is_not_mapped(channel: Channel, listed: Product) -> None:
    Listing.objects.update(item_id="gid://shopify/InventoryItem/999999")
    compare(channel)
    finding = Finding.objects.get()
    assert (finding.cause, finding.shown, finding.believed) == (Finding.Cause.NOT_MAPPED, None, 10)
    assert "gone at the channel" in finding.message
    assert reconcile.mend([finding.pk], "sam") == 0
    assert Listing.objects.get().state == Listing.State.LINKED


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda: Location.objects.update(is_active=False), "switched off at the channel"),
        (
            lambda: Listing.objects.update(state="error", reason=Code.ITEM_MISSING, item_id=""),
            "no longer linked",
        ),
    ],
)
def test_what_leads_nowhere_is_not_mapped_until_it_leads_somewhere(
    channel: Channel, listed: Product, break_it: Callable[[], object], words: str
) -> None:
    item_id = Listing.objects.get().item_id
    break_it()
    compare(channel)
    finding = Finding.objects.get()
    assert finding.cause == Finding.Cause.NOT_MAPPED
    assert words in finding.message
    Location.objects.update(is_active=True)
    Listing.objects.update(state="linked", reason="", item_id=item_id)
    compare(channel)
    assert Finding.objects.get().outcome == Finding.Outcome.GONE


def test_a_level_that_was_switched_off_there_is_not_mapped(
    channel: Channel, store: Store, listed: Product
) -> None:
    edit(store, listed, "Depot", available=0)
    edit(store, listed, is_active=False)
    compare(channel)
    finding = Finding.objects.get()
    assert finding.cause == Finding.Cause.NOT_MAPPED
    assert (
        "is not stocked at Shop any more, or the channel ships it from stock of its own."
        in finding.message
    )


def test_a_location_that_nothing_feeds_any_more_and_still_offers_units_is_not_mapped(
    channel: Channel, store: Store, listed: Product
) -> None:
    Location.objects.get(name="Shop").warehouses.clear()
    compare(channel)
    finding = Finding.objects.get()
    assert finding.cause == Finding.Cause.NOT_MAPPED
    assert "still offers 10" in finding.message
    edit(store, listed, available=0)
    compare(channel)
    assert Finding.objects.get().outcome == Finding.Outcome.GONE


def test_a_product_that_is_not_communicated_any_more_leaves_no_finding_open(
    reporting: Channel, store: Store, listed: Product
) -> None:
    edit(store, listed, available=7)
    compare(reporting)
    onboarding.untick(reporting, [listed.pk])
    assert compare(reporting).total == 0
    assert Finding.objects.get().outcome == Finding.Outcome.GONE
