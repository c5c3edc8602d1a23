"""Sales that Amazon does not list yet: no comparison and no sync by hand writes over them."""

from __future__ import annotations

import pytest

from inventory.models import Product
from syncjobs.models import Run
from tests.channels.amazon import engine
from tests.channels.amazon.engine import Seller

pytestmark = pytest.mark.django_db(transaction=True)
seller = engine.seller


@pytest.fixture
def mug(seller: Seller) -> Product:
    """It shows 10, confirmed half an hour ago."""
    [mug] = seller.lists("MUG", units=10)
    seller.settle()
    seller.settle()
    seller.passes(minutes=30)
    assert seller.statuses(mug) == [(10, "observed")]
    return mug


@pytest.mark.parametrize("kind", [Run.Kind.COMPARE, Run.Kind.HARD])
def test_nothing_writes_over_a_sale_that_is_not_listed_yet(
    seller: Seller, mug: Product, kind: Run.Kind
) -> None:
    seller.rehearsal.shape("habits", {"list_lag_seconds": 180})
    seller.rehearsal.order(10)
    seller.passes(minutes=1)
    seller.run(kind, *([mug] if kind is Run.Kind.HARD else []))
    seller.passes(minutes=1.5)
    assert seller.quantity("MUG") == 0


def test_the_comparison_does_not_mend_over_a_sale_since_orders_were_asked_for(
    seller: Seller, mug: Product
) -> None:
    seller.run(Run.Kind.ORDERS)
    seller.passes(minutes=0.2)
    seller.rehearsal.order(10)
    seller.run(Run.Kind.COMPARE)
    seller.passes(minutes=5)
    assert seller.quantity("MUG") == 0
    assert seller.told(mug) == [10]


def test_a_sync_by_hand_does_not_make_a_number_expire_that_shows(seller: Seller) -> None:
    [mug] = seller.lists("MUG", units=10)
    seller.settle()
    seller.receive(mug, 10)
    seller.run()
    seller.run(Run.Kind.HARD, mug)
    for _ in range(4):
        seller.settle()
    assert seller.quantity("MUG") == 20
    assert seller.statuses(mug) == [(10, "observed"), (20, "observed")]
