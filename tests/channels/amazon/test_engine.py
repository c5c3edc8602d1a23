"""From a movement here to what Amazon shows, minutes to hours later: each story to its end."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from channels.contract import Code
from channels.models import Batch, ChannelOrder, Communicated, Publication
from channels.models.publication import Status
from inventory.models import Product, StockLevel
from syncjobs.models import ProcessLog, Run
from tests.channels.amazon import engine
from tests.channels.amazon.engine import Seller, at_five

pytestmark = pytest.mark.django_db(transaction=True)
seller = engine.seller


def state_of(product: Product) -> str:
    return Communicated.objects.get(product=product).state


def nothing_is_wrong(seller: Seller) -> None:
    assert not Publication.objects.filter(status__in=[Status.QUEUED, Status.SENT]).exists()
    assert seller.rehearsal.counter("fba_conversions") == 0
    call_command("verify_ledger", verbosity=0)
    call_command("verify_orders", verbosity=0)


def test_accepted_is_not_shown_and_both_are_visible(seller: Seller) -> None:
    [mug] = seller.lists("MUG", units=7)

    assert (seller.quantity("MUG"), state_of(mug)) == (0, "unconfirmed")
    assert seller.statuses(mug) == [(7, "accepted")]
    level = seller.level(mug)
    assert (level.told, level.acknowledged, level.is_due) == (7, 7, False)

    seller.settle()

    assert (seller.quantity("MUG"), state_of(mug)) == (7, "linked")
    assert seller.statuses(mug) == [(7, "observed")]
    assert seller.level(mug).told_at is None
    nothing_is_wrong(seller)


def test_zero_makes_the_listing_inactive_and_more_makes_it_active(seller: Seller) -> None:
    [mug] = seller.lists("MUG", units=2)
    seller.settle()
    assert seller.level(mug).is_buyable is True

    seller.ship(mug, 2)
    seller.run()
    seller.settle()
    assert (seller.quantity("MUG"), seller.level(mug).is_buyable) == (0, False)
    assert state_of(mug) == "out_of_stock"

    seller.receive(mug, 5)
    seller.run()
    seller.settle()
    assert (seller.quantity("MUG"), seller.level(mug).is_buyable) == (5, True)


def test_less_is_told_at_once_and_more_waits_for_the_number_before(seller: Seller) -> None:
    [mug] = seller.lists("MUG", units=7)
    seller.receive(mug, 3)
    seller.run()
    assert seller.statuses(mug) == [(7, "accepted")]
    assert seller.level(mug).is_due

    seller.ship(mug, 6)
    seller.run()
    assert seller.statuses(mug) == [(7, "accepted"), (4, "accepted")]

    seller.receive(mug, 1)
    seller.settle()
    seller.settle()
    assert seller.quantity("MUG") == 5
    assert seller.statuses(mug) == [(7, "accepted"), (4, "observed"), (5, "observed")]
    nothing_is_wrong(seller)


def test_a_sale_while_a_number_is_on_its_way_is_not_sold_twice(seller: Seller) -> None:
    [mug] = seller.lists("MUG", units=7)
    seller.settle()
    seller.receive(mug, 3)
    seller.run()
    order = seller.rehearsal.order(2)
    seller.passes(minutes=20)
    seller.run(Run.Kind.ORDERS)
    assert ChannelOrder.objects.get(external_id=order).order is not None
    seller.settle()
    seller.settle()

    assert seller.quantity("MUG") == 8
    assert StockLevel.objects.get(product=mug).available == 8
    assert seller.rehearsal.counter("oversold") == 0
    nothing_is_wrong(seller)


def test_what_amazon_ships_is_never_told_a_number(seller: Seller) -> None:
    [mug] = seller.lists("FBA-1", units=5, is_fba=True)
    seller.settle()

    assert seller.statuses(mug) == []
    assert state_of(mug) == "error"
    assert seller.level(mug).reason == Code.ITEM_NOT_WRITABLE
    log = ProcessLog.objects.filter(code=Code.ITEM_NOT_WRITABLE, sku="FBA-1").first()
    assert log is not None
    nothing_is_wrong(seller)


def test_a_listing_that_amazon_took_over_is_not_taken_back(seller: Seller) -> None:
    [mug] = seller.lists("MUG", units=5)
    seller.settle()
    seller.rehearsal.add("MUG", is_fba=True)
    seller.receive(mug, 4)
    seller.run()

    assert seller.level(mug).reason == Code.ITEM_NOT_WRITABLE
    assert seller.statuses(mug)[-1] == (9, "rejected")
    nothing_is_wrong(seller)


@pytest.mark.parametrize("sku", ["A/B C#1", "50%|off", "one,two", "ä ö"])
def test_an_odd_sku_is_told_like_any_other(seller: Seller, sku: str) -> None:
    [odd] = seller.lists(sku, units=6)
    seller.settle()
    assert seller.quantity(sku) == 6
    seller.ship(odd, 1)
    seller.run()
    seller.settle()
    assert (seller.quantity(sku), state_of(odd)) == (5, "linked")


@pytest.mark.usefixtures("in_bulk")
def test_a_large_run_goes_as_a_feed_but_for_what_must_not_wait(seller: Seller) -> None:
    mug, jug, tea = at_five(seller, "MUG", "JUG", "TEA")
    for product in (mug, jug):
        seller.receive(product, 5)
    seller.ship(tea, 5)
    seller.run()

    modes = list(Batch.objects.order_by("pk").values_list("mode", "status"))
    assert modes[3:] == [("delta", "accepted"), ("bulk", "sent")]
    assert seller.statuses(tea)[-1] == (0, "accepted")
    assert seller.statuses(mug)[-1] == (10, "sent")
    assert state_of(mug) == "unconfirmed"

    seller.settle()
    seller.settle()
    assert [seller.quantity(sku) for sku in ("MUG", "JUG", "TEA")] == [10, 10, 0]
    assert seller.statuses(mug)[-1] == (10, "observed")
    nothing_is_wrong(seller)


@pytest.mark.usefixtures("in_bulk")
def test_a_patch_that_an_older_feed_overtakes_is_told_again(seller: Seller) -> None:
    mug, jug = at_five(seller, "MUG", "JUG")
    seller.rehearsal.shape("feeds", {"queue_seconds": 3600})
    seller.receive(mug, 15)
    seller.receive(jug, 15)
    seller.run()
    seller.ship(mug, 17)
    seller.run()
    seller.passes(minutes=5)
    assert seller.quantity("MUG") == 3, "what fell does not wait for the feed"

    seller.passes(minutes=60)
    assert seller.quantity("MUG") == 20, "the older feed came after it"
    seller.run()
    seller.settle()

    assert (seller.quantity("MUG"), seller.quantity("JUG")) == (3, 20)
    assert [told for told, _ in seller.statuses(mug)[-3:]] == [20, 3, 3]
    seller.settle()
    nothing_is_wrong(seller)


@pytest.mark.usefixtures("in_bulk")
def test_a_feed_stuck_for_hours_is_given_up_and_told_over(seller: Seller) -> None:
    mug, jug = at_five(seller, "MUG", "JUG")
    seller.rehearsal.shape("feeds", {"next": "stuck"})
    seller.receive(mug, 5)
    seller.receive(jug, 5)
    seller.run()
    seller.passes(minutes=120)
    seller.run(Run.Kind.COMPARE)
    finding = seller.channel.findings.filter(level=seller.level(mug)).get()
    assert finding.cause == "not_applied"
    assert state_of(mug) == "unconfirmed"

    seller.passes(minutes=5 * 60)
    seller.run()
    assert seller.statuses(mug)[1] == (10, "expired")
    seller.settle()
    seller.settle()

    assert (seller.quantity("MUG"), seller.quantity("JUG")) == (10, 10)
    seller.run(Run.Kind.COMPARE)
    assert not seller.channel.findings.filter(closed_at=None).exists()
    nothing_is_wrong(seller)


@pytest.mark.usefixtures("in_bulk")
def test_a_sale_during_a_feed_is_told_when_the_feed_is_through(seller: Seller) -> None:
    mug, jug = at_five(seller, "MUG", "JUG")
    seller.receive(mug, 5)
    seller.receive(jug, 5)
    seller.run()
    seller.rehearsal.order(2, "MUG")
    seller.passes(minutes=10)
    seller.run(Run.Kind.ORDERS)
    seller.settle()
    seller.settle()
    seller.settle()

    assert (seller.quantity("MUG"), seller.quantity("JUG")) == (8, 10)
    assert seller.rehearsal.counter("oversold") == 0
    nothing_is_wrong(seller)


@pytest.mark.usefixtures("in_bulk")
def test_a_feed_whose_answer_was_lost_is_found_again(seller: Seller) -> None:
    mug, jug = at_five(seller, "MUG", "JUG")
    seller.receive(mug, 5)
    seller.receive(jug, 5)
    seller.rehearsal.shape(
        "faults", {"kind": "cut", "operation": "createFeed", "is_executed": True}
    )
    seller.run_and_fail()
    assert Batch.objects.order_by("pk").reverse()[0].handle == ""

    seller.settle()
    seller.settle()
    assert (seller.quantity("MUG"), seller.quantity("JUG")) == (10, 10)
    assert len(seller.rehearsal.read("feeds")["feeds"]) == 1
    nothing_is_wrong(seller)


@pytest.mark.parametrize("is_executed", [True, False])
def test_an_unknown_outcome_is_told_over_with_the_number_of_that_moment(
    seller: Seller, is_executed: bool
) -> None:
    [mug] = seller.lists("MUG", units=7)
    seller.settle()
    seller.rehearsal.shape(
        "faults", {"kind": "cut", "operation": "patchListingsItem", "is_executed": is_executed}
    )
    seller.receive(mug, 3)
    seller.run_and_fail()
    seller.ship(mug, 5)
    seller.settle()
    seller.settle()

    assert seller.quantity("MUG") == 5
    assert seller.statuses(mug)[1:] == [(10, "expired"), (5, "observed")]
    nothing_is_wrong(seller)


def test_a_number_that_never_shows_is_given_up_and_told_again(seller: Seller) -> None:
    [mug] = seller.lists("MUG", units=7)
    seller.settle()
    seller.rehearsal.shape("habits", {"is_submission_lost": True})
    seller.receive(mug, 3)
    seller.run()
    seller.passes(minutes=90)
    seller.rehearsal.shape("habits", {"is_submission_lost": False})
    seller.run()
    assert seller.statuses(mug)[1] == (10, "expired")
    assert ProcessLog.objects.filter(code=Code.NOT_APPLIED, sku="MUG").exists()
    seller.settle()

    assert seller.quantity("MUG") == 10
    nothing_is_wrong(seller)
