"""A run that would empty a channel waits for a person."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from channels import accounts, unmapped
from channels.models import Channel, ListingLevel
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from syncjobs import runner
from syncjobs.models import ProcessLog, Run
from syncjobs.runner import drain
from tests.factories import make_product, stock
from tests.pretend import person
from tests.store import Store, list_at_once, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def products(channel: Channel, store: Store, warehouse: Warehouse) -> list[Product]:
    """Twenty products, five units each, told to the store."""
    made = [make_product(sku=f"B-{number:02}") for number in range(20)]
    store.add(*[product.sku for product in made])
    for product in made:
        stock(product, warehouse, 5)
    list_at_once(channel, *made)
    return made


def empty(products: list[Product], warehouse: Warehouse) -> None:
    for product in products:
        ledger.adjust(warehouse.pk, [(product.pk, -5)], Cause(note="burnt"))


def shown(store: Store) -> list[int]:
    return [store.available(f"B-{number:02}") for number in range(20)]


def test_zeros_beyond_the_share_are_held_and_everything_else_goes_out(
    channel: Channel, store: Store, warehouse: Warehouse, products: list[Product]
) -> None:
    empty(products[:8], warehouse)
    ledger.receive(warehouse.pk, [(products[10].pk, 2)], Cause())
    run = sync(channel)
    assert (run.status, run.held, run.sent) == (Run.Status.PAUSED, 8, 1)
    assert shown(store) == [5] * 10 + [7] + [5] * 9
    assert run.preview is not None
    assert run.preview["zeros"] == 8
    assert "8 of 20 numbers on offer (40 %)" in run.preview["why"]
    assert ProcessLog.objects.filter(code="breaker").count() == 8


def test_a_share_that_is_allowed_goes_out(
    channel: Channel, store: Store, warehouse: Warehouse, products: list[Product]
) -> None:
    empty(products[:6], warehouse)
    assert sync(channel).status == Run.Status.FINISHED
    assert shown(store) == [0] * 6 + [5] * 14


def test_a_slow_leak_trips_it_like_a_flood(
    channel: Channel, store: Store, warehouse: Warehouse, products: list[Product]
) -> None:
    empty(products[:6], warehouse)
    sync(channel)
    empty(products[6:7], warehouse)
    run = sync(channel)
    assert (run.status, run.held) == (Run.Status.PAUSED, 1)


def test_one_question_is_asked_at_a_time_about_all_that_is_held(
    channel: Channel, store: Store, warehouse: Warehouse, products: list[Product]
) -> None:
    empty(products[:8], warehouse)
    first = sync(channel)
    assert not sync(channel).held
    empty(products[8:17], warehouse)
    second = sync(channel)
    first.refresh_from_db()
    assert (first.status, second.status, second.held) == (
        Run.Status.FINISHED,
        Run.Status.PAUSED,
        9,
    )
    assert second.preview is not None
    assert (second.preview["zeros"], len(second.preview["held"])) == (17, 17)
    assert shown(store) == [5] * 20


def test_nothing_but_what_was_shown_is_approved(
    channel: Channel, store: Store, warehouse: Warehouse, products: list[Product]
) -> None:
    empty(products[:8], warehouse)
    paused = sync(channel)
    empty(products[8:17], warehouse)
    runner.approve(paused.pk, "dana")
    drain(channel.pk, Run.Trigger.CHANGE)
    assert shown(store) == [0] * 8 + [5] * 12
    again = Run.objects.get(status=Run.Status.PAUSED)
    assert again.preview is not None
    assert len(again.preview["held"]) == 9


def test_what_was_approved_does_not_count_against_the_next(
    channel: Channel, store: Store, warehouse: Warehouse, products: list[Product]
) -> None:
    empty(products[:8], warehouse)
    runner.approve(sync(channel).pk, "dana")
    drain(channel.pk, Run.Trigger.CHANGE)
    empty(products[8:9], warehouse)
    assert sync(channel).status == Run.Status.FINISHED
    assert shown(store) == [0] * 9 + [5] * 11


def test_a_number_nobody_has_read_yet_is_no_zero(
    channel: Channel, store: Store, warehouse: Warehouse
) -> None:
    """A first sync of goods that are sold out on both sides asks nobody."""
    sold_out = [make_product(sku=f"OUT-{number}") for number in range(9)]
    store.add(*[product.sku for product in sold_out])
    for product in sold_out:
        ledger.open_stock(warehouse.pk, [(product.pk, 1)], Cause())
    for product in sold_out:
        ledger.adjust(warehouse.pk, [(product.pk, -1)], Cause(note="sold"))
    run = list_at_once(channel, *sold_out)
    assert (run.status, run.unchanged) == (Run.Status.FINISHED, 9)


def test_a_channel_that_allows_everything_never_waits(
    channel: Channel, store: Store, warehouse: Warehouse, products: list[Product]
) -> None:
    Channel.objects.update(breaker_share=100)
    empty(products, warehouse)
    assert sync(channel).status == Run.Status.FINISHED
    assert shown(store) == [0] * 20


def test_approved_zeros_are_told(
    channel: Channel, store: Store, warehouse: Warehouse, products: list[Product]
) -> None:
    empty(products, warehouse)
    paused = sync(channel)
    run = runner.approve(paused.pk, "dana")
    drain(channel.pk, Run.Trigger.CHANGE)
    run.refresh_from_db()
    assert (run.status, run.sent, run.approved_by) == (Run.Status.FINISHED, 20, "dana")
    assert shown(store) == [0] * 20
    with pytest.raises(runner.NotPaused):
        runner.approve(paused.pk, "dana")


def test_a_hard_sync_is_foreseen_as_a_whole(
    channel: Channel,
    store: Store,
    warehouse: Warehouse,
    products: list[Product],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not chunk by chunk: the first chunks would have gone out before the share was reached."""
    monkeypatch.setattr("syncjobs.pusher.CHUNK", 2)
    empty(products, warehouse)
    run = sync(channel, Run.Kind.HARD)
    assert (run.status, run.held) == (Run.Status.PAUSED, 20)
    assert shown(store) == [5] * 20
    runner.approve(run.pk, "dana")
    drain(channel.pk, Run.Trigger.CHANGE)
    assert shown(store) == [0] * 20


