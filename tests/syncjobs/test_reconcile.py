"""What a store shows is compared with what it should show, and mended as the policy says."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from django.utils import timezone

from channels import accounts, publishing
from channels.contract import Code
from channels.models import (
    Channel,
    ListingLevel,
    Observation,
    Publication,
)
from channels.models.publication import Status
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from syncjobs import reconcile
from syncjobs.models import Finding, ProcessLog, Run
from syncjobs.reconcile import judging, subjects
from tests.store import Store, sync
from tests.syncjobs.drift import (
    Interrupted,
    compare,
    edit,
    list_ten,
    numbers,
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


def test_agreement_leaves_nothing_but_the_time_of_the_look(
    channel: Channel, listed: Product
) -> None:
    run = compare(channel)
    level = ListingLevel.objects.get()
    assert (run.total, run.unchanged, run.failed, run.skipped) == (1, 1, 0, 0)
    assert level.checked_at is not None
    assert not Finding.objects.exists()
    assert not level.is_due


def test_an_edit_at_the_channel_is_adopted_told_right_and_kept_as_mended(
    channel: Channel, store: Store, listed: Product
) -> None:
    edit(store, listed, available=7)
    run = compare(channel)
    finding = Finding.objects.get()
    assert (run.failed, finding.cause, numbers(finding)) == (1, Finding.Cause.EDIT, (7, 10, 10))
    assert "from 10 to 7" in finding.message
    assert "-3" in finding.message
    assert (finding.outcome, bool(finding.closed_by)) == (Finding.Outcome.MENDED, True)
    level, seen = ListingLevel.objects.get(), Observation.objects.latest("pk")
    assert (level.acknowledged, level.is_due) == (7, True)
    assert (seen.available, seen.believed, seen.is_read) == (7, 10, True)
    assert ProcessLog.objects.filter(code=Code.CHANGED_THERE, sku=listed.sku).count() == 1
    assert sync(channel).sent == 1
    assert store.available(listed.sku) == 10
    told = Publication.objects.latest("pk")
    assert (told.expected, told.quantity) == (7, 10)
    assert compare(channel).unchanged == 1


def test_a_channel_that_only_reports_is_left_as_it_is_and_the_finding_stays_open_once(
    reporting: Channel, store: Store, listed: Product
) -> None:
    edit(store, listed, available=7)
    compare(reporting)
    first = Finding.objects.get()
    edit(store, listed, available=6)
    compare(reporting)
    finding = Finding.objects.get()
    assert (finding.closed_at, numbers(finding)) == (None, (6, 10, 10))
    assert finding.opened_at == first.opened_at
    assert finding.seen_at > first.seen_at
    level = ListingLevel.objects.get()
    assert (level.acknowledged, level.is_due) == (10, False)
    assert ProcessLog.objects.filter(code=Code.CHANGED_THERE).count() == 1


def test_the_run_that_finds_an_edit_tells_the_right_number_itself(
    channel: Channel, store: Store, listed: Product
) -> None:
    edit(store, listed, available=7)
    run = sync(channel, Run.Kind.COMPARE)
    assert (run.status, run.failed, run.sent) == (Run.Status.FINISHED, 1, 1)
    assert store.available(listed.sku) == 10


def test_on_a_channel_that_is_told_by_hand_nothing_counts_as_mended_by_itself(
    channel: Channel, store: Store, listed: Product
) -> None:
    Channel.objects.update(is_updated_on_change=False)
    edit(store, listed, available=7)
    compare(channel)
    assert Finding.objects.get().closed_at is None
    assert not ListingLevel.objects.get().is_due


def test_a_difference_that_ends_by_itself_closes_its_finding(
    reporting: Channel, store: Store, listed: Product
) -> None:
    edit(store, listed, available=7)
    compare(reporting)
    edit(store, listed, available=10)
    compare(reporting)
    finding = Finding.objects.get()
    assert (finding.outcome, finding.closed_at is None) == (Finding.Outcome.GONE, False)


def test_a_sale_that_was_not_taken_in_is_imported_before_anything_is_judged(
    channel: Channel, store: Store, listed: Product
) -> None:
    sell(store, listed, 4)
    run = compare(channel)
    assert (run.unchanged, run.skipped, run.failed) == (1, 0, 0)
    assert not Finding.objects.exists()
    level = ListingLevel.objects.get()
    assert (level.acknowledged, store.available(listed.sku)) == (6, 6)


@pytest.mark.parametrize("sales", [1, 2])
def test_a_level_whose_number_moves_under_our_eyes_is_read_again_or_left(
    channel: Channel,
    store: Store,
    listed: Product,
    monkeypatch: pytest.MonkeyPatch,
    sales: int,
) -> None:
    adapter = accounts.connect(channel)
    reading = Interrupted(adapter, monkeypatch, *[lambda: sell(store, listed, 2)] * sales)
    run = compare(channel, adapter)
    assert reading.reads == 2
    assert (run.unchanged, run.skipped, run.failed) == ((1, 0, 0) if sales == 1 else (0, 1, 0))
    assert not Finding.objects.exists()
    assert compare(channel).unchanged == 1


def test_judging_by_what_was_believed_before_the_read_would_be_a_false_alarm(
    reporting: Channel, store: Store, listed: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        subjects.Subject, "knowledge", property(lambda _: None)
    )  # the guard, taken away
    adapter = accounts.connect(reporting)
    Interrupted(adapter, monkeypatch, lambda: sell(store, listed, 2))
    compare(reporting, adapter)
    assert Finding.objects.exists()


@pytest.mark.parametrize(("module", "step"), [(publishing, "decide"), (subjects, "again")])
def test_stock_that_moves_while_we_judge_is_no_fault_of_ours(
    channel: Channel,
    listed: Product,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    step: str,
) -> None:
    go_on = getattr(module, step)

    def moved(*given: Any) -> Any:
        ledger.receive(warehouse.pk, [(listed.pk, 5)], Cause())
        return go_on(*given)

    with monkeypatch.context() as patch:
        patch.setattr(module, step, moved)
        compare(channel)
    assert not Finding.objects.exists()


def test_a_belief_that_moves_after_the_judgement_is_not_overwritten(
    channel: Channel, store: Store, listed: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(store, listed, available=7)
    judge = judging.judge

    def meanwhile(*given: Any) -> Any:
        ListingLevel.objects.update(acknowledged=3, acknowledged_at=timezone.now())
        return judge(*given)

    monkeypatch.setattr(judging, "judge", meanwhile)
    compare(channel)
    assert ListingLevel.objects.get().acknowledged == 3
    assert not Finding.objects.exists()


def test_one_click_mends_whatever_the_policy_and_is_undone_by_no_stale_number(
    reporting: Channel, store: Store, listed: Product
) -> None:
    edit(store, listed, available=7)
    compare(reporting)
    edit(store, listed, available=5)  # changed again before the click
    assert reconcile.mend([Finding.objects.get().pk], "sam") == 1
    finding = Finding.objects.get()
    assert (finding.outcome, finding.closed_by) == (Finding.Outcome.MENDED, "sam")
    sync(reporting)
    assert store.available(listed.sku) == 10
    assert reconcile.mend([finding.pk], "sam") == 0
    assert compare(reporting).unchanged == 1


def test_a_click_does_not_overrule_what_was_learned_since(
    reporting: Channel, store: Store, listed: Product
) -> None:
    edit(store, listed, available=7)
    compare(reporting)
    ListingLevel.objects.update(acknowledged=9)
    reconcile.mend([Finding.objects.get().pk], "sam")
    level = ListingLevel.objects.get()
    assert (level.acknowledged, level.is_due) == (None, True)


def test_a_number_that_was_accepted_and_is_read_back_counts_as_seen(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    ledger.receive(warehouse.pk, [(listed.pk, 5)], Cause())
    sync(channel)
    assert set(Publication.objects.values_list("status", flat=True)) == {Status.ACCEPTED}
    compare(channel)
    *older, last = Publication.objects.order_by("pk")
    assert last.status == Status.OBSERVED
    assert {each.status for each in older} == {Status.ACCEPTED}


def test_a_number_that_was_changed_there_before_it_was_seen_never_counts_as_seen(
    channel: Channel, store: Store, listed: Product
) -> None:
    edit(store, listed, available=7)
    compare(channel)
    ListingLevel.objects.update(pushed_version=1_000)  # believed to be 7 now, and nothing is sent
    compare(channel)
    assert set(Publication.objects.values_list("status", flat=True)) == {Status.ACCEPTED}
