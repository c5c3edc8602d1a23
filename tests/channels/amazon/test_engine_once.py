"""A number that is told once is told until it was seen, and then never again."""

from __future__ import annotations

import pytest

from channels import selling
from channels.models import Communicated, Listing
from channels.rules import Mode
from inventory.models import Product
from syncjobs import claims, remote
from syncjobs.models import Run
from tests.channels.amazon import engine
from tests.channels.amazon.engine import Seller, at_five
from tests.factories import make_profile, say

pytestmark = pytest.mark.django_db(transaction=True)
seller = engine.seller


def tell_once(seller: Seller, quantity: int) -> None:
    selling.set_profile(seller.channel, make_profile(mode=Mode.CUSTOM, quantity=quantity))


def listing_of(product: Product) -> Listing:
    return Communicated.objects.get(product=product).listing


def test_a_number_told_once_that_was_never_applied_is_told_again(seller: Seller) -> None:
    tell_once(seller, 10)
    seller.rehearsal.shape("habits", {"is_submission_lost": True})
    [mug] = seller.lists("MUG", units=4)
    seller.passes(minutes=90)
    seller.rehearsal.shape("habits", {"is_submission_lost": False})
    for _ in range(4):
        seller.run()
        seller.passes(minutes=60)
        seller.run(Run.Kind.COMPARE)
    assert seller.told(mug) == [10, 10]
    assert seller.quantity("MUG") == 10


def test_a_number_that_was_never_applied_is_not_seen_because_of_a_sale(seller: Seller) -> None:
    tell_once(seller, 10)
    seller.rehearsal.shape("habits", {"is_submission_lost": True})
    [mug] = seller.lists("MUG", units=4, quantity=6)
    seller.passes(minutes=2)
    seller.rehearsal.order(1)
    seller.passes(minutes=5)
    seller.run(Run.Kind.ORDERS)
    seller.passes(minutes=5)
    seller.run()
    assert seller.quantity("MUG") == 5
    assert seller.told(mug)
    assert {status for _, status in seller.statuses(mug)} == {"accepted"}


@pytest.mark.usefixtures("in_bulk")
def test_a_number_asked_for_is_told_again_when_an_older_feed_overtakes_it(seller: Seller) -> None:
    products = at_five(seller, "MUG", "JUG")
    mug = products[0]
    listings = [listing_of(product).pk for product in products]
    profile = make_profile(mode=Mode.CUSTOM, quantity=20)
    selling.set_profile(seller.channel, profile)
    selling.update_quantities(seller.channel, listings)
    seller.rehearsal.shape("feeds", {"queue_seconds": 3600})
    seller.run()
    assert seller.statuses(mug)[-1] == (20, "sent")

    say(profile, Mode.CUSTOM, quantity=3)
    selling.update_quantities(seller.channel, listings)
    seller.run()
    assert seller.statuses(mug)[-1] == (3, "accepted")
    for _ in range(6):
        seller.settle()
        seller.run(Run.Kind.COMPARE)
    assert seller.quantity("MUG") == 3


def test_a_number_told_once_is_told_to_a_new_item_under_the_sku(seller: Seller) -> None:
    tell_once(seller, 10)
    [mug] = seller.lists("MUG", units=4)
    seller.settle()
    seller.settle()
    assert seller.quantity("MUG") == 10

    remote.unlink(claims.chosen(seller.channel, [mug.pk], 0, 1))  # deleted there, and listed anew
    seller.rehearsal.add("MUG", quantity=0)
    seller.run(Run.Kind.HARD, mug)
    for _ in range(3):
        seller.settle()
    assert listing_of(mug).state == Listing.State.LINKED
    assert seller.quantity("MUG") == 10


@pytest.mark.parametrize("is_executed", [True, False])
def test_what_was_asked_for_outlives_a_switch_a_refusal_and_a_lost_answer(
    seller: Seller, is_executed: bool
) -> None:
    tell_once(seller, 10)
    [mug] = seller.lists("MUG", units=4)
    seller.settle()
    seller.settle()
    seller.rehearsal.order(3)
    seller.passes(minutes=10)
    seller.run(Run.Kind.ORDERS)
    assert seller.quantity("MUG") == 7

    seller.channel.is_stock_synced = False
    seller.channel.save()
    selling.update_quantities(seller.channel, [listing_of(mug).pk])
    seller.channel.is_stock_synced = True
    seller.channel.save()
    seller.breaks("patchListingsItem", status=400, times=1)
    seller.run()
    seller.breaks("patchListingsItem", is_executed=is_executed)
    seller.passes(minutes=20)
    seller.run_and_fail()
    # Whether it came is seen by waiting: told over at once it could write over a sale.
    for _ in range(4):
        seller.settle()
    assert seller.quantity("MUG") == 10


def test_a_sale_before_the_number_is_confirmed_does_not_tell_it_again(seller: Seller) -> None:
    tell_once(seller, 10)
    [mug] = seller.lists("MUG", units=4)
    seller.passes(minutes=2)
    seller.rehearsal.order(3)
    seller.passes(minutes=5)
    seller.run(Run.Kind.ORDERS)
    for _ in range(3):
        seller.settle()
    assert seller.quantity("MUG") == 7
    assert seller.statuses(mug) == [(10, "observed")]
