"""The queue of feeds: one at a time, in order, late, stuck; listed, cancelled; and what it
overwrites."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.amazon.feeding import FEEDS, feed, quantities, report, status, submit
from tests.channels.amazon.rehearsal import DE, FR, Rehearsal, codes, good


def search(seller: Rehearsal, **query: object) -> dict[str, Any]:
    found: dict[str, Any] = good(seller.call("GET", FEEDS, query)).json()
    return found


def ids(page: dict[str, Any]) -> list[str]:
    return [each["feedId"] for each in page["feeds"]]


def test_feeds_are_worked_on_one_after_the_other(seller: Rehearsal) -> None:
    first = submit(seller, quantities(seller, MUG=4))
    second = submit(seller, quantities(seller, MUG=5))
    seller.advance(240)
    assert (status(seller, first), status(seller, second)) == ("DONE", "IN_PROGRESS")
    assert seller.shown() == 4
    seller.advance(120)
    assert (status(seller, second), seller.shown()) == ("DONE", 5)


def test_a_feed_takes_hours_when_told_to(seller: Rehearsal) -> None:
    seller.shape("feeds", {"queue_seconds": 8 * 3600})
    feed_id = submit(seller, quantities(seller, MUG=4))
    seller.advance(8 * 3600 - 1)
    seller.renew()
    assert status(seller, feed_id) == "IN_QUEUE"
    seller.advance(121)
    assert status(seller, feed_id) == "DONE"


def test_a_feed_overwrites_a_patch_that_is_newer(seller: Rehearsal) -> None:
    submit(seller, quantities(seller, MUG=4))
    seller.patch(7)
    seller.advance(60)
    assert seller.shown() == 7
    seller.advance(180)
    assert seller.shown() == 4
    [element] = seller.item()["attributes"]["fulfillment_availability"]
    assert element["quantity"] == 4


def test_a_stuck_feed_holds_up_those_behind_it(seller: Rehearsal) -> None:
    seller.shape("feeds", {"next": "stuck"})
    stuck = submit(seller, quantities(seller, MUG=4))
    behind = submit(seller, quantities(seller, MUG=5))
    seller.advance(5 * 86_400)
    seller.renew()
    assert (status(seller, stuck), status(seller, behind)) == ("IN_PROGRESS", "IN_QUEUE")
    seller.shape(f"feeds/{stuck}", {"fate": "done"})
    seller.advance(240)
    assert (status(seller, stuck), status(seller, behind)) == ("DONE", "DONE")
    assert seller.shown() == 5


def test_a_feed_ends_fatal_when_told_to_and_applies_nothing(seller: Rehearsal) -> None:
    seller.shape("feeds", {"next": "fatal"})
    fatal = submit(seller, quantities(seller, MUG=4))
    well = submit(seller, quantities(seller, MUG=5))
    seller.advance(240)
    assert (status(seller, fatal), seller.shown()) == ("FATAL", 10)
    seller.advance(120)
    assert (status(seller, well), seller.shown()) == ("DONE", 5)


def test_only_a_queued_feed_can_be_cancelled(seller: Rehearsal) -> None:
    queued = submit(seller, quantities(seller, MUG=4))
    good(seller.call("DELETE", f"{FEEDS}/{queued}"))
    assert status(seller, queued) == "CANCELLED"
    begun = submit(seller, quantities(seller, MUG=5))
    seller.advance(120)
    reply = seller.call("DELETE", f"{FEEDS}/{begun}")
    assert (reply.status_code, codes(reply)) == (400, ["InvalidInput"])
    seller.advance(120)
    assert seller.shown() == 5


def test_an_unknown_feed_is_not_found(seller: Rehearsal) -> None:
    for method in ("GET", "DELETE"):
        reply = seller.call(method, f"{FEEDS}/123")
        assert (reply.status_code, codes(reply)) == (404, ["NOT_FOUND"])


def test_feeds_are_listed_newest_first_and_page_by_page(seller: Rehearsal) -> None:
    made = [submit(seller, quantities(seller, MUG=number)) for number in range(3)]
    first = search(seller, feedTypes="JSON_LISTINGS_FEED", pageSize=2)
    assert ids(first) == [made[2], made[1]]
    second = search(seller, nextToken=first["nextToken"])
    assert (ids(second), "nextToken" in second) == ([made[0]], False)


def test_feeds_are_found_by_time_status_and_marketplace(seller: Rehearsal) -> None:
    old = submit(seller, quantities(seller, MUG=4))
    seller.advance(240)
    now = seller.read("clock")["now"]
    new = submit(seller, quantities(seller, MUG=5), marketplaces=[FR])
    kind = "JSON_LISTINGS_FEED"
    assert ids(search(seller, feedTypes=kind, createdSince=now)) == [new]
    assert ids(search(seller, feedTypes=kind, createdUntil="2020-01-01T00:00:00Z")) == []
    assert ids(search(seller, feedTypes=kind, processingStatuses="DONE,FATAL")) == [old]
    assert ids(search(seller, feedTypes=kind, marketplaceIds=FR)) == [new]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"feedTypes": "JSON_LISTINGS_FEED", "pageSize": 101},
        {"feedTypes": "JSON_LISTINGS_FEED", "processingStatuses": "LOST"},
        {"nextToken": "nonsense"},
        {"nextToken": "nonsense", "feedTypes": "JSON_LISTINGS_FEED"},
    ],
)
def test_a_search_unlike_the_model_is_refused(seller: Rehearsal, query: dict[str, object]) -> None:
    assert seller.call("GET", FEEDS, query).status_code == 400


def test_a_feed_that_was_answered_by_silence_is_found_by_its_time(seller: Rehearsal) -> None:
    """There is no idempotency key: a cut after the feed was made leaves it alive."""
    since = seller.read("clock")["now"]
    fault = {"kind": "status", "operation": "createFeed", "status": 500, "is_executed": True}
    seller.shape("faults", fault)
    with pytest.raises(AssertionError, match="InternalFailure"):
        submit(seller, quantities(seller, MUG=4))
    [alive] = ids(search(seller, feedTypes="JSON_LISTINGS_FEED", createdSince=since))
    seller.advance(240)
    assert report(seller, alive)["summary"]["messagesAccepted"] == 1


def test_what_was_delayed_keeps_its_place_among_the_rest(seller: Rehearsal) -> None:
    """A day passes unobserved: every change is still made at its own moment and in its order."""
    seller.add("CUP")
    late = submit(seller, quantities(seller, MUG=4, CUP=1))
    seller.advance(200)
    seller.patch(7)  # applied at 260, after the feed at 240
    seller.advance(86_400)
    seller.renew()
    assert (seller.shown(), seller.shown("CUP")) == (7, 1)
    ended = feed(seller, late)
    assert ended["processingEndTime"] < seller.read("clock")["now"]
    assert DE in ended["marketplaceIds"]