def test_a_comparison_beside_unmapped_places_empties_no_channel(
    channel: Channel, store: Store, warehouse: Warehouse, products: list[Product]
) -> None:
    store.post("locations", locations=[{"name": f"P{number}"} for number in range(3)])
    accounts.load_locations(channel, accounts.connect(channel))
    unmapped.switch(channel, is_zeroed=True)
    sync(channel)
    empty(products, warehouse)
    sync(channel, Run.Kind.COMPARE)
    assert shown(store) == [5] * 20


def test_a_person_approves_or_refuses_on_the_runs_page(
    channel: Channel, warehouse: Warehouse, products: list[Product], client: Client
) -> None:
    empty(products, warehouse)
    run = sync(channel)
    client.force_login(person("sender", group="Stock communicator"))
    page = reverse("admin:syncjobs_run_change", args=[run.pk])
    assert "Do you mean these zeros?" in client.get(page).content.decode()
    client.post(reverse("admin:syncjobs_run_decide", args=[run.pk, "refuse"]))
    run.refresh_from_db()
    assert (run.status, run.refused_by) == (Run.Status.FINISHED, "sender")
    ListingLevel.objects.update(retry_at=None)
    asked_again = sync(channel)
    client.post(reverse("admin:syncjobs_run_decide", args=[asked_again.pk, "approve"]))
    assert Run.objects.get(status=Run.Status.QUEUED).approved_by
    answer = client.post(
        reverse("admin:syncjobs_run_decide", args=[asked_again.pk, "approve"]), follow=True
    )
    assert "does not wait for approval any more" in answer.content.decode()


def test_only_who_may_send_may_approve(
    channel: Channel, warehouse: Warehouse, products: list[Product], client: Client
) -> None:
    empty(products, warehouse)
    run = sync(channel)
    client.force_login(person("csm", group="CSM"))
    page = client.get(reverse("admin:syncjobs_run_change", args=[run.pk])).content.decode()
    assert "Do you mean these zeros?" in page
    assert "Tell these zeros" not in page
    answer = client.post(reverse("admin:syncjobs_run_decide", args=[run.pk, "approve"]))
    assert answer.status_code == 403
