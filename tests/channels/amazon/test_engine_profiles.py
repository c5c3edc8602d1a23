"""Profiles at a seller: a number told once is sold down and left alone; one can be taken away."""

from __future__ import annotations

import pytest

from channels import selling
from channels.models import Communicated
from channels.rules import Mode, Unknown
from syncjobs.models import Run
from tests.channels.amazon import engine
from tests.channels.amazon.engine import Seller
from tests.factories import make_profile

pytestmark = pytest.mark.django_db(transaction=True)
seller = engine.seller


def test_a_custom_quantity_is_sold_down_there_and_left_alone(seller: Seller) -> None:
    selling.set_profile(seller.channel, make_profile(mode=Mode.CUSTOM, quantity=10))
    [mug] = seller.lists("MUG", units=4)
    seller.settle()
    assert seller.quantity("MUG") == 10

    seller.rehearsal.order(3)
    seller.passes(minutes=10)
    seller.run(Run.Kind.ORDERS)
    seller.receive(mug, 50)
    for _ in range(3):
        seller.settle()
        seller.run(Run.Kind.COMPARE)
    assert seller.quantity("MUG") == 7
    assert [told for told, _ in seller.statuses(mug)] == [10]

    listing = Communicated.objects.get(product=mug).listing
    selling.update_quantities(seller.channel, [listing.pk])
    assert Communicated.objects.get(product=mug).state == "pending_update"
    seller.run()
    seller.settle()
    assert (seller.quantity("MUG"), Communicated.objects.get(product=mug).state) == (10, "linked")


def test_stock_that_was_never_counted_takes_the_number_away(seller: Seller) -> None:
    selling.set_profile(seller.channel, make_profile(unknown=Unknown.NULL))
    [mug] = seller.lists("MUG", units=0, quantity=6)
    seller.settle()
    assert seller.quantity("MUG") is None
    assert seller.statuses(mug) == [(None, "observed")]

    seller.receive(mug, 3)
    seller.run()
    seller.settle()
    assert seller.quantity("MUG") == 3
