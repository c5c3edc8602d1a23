"""The adapter against the sandbox: many numbers in a feed, answered much later."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.adapters.amazon.adapter import AmazonAdapter
from channels.contract import Answer, ChannelError, Code, Outcome, Submitted
from tests.channels.amazon.rehearsal import FR, Rehearsal
from tests.channels.amazon.selling import KEY, adapter, payload

ACCEPTED = Outcome.ACCEPTED


@pytest.fixture
def catalogue(seller: Rehearsal) -> Rehearsal:
    """MUG, CUP and HAT; and FBA, which Amazon ships."""
    seller.add("CUP")
    seller.add("HAT", product_type="HAT", lead_time=9)
    seller.add("FBA", is_fba=True)
    return seller


def submitted(amazon: AmazonAdapter, **quantities: int | None) -> str:
    found = amazon.send(payload(amazon, **quantities), KEY)
    assert isinstance(found, Submitted)
    return found.handle


def asked(amazon: AmazonAdapter, handle: str) -> list[Answer]:
    answers = amazon.ask(handle)
    assert answers is not None
    return answers


def test_a_feed_is_under_way_until_its_report_answers_every_line(catalogue: Rehearsal) -> None:
    amazon = adapter(catalogue)
    handle = submitted(amazon, MUG=1, HAT=2, CUP=0)
    assert amazon.ask(handle) is None
    catalogue.advance(130)
    assert amazon.ask(handle) is None
    catalogue.advance(130)
    assert [answer.outcome for answer in asked(amazon, handle)] == [ACCEPTED] * 3
    assert [catalogue.shown(sku) for sku in ("MUG", "HAT", "CUP")] == [1, 2, 0]
    [element] = catalogue.item("HAT")["attributes"]["fulfillment_availability"]
    assert element["lead_time_to_ship_max_days"] == 9


@pytest.mark.parametrize("is_gzip", [True, False])
def test_a_report_is_read_packed_or_plain(catalogue: Rehearsal, is_gzip: bool) -> None:
    catalogue.shape("feeds", {"gzip": is_gzip})
    amazon = adapter(catalogue)
    handle = submitted(amazon, MUG=1)
    catalogue.advance(300)
    catalogue.advance(300)
    assert len(asked(amazon, handle)) == 1


def test_what_amazon_ships_and_what_is_gone_never_get_into_the_feed(catalogue: Rehearsal) -> None:
    amazon = adapter(catalogue)
    handle = submitted(amazon, FBA=5, MUG=1, GONE=2, CUP=3)
    catalogue.advance(300)
    catalogue.advance(300)
    answers = asked(amazon, handle)
    assert [(answer.outcome, answer.code) for answer in answers] == [
        (Outcome.REJECTED, Code.ITEM_NOT_WRITABLE),
        (ACCEPTED, Code.ACCEPTED),
        (Outcome.REJECTED, Code.ITEM_MISSING),
        (ACCEPTED, Code.ACCEPTED),
    ]
    assert catalogue.counter("fba_conversions") == 0


def test_a_feed_of_nothing_that_may_be_told_is_answered_at_once(catalogue: Rehearsal) -> None:
    amazon = adapter(catalogue)
    answers = amazon.send(payload(amazon, FBA=5, GONE=1), KEY)
    assert isinstance(answers, list)
    assert [answer.code for answer in answers] == [Code.ITEM_NOT_WRITABLE, Code.ITEM_MISSING]
    assert not catalogue.read("feeds")["feeds"]


def test_a_line_that_went_while_the_feed_waited_is_refused_alone(catalogue: Rehearsal) -> None:
    catalogue.shape("habits", {"is_unknown_refused": True})
    amazon = adapter(catalogue)
    handle = submitted(amazon, MUG=1, CUP=2)
    catalogue.add("MUG", marketplaces=[FR])
    catalogue.advance(300)
    catalogue.advance(300)
    first, second = asked(amazon, handle)
    assert (first.outcome, first.code) == (Outcome.REJECTED, Code.ITEM_NOT_WRITABLE)
    assert "MUG" in first.message
    assert second.outcome is ACCEPTED


def test_a_feed_that_ends_badly_fails_as_a_whole(catalogue: Rehearsal) -> None:
    catalogue.shape("feeds", {"next": "fatal"})
    amazon = adapter(catalogue)
    handle = submitted(amazon, MUG=1)
    catalogue.advance(300)
    catalogue.advance(300)
    with pytest.raises(ChannelError, match="FATAL") as caught:
        amazon.ask(handle)
    assert (caught.value.code, caught.value.permanent) == (Code.BATCH_REFUSED, True)


def test_a_feed_that_is_stuck_stays_under_way_and_can_not_be_withdrawn(
    catalogue: Rehearsal,
) -> None:
    catalogue.shape("feeds", {"next": "stuck"})
    amazon = adapter(catalogue)
    handle = submitted(amazon, MUG=1)
    catalogue.advance(6 * 3600)
    assert amazon.ask(handle) is None
    amazon.withdraw(handle)  # too late, and quiet about it
    assert amazon.ask(handle) is None


def test_a_feed_that_waits_can_be_withdrawn(catalogue: Rehearsal) -> None:
    amazon = adapter(catalogue)
    handle = submitted(amazon, MUG=1)
    amazon.withdraw(handle)
    catalogue.advance(600)
    with pytest.raises(ChannelError, match="CANCELLED"):
        amazon.ask(handle)
    assert catalogue.shown() == 10


def test_withdrawing_tells_when_amazon_can_not_be_reached(catalogue: Rehearsal) -> None:
    amazon = adapter(catalogue)
    handle = submitted(amazon, MUG=1)
    catalogue.shape("faults", {"kind": "status", "status": 503, "operation": "cancelFeed"})
    with pytest.raises(ChannelError):
        amazon.withdraw(handle)


@pytest.mark.parametrize("operation", ["createFeedDocument", "searchListingsItems"])
@pytest.mark.parametrize("kind", ["cut", "status"])
def test_what_fails_before_the_feed_is_created_has_changed_nothing(
    catalogue: Rehearsal, operation: str, kind: str
) -> None:
    catalogue.shape("faults", {"kind": kind, "operation": operation})
    amazon = adapter(catalogue)
    with pytest.raises(ChannelError) as caught:
        amazon.send(payload(amazon, MUG=1), KEY)
    assert (caught.value.permanent, caught.value.is_outcome_unknown) == (False, False)


def cut_off(catalogue: Rehearsal, *, is_executed: bool, **quantities: int) -> Any:
    """A payload whose feed was asked for, and the answer lost."""
    fault = {"kind": "cut", "operation": "createFeed", "is_executed": is_executed}
    catalogue.shape("faults", fault)
    amazon = adapter(catalogue)
    told = payload(amazon, **quantities)
    with pytest.raises(ChannelError) as caught:
        amazon.send(told, KEY)
    assert caught.value.is_outcome_unknown
    return json.loads(json.dumps(told))


def test_a_feed_whose_answer_was_lost_is_found_again(catalogue: Rehearsal) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    told = cut_off(catalogue, is_executed=True, FBA=5, MUG=1)
    amazon = adapter(catalogue)
    found = amazon.find(told, since)
    assert found is not None
    catalogue.advance(300)
    catalogue.advance(300)
    assert [answer.outcome for answer in asked(amazon, found.handle)] == [
        Outcome.REJECTED,
        ACCEPTED,
    ]


def test_a_feed_that_never_arrived_is_not_found(catalogue: Rehearsal) -> None:
    amazon = adapter(catalogue)
    submitted(amazon, CUP=1)  # an older one is not it
    catalogue.advance(60)
    told = cut_off(catalogue, is_executed=False, MUG=1)
    since = datetime.fromisoformat(catalogue.read("clock")["now"])
    assert amazon.find(told, since) is None


def test_the_report_of_anothers_feed_is_not_taken_for_ours(catalogue: Rehearsal) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    told = cut_off(catalogue, is_executed=False, MUG=1, CUP=2)
    submitted(adapter(catalogue), HAT=1)  # another tool of the seller
    amazon = adapter(catalogue)
    found = amazon.find(told, since)
    assert found is not None
    catalogue.advance(300)
    catalogue.advance(300)
    with pytest.raises(ChannelError, match="does not account") as caught:
        amazon.ask(found.handle)
    assert (caught.value.code, caught.value.permanent) == (Code.BATCH_REFUSED, True)


def test_thousands_of_refused_lines_make_a_short_handle(catalogue: Rehearsal) -> None:
    catalogue.shape("habits", {"is_limited": False})
    amazon = adapter(catalogue)
    handle = submitted(amazon, MUG=1, **{f"GONE{number}": 1 for number in range(2000)})
    assert len(handle) < 15_000
