"""Budgets: a token bucket for each operation, refilled by the clock of the sandbox."""

from __future__ import annotations

import time

import pytest

from tests.channels.amazon.rehearsal import DE, Rehearsal, codes


@pytest.fixture
def limited(seller: Rehearsal) -> Rehearsal:
    """Budgets are kept, and the clock stands still."""
    seller.shape("habits", {"is_limited": True})
    return seller


def read_once(seller: Rehearsal) -> int:
    reply = seller.call("GET", seller.item_path("MUG"), {"marketplaceIds": DE})
    return reply.status_code


def test_a_bucket_empties_and_fills_again_with_time(limited: Rehearsal) -> None:
    assert [read_once(limited) for _ in range(7)] == [200] * 5 + [429] * 2
    limited.advance(0.4)
    assert [read_once(limited) for _ in range(3)] == [200, 200, 429]
    assert limited.counter("throttled") == 3


def test_a_throttled_answer_tells_no_rate(limited: Rehearsal) -> None:
    limited.shape("limits", {"operation": "getListingsItem", "drained": True})
    reply = limited.call("GET", limited.item_path("MUG"), {"marketplaceIds": DE})
    assert (reply.status_code, codes(reply)) == (429, ["QuotaExceeded"])
    assert "x-amzn-RateLimit-Limit" not in reply.headers
    assert "Retry-After" not in reply.headers
    assert reply.headers["x-amzn-RequestId"]


def test_operations_do_not_share_their_buckets(limited: Rehearsal) -> None:
    limited.shape("limits", {"operation": "getListingsItem", "drained": True})
    assert read_once(limited) == 429
    assert limited.patch(4)["status"] == "ACCEPTED"


def test_a_preview_has_a_budget_of_one_a_second(limited: Rehearsal) -> None:
    assert limited.patch(4, mode="VALIDATION_PREVIEW")["status"] == "VALID"
    path, query = limited.item_path("MUG"), {"marketplaceIds": DE, "mode": "VALIDATION_PREVIEW"}
    assert limited.call("PATCH", path, query, {}).status_code == 429
    assert limited.patch(4)["status"] == "ACCEPTED"


def test_orders_are_searched_twenty_times_and_then_every_three_minutes(limited: Rehearsal) -> None:
    query = {"lastUpdatedAfter": "2020-01-01T00:00:00Z"}
    path = "/orders/2026-01-01/orders"
    assert {limited.call("GET", path, query).status_code for _ in range(20)} == {200}
    assert limited.call("GET", path, query).status_code == 429
    limited.advance(178)
    assert limited.call("GET", path, query).status_code == 429
    limited.advance(1)
    assert limited.call("GET", path, query).status_code == 200


def test_listing_feeds_have_a_budget_of_their_own(limited: Rehearsal) -> None:
    document = limited.document()["feedDocumentId"]
    body = {
        "feedType": "JSON_LISTINGS_FEED",
        "marketplaceIds": [DE],
        "inputFeedDocumentId": document,
    }
    path = "/feeds/2021-06-30/feeds"
    made = [limited.call("POST", path, body=body).status_code for _ in range(6)]
    assert made == [202] * 5 + [429]
    limited.advance(60)
    assert limited.call("POST", path, body=body).status_code == 202


def test_a_budget_can_be_changed_and_read(limited: Rehearsal) -> None:
    limited.shape("limits", {"operation": "getListingsItem", "rate": 1, "burst": 2})
    assert [read_once(limited) for _ in range(3)] == [200, 200, 429]
    shown = limited.read("limits")["limits"]["getListingsItem"]
    assert shown == {"rate": 1, "burst": 2, "left": 0}


def test_budgets_fill_faster_on_a_faster_clock(limited: Rehearsal) -> None:
    limited.shape("limits", {"operation": "getListingsItem", "rate": 0.001, "burst": 1})
    assert [read_once(limited), read_once(limited)] == [200, 429]
    limited.shape("clock", {"frozen": False, "speed": 2000})
    # A thousand seconds, in half a second; the token lasts for almost two.
    deadline = time.monotonic() + 30
    while read_once(limited) != 200 and time.monotonic() < deadline:
        limited.renew()
    [first, *_, last] = limited.read("log", operation="getListingsItem")["requests"]
    assert (first["status"], last["status"]) == (200, 200)
