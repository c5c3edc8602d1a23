"""Feeds that are lost, failed, unreadable or another tool's: what fell is told all the same."""

from __future__ import annotations

import pytest

from channels.contract import Adapter, Answer, Code, Mode, Outcome
from channels.models import Batch
from channels.models.publication import Status
from channels.registry import get
from inventory.models import Product
from syncjobs.models import Run
from tests.channels.amazon import engine, feeding
from tests.channels.amazon.engine import KIND, Seller, at_five

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_bulk")]
seller = engine.seller


@pytest.fixture
def mug(seller: Seller) -> Product:
    """It and JUG show 5 and are about to be told 10, by a feed."""
    mug, jug = at_five(seller, "MUG", "JUG")
    seller.receive(mug, 5)
    seller.receive(jug, 5)
    return mug


def has_feed(status: Status) -> bool:
    return Batch.objects.filter(mode=Mode.BULK).latest("pk").status == status


def test_a_lost_feed_that_can_not_be_looked_for_does_not_hold_zeros_back(
    seller: Seller, mug: Product
) -> None:
    seller.breaks("createFeed", is_executed=True)
    seller.run_and_fail()
    assert has_feed(Status.SENT)
    seller.breaks("getFeeds", status=503)
    seller.ship(mug, 10)
    for _ in range(6):
        seller.passes(minutes=60)
        seller.run()
    assert {(0, "accepted"), (0, "observed")} & set(seller.statuses(mug))


def test_a_feeds_report_that_can_not_be_read_does_not_hold_zeros_back(
    seller: Seller, mug: Product
) -> None:
    seller.run()
    seller.breaks("getFeedDocument", status=429)
    seller.passes(minutes=30)
    seller.ship(mug, 10)
    for _ in range(5):  # as it is tried over, each minute
        seller.run()
        seller.passes(minutes=1.01)
    assert has_feed(Status.SENT)
    assert 0 in seller.told(mug)


def test_what_fell_does_not_rest_when_its_feed_failed(seller: Seller, mug: Product) -> None:
    seller.rehearsal.shape("feeds", {"next": "fatal"})
    seller.run()
    seller.passes(minutes=20)
    seller.ship(mug, 10)
    assert seller.level(mug).is_falling
    seller.run()
    seller.run()
    assert has_feed(Status.REJECTED)
    assert 0 in seller.told(mug)


def test_what_fell_does_not_rest_when_its_line_of_a_feed_is_refused(
    seller: Seller, mug: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller.run()
    no = Answer(Outcome.REJECTED, Code.QUANTITY_REFUSED, "no")

    def ask(_self: Adapter, _handle: str) -> list[Answer]:
        return [no, no]

    monkeypatch.setattr(get(KIND), "ask", ask)
    seller.passes(minutes=20)
    seller.ship(mug, 10)
    seller.run()
    seller.run()
    assert has_feed(Status.REJECTED)
    assert 0 in seller.told(mug)


def test_another_tools_feed_is_not_taken_for_a_lost_one(seller: Seller, mug: Product) -> None:
    for sku in ("PEN", "CAP"):
        seller.rehearsal.add(sku)
    seller.rehearsal.shape("feeds", {"queue_seconds": 1800})
    seller.breaks("createFeed", is_executed=True)
    seller.run_and_fail()  # ours lives, and tells 10 and 10
    seller.passes(minutes=1)
    seller.rehearsal.renew()
    theirs = feeding.quantities(seller.rehearsal, PEN=1, CAP=1)  # as many lines as ours
    feeding.submit(seller.rehearsal, theirs)
    seller.run()  # looks for it
    assert has_feed(Status.EXPIRED), "two may be it: neither is taken for it"

    seller.ship(mug, 7)  # 3 left
    seller.run()
    for _ in range(3):
        seller.settle()
        seller.run(Run.Kind.COMPARE)
    seller.settle()
    assert seller.quantity("MUG") == 3
