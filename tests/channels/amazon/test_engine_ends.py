"""Runs end, what is gone is left alone, and a flood of zeros waits for a person every time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from channels import selling
from channels.models import Channel, Communicated, Listing, ListingLevel
from channels.rules import Mode
from inventory.models import Product
from syncjobs import acknowledgements, breaker, claims, pusher, remote, runner
from syncjobs.claims import Claim
from syncjobs.models import Run
from tests.channels.amazon import engine
from tests.channels.amazon.engine import Seller, at_five
from tests.factories import make_profile

pytestmark = pytest.mark.django_db(transaction=True)
seller = engine.seller


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many levels each look for due ones found. Who waits may be asked again at once: a minute
    is over before a large enough run is."""
    monkeypatch.setattr(acknowledgements, "CONFIRM_REST", timedelta(0))
    real, found = claims.due, []

    def due(channel: Channel, limit: int, moment: datetime | None = None) -> list[Claim]:
        levels = real(channel, limit, moment)
        found.append(len(levels))
        assert len(found) <= 10, "this run never ends"
        return levels

    monkeypatch.setattr(claims, "due", due)
    return found


def test_a_run_over_increases_that_wait_for_the_number_before_ends(
    seller: Seller, rounds: list[int]
) -> None:
    products = seller.lists("MUG", "JUG", units=5)
    for product in products:
        seller.receive(product, 5)
    rounds.clear()
    assert seller.run().status == Run.Status.FINISHED
    assert rounds == [2, 0]
    assert all(seller.level(product).is_due for product in products)


@pytest.mark.usefixtures("in_bulk")
def test_a_run_over_increases_that_wait_for_a_feed_ends(seller: Seller, rounds: list[int]) -> None:
    mug, jug, *others = at_five(seller, "MUG", "JUG", "TEA", "PEN")
    for product in (mug, jug):
        seller.receive(product, 5)
    seller.run()
    assert seller.statuses(mug)[-1] == (10, "sent")
    for product in others:
        seller.receive(product, 5)
    rounds.clear()
    assert seller.run().status == Run.Status.FINISHED
    assert rounds == [2, 0]
    assert all(seller.level(product).is_due for product in others)


def test_what_is_unlinked_does_not_stay_unconfirmed(seller: Seller) -> None:
    [mug] = seller.lists("MUG", units=10)
    assert seller.level(mug).told_at is not None
    remote.unlink(claims.chosen(seller.channel, [mug.pk], 0, 1))
    for _ in range(5):
        seller.passes(minutes=60)
        seller.run()
        seller.run(Run.Kind.COMPARE)
    assert seller.level(mug).told_at is None


@pytest.mark.usefixtures("in_bulk")
def test_a_feed_is_confirmed_although_one_of_its_levels_was_deleted(seller: Seller) -> None:
    mug, jug = at_five(seller, "MUG", "JUG")
    seller.receive(mug, 5)
    seller.receive(jug, 5)
    seller.run()
    assert seller.statuses(jug)[-1] == (10, "sent")
    seller.level(mug).listing.delete()
    for _ in range(3):
        seller.passes(minutes=30)
        seller.run()
    assert seller.statuses(jug)[-1] == (10, "observed")


def test_a_channel_that_is_told_by_hand_is_confirmed_and_told_more(seller: Seller) -> None:
    seller.channel.is_updated_on_change = False
    seller.channel.save()
    [mug] = seller.lists("MUG", units=7)
    for _ in range(4):
        seller.passes(minutes=60)
        seller.run(Run.Kind.ORDERS)
        seller.run(Run.Kind.COMPARE)
    assert seller.quantity("MUG") == 7
    assert Communicated.objects.get(product=mug).state == Listing.State.LINKED

    seller.receive(mug, 3)
    for _ in range(3):
        seller.run(Run.Kind.BULK, mug)
        seller.passes(minutes=60)
    assert seller.quantity("MUG") == 10


def guarded(seller: Seller, number: int) -> list[Product]:
    """Products that show 10 each, at a channel of which 30 % may turn to 0."""
    products = seller.lists(*[f"S{each:03}" for each in range(number)], units=10)
    assert ListingLevel.objects.update(told=None, told_at=None, acknowledged=10) == number
    seller.channel.breaker_share = 30
    seller.channel.save()
    return products


def zeroed() -> int:
    return ListingLevel.objects.filter(acknowledged=0).count()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few are told before the next look that a part alone is no flood."""
    monkeypatch.setattr(pusher, "CALLS", 2)


@pytest.mark.usefixtures("small_parts")
def test_a_profile_that_zeroes_everything_waits_for_a_person(seller: Seller) -> None:
    guarded(seller, 12)
    profile = make_profile(mode=Mode.NOT_MORE_THAN, quantity=0)
    selling.set_profile(seller.channel, profile)
    run = seller.run()
    assert (zeroed(), run.status, run.held) == (0, Run.Status.PAUSED, 12)


@pytest.mark.usefixtures("small_parts")
def test_zeros_approved_before_do_not_hide_a_profile_that_zeroes_the_rest(seller: Seller) -> None:
    products = guarded(seller, 20)
    for product in products[:10]:
        seller.ship(product, 10)
    run = seller.run()
    assert (zeroed(), run.status) == (0, Run.Status.PAUSED)
    runner.execute(runner.approve(run.pk, "me"))
    assert zeroed() == 10

    selling.set_profile(seller.channel, make_profile(buffer=100))
    run = seller.run()
    assert (zeroed(), run.status, run.held) == (10, Run.Status.PAUSED, 10)


def test_what_came_back_while_the_breaker_judged_is_not_held(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = guarded(seller, 8)
    for product in products:
        seller.ship(product, 10)
    real = breaker.Guard.admits

    def admits(self: breaker.Guard, zeros: int) -> bool:
        is_admitted = real(self, zeros)
        if seller.level(products[0]).retry_at is None:
            seller.receive(products[0], 4)  # to be told 4: fewer, and no zero
        return is_admitted

    monkeypatch.setattr(breaker.Guard, "admits", admits)
    seller.run()
    seller.run()
    assert 4 in seller.told(products[0])
    assert zeroed() == 0
