"""What fell waits for nothing: no feed, no question, no refusal of the number before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from channels.contract import Adapter, Answer, Code, Outcome, Submitted
from channels.models import Channel
from channels.registry import get
from syncjobs import claims, pusher
from syncjobs.claims import Claim
from syncjobs.models import Run
from tests.channels.amazon import engine
from tests.channels.amazon.engine import KIND, Seller, at_five

pytestmark = pytest.mark.django_db(transaction=True)
seller = engine.seller


@pytest.mark.usefixtures("in_bulk")
def test_a_fall_below_a_feeds_number_does_not_wait_behind_the_feed(seller: Seller) -> None:
    mug, jug = at_five(seller, "MUG", "JUG")
    seller.rehearsal.shape("feeds", {"queue_seconds": 60, "processing_seconds": 36000})
    seller.receive(mug, 15)
    seller.receive(jug, 15)
    seller.run()
    assert seller.statuses(mug)[-1] == (20, "sent")

    seller.ship(mug, 3)  # 17 left; the feed tells, and may already have applied, 20
    for _ in range(10):
        seller.passes(minutes=10)
        seller.run()
    assert {(17, "accepted"), (17, "observed")} & set(seller.statuses(mug))


def test_a_fall_does_not_wait_for_a_number_that_a_sync_by_hand_found_unconfirmed(
    seller: Seller,
) -> None:
    [mug] = seller.lists("MUG", units=10)
    seller.settle()
    seller.receive(mug, 10)
    seller.run()  # 20 accepted, not applied yet
    seller.run(Run.Kind.HARD, mug)  # reads the 10 from before
    seller.ship(mug, 5)
    seller.run()
    seller.passes(minutes=30)
    seller.run()
    assert 15 in seller.told(mug)
    assert seller.quantity("MUG") == 15


@pytest.mark.usefixtures("in_bulk")
def test_a_feed_is_not_sent_over_a_newer_zero_of_the_same_run(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pusher, "CALLS", 1)
    mug, jug = at_five(seller, "MUG", "JUG")
    seller.receive(mug, 15)
    seller.receive(jug, 15)
    real, looks = claims.falling, []

    def falling(channel: Channel, limit: int) -> list[Claim]:
        looks.append(limit)
        if len(looks) == 2:  # MUG is kept for the feed by now
            seller.ship(mug, 20)
        return real(channel, limit)

    monkeypatch.setattr(claims, "falling", falling)
    seller.run()
    assert seller.told(mug)[1] == 0
    seller.passes(minutes=20)
    assert seller.quantity("MUG") == 0


def test_a_fall_during_a_call_that_is_refused_does_not_rest(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    [mug] = seller.lists("MUG", units=10)
    seller.settle()
    seller.receive(mug, 10)
    real = get(KIND).send
    refused: list[str] = []

    def send(self: Adapter, payload: dict[str, Any], key: str) -> Sequence[Answer] | Submitted:
        if refused:
            return real(self, payload, key)
        refused.append(key)
        seller.ship(mug, 20)
        return [Answer(Outcome.REJECTED, Code.QUANTITY_REFUSED, "20 is too many")]

    monkeypatch.setattr(get(KIND), "send", send)
    seller.run()
    seller.run()
    assert refused
    assert 0 in seller.told(mug)


@pytest.mark.parametrize("operation", ["searchOrders", "searchListingsItems"])
def test_a_zero_does_not_wait_for_a_question_that_fails(seller: Seller, operation: str) -> None:
    mug, jug = seller.lists("MUG", "JUG", units=10)
    seller.settle()
    seller.settle()
    seller.receive(jug, 1)
    seller.run()  # JUG is unconfirmed, so that there is something to ask
    seller.breaks(operation, status=503)
    seller.ship(mug, 10)
    seller.passes(minutes=5)
    run = seller.run()
    assert run.status == Run.Status.FAILED, "the question was not asked: nothing is proved"
    assert 0 in seller.told(mug)
