"""Amazon's own SDK, which nobody here wrote, finds in the sandbox what it expects of Amazon.

It reads answers strictly: an unknown word of an enumeration, or a missing field, is an error.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.channels.amazon.official import (
    TIMEOUT,
    Seller,
    load,
    own_stock,
    signed_in,
    undone_logging,
)
from tests.channels.amazon.rehearsal import DE, Rehearsal

ODD_SKU = "A/B C#1"


@pytest.fixture
def sdk(amazon_sandbox: Rehearsal) -> Iterator[Seller]:
    """The SDK signed in to the sandbox, its clock standing still."""
    amazon_sandbox.shape("clock", {"frozen": True})
    account = amazon_sandbox.read("account")["account"]
    with signed_in(amazon_sandbox.url, account, DE) as seller:
        yield seller


def test_a_patch_is_accepted_then_applied_and_read_back(
    amazon_sandbox: Rehearsal, sdk: Seller
) -> None:
    amazon_sandbox.add(ODD_SKU, quantity=3)
    answer = sdk.patch(ODD_SKU, own_stock(12), issue_locale="en_US")
    assert (answer.sku, answer.status, answer.issues) == (ODD_SKU, "ACCEPTED", [])
    assert answer.submission_id
    assert sdk.shown(ODD_SKU) == 3
    amazon_sandbox.advance(600)
    assert sdk.shown(ODD_SKU) == 12


def test_an_item_is_read_with_every_part_it_has(amazon_sandbox: Rehearsal, sdk: Seller) -> None:
    amazon_sandbox.add("S1", quantity=5)
    parts = ("summaries", "attributes", "issues", "offers", "fulfillmentAvailability")
    sdk.patch("S1", own_stock(7))
    item = sdk.read("S1", *parts, "procurement", "relationships", "productTypes")
    [summary] = item.summaries
    assert summary.marketplace_id == sdk.marketplace_id
    assert summary.status == ["BUYABLE", "DISCOVERABLE"]
    assert summary.created_date.tzinfo is not None
    # What was submitted is told apart from what is sold.
    [submitted] = item.attributes["fulfillment_availability"]
    assert submitted == own_stock(7) | {"marketplace_id": sdk.marketplace_id}
    assert [one.quantity for one in item.fulfillment_availability] == [5]


def test_a_refused_patch_is_invalid_inside_a_success(
    amazon_sandbox: Rehearsal, sdk: Seller
) -> None:
    amazon_sandbox.add("S1", quantity=5)
    answer = sdk.patch("S1", own_stock(-5))
    assert answer.status == "INVALID"
    [issue] = answer.issues
    assert (issue.severity, issue.marketplace_ids) == ("ERROR", [sdk.marketplace_id])
    amazon_sandbox.advance(600)
    assert sdk.shown("S1") == 5


def test_a_preview_is_valid_and_changes_nothing(amazon_sandbox: Rehearsal, sdk: Seller) -> None:
    amazon_sandbox.add("S1", quantity=5)
    asked = {"mode": "VALIDATION_PREVIEW", "included_data": ["issues", "identifiers"]}
    answer = sdk.patch("S1", own_stock(9), **asked)
    assert answer.status == "VALID"
    assert [one.marketplace_id for one in answer.identifiers] == [sdk.marketplace_id]
    amazon_sandbox.advance(600)
    assert sdk.shown("S1") == 5


def test_a_search_names_skus_and_goes_page_by_page(amazon_sandbox: Rehearsal, sdk: Seller) -> None:
    skus = [ODD_SKU, *(f"S{number}" for number in range(4))]
    for sku in skus:
        amazon_sandbox.add(sku, quantity=4)
    asked = {"identifiers": skus, "identifiers_type": "SKU", "page_size": 2}
    parts = ["summaries", "fulfillmentAvailability"]
    found: list[Any] = []
    for _ in range(3):
        page = sdk.api("ListingsApi").search_listings_items(
            sdk.seller_id, [sdk.marketplace_id], included_data=parts, **asked, **TIMEOUT
        )
        assert page.number_of_results == 5
        found += page.items
        asked["page_token"] = page.pagination and page.pagination.next_token
    assert asked["page_token"] is None
    assert sorted(item.sku for item in found) == sorted(skus)
    assert {one.quantity for item in found for one in item.fulfillment_availability} == {4}


def test_a_feed_goes_to_done_and_its_report_says_what_was_refused(
    amazon_sandbox: Rehearsal, sdk: Seller
) -> None:
    amazon_sandbox.add("S1", quantity=1)
    amazon_sandbox.add(ODD_SKU, quantity=1)
    feed_id = sdk.send_feed({"S1": 10, ODD_SKU: 20, "S3": -30})
    feeds = sdk.api("FeedsApi")
    waiting = feeds.get_feed(feed_id, **TIMEOUT)
    assert (waiting.feed_id, waiting.processing_status) == (feed_id, "IN_QUEUE")
    assert (waiting.feed_type, waiting.marketplace_ids) == (
        "JSON_LISTINGS_FEED",
        [sdk.marketplace_id],
    )
    amazon_sandbox.advance(1800)
    done = feeds.get_feed(feed_id, **TIMEOUT)
    assert done.processing_status == "DONE"
    assert done.created_time <= done.processing_start_time <= done.processing_end_time
    report = sdk.fetch_report(done.result_feed_document_id)
    assert report["header"]["feedId"] == feed_id
    counts = report["summary"]
    assert (counts["messagesProcessed"], counts["messagesAccepted"]) == (3, 2)
    assert [issue["messageId"] for issue in report["issues"]] == [3]
    amazon_sandbox.advance(600)
    assert (sdk.shown("S1"), sdk.shown(ODD_SKU)) == (10, 20)


def test_feeds_are_listed_and_one_in_the_queue_is_cancelled(
    amazon_sandbox: Rehearsal, sdk: Seller
) -> None:
    amazon_sandbox.add("S1", quantity=1)
    feed_id = sdk.send_feed({"S1": 10})
    feeds = sdk.api("FeedsApi")
    since = datetime.now(UTC) - timedelta(hours=1)
    asked = {"feed_types": ["JSON_LISTINGS_FEED"], "created_since": since, **TIMEOUT}
    assert [feed.feed_id for feed in feeds.get_feeds(**asked).feeds] == [feed_id]
    feeds.cancel_feed(feed_id, **TIMEOUT)
    assert feeds.get_feed(feed_id, **TIMEOUT).processing_status == "CANCELLED"
    amazon_sandbox.advance(1800)
    assert sdk.shown("S1") == 1


def test_orders_are_searched_read_and_confirmed_as_shipped(
    amazon_sandbox: Rehearsal, sdk: Seller
) -> None:
    amazon_sandbox.add("S1", quantity=5)
    before = datetime.now(UTC) - timedelta(hours=1)
    order_id = amazon_sandbox.order(2, "S1")
    amazon_sandbox.advance(600)
    page = sdk.api("SearchOrdersApi").search_orders(
        last_updated_after=before, marketplace_ids=[sdk.marketplace_id],
        fulfilled_by=["MERCHANT"], included_data=["FULFILLMENT", "CANCELLATION"], **TIMEOUT,
    )  # fmt: skip
    assert [order.order_id for order in page.orders] == [order_id]
    assert page.last_updated_before > page.orders[0].last_updated_time
    [item] = page.orders[0].order_items
    assert (item.product.seller_sku, item.quantity_ordered) == ("S1", 2)
    assert sdk.shown("S1") == 3

    with pytest.raises(sdk.refused, match="packageReferenceId"):
        sdk.confirm(order_id, {item.order_item_id: 1}, "ASN-1")
    sdk.confirm(order_id, {item.order_item_id: 1}, "1")
    assert sdk.standing(order_id) == ("PARTIALLY_SHIPPED", 1, 1)
    sdk.confirm(order_id, {item.order_item_id: 1}, "2")
    assert sdk.standing(order_id) == ("SHIPPED", 2, 0)


def test_a_pending_order_holds_its_units_until_it_is_cancelled(
    amazon_sandbox: Rehearsal, sdk: Seller
) -> None:
    amazon_sandbox.add("S1", quantity=5)
    order_id = amazon_sandbox.order(2, "S1", paid=False)
    assert sdk.standing(order_id)[0] == "PENDING"
    assert sdk.shown("S1") == 3
    amazon_sandbox.shape(f"orders/{order_id}/cancel", {"reason": "Changed my mind"})
    assert sdk.standing(order_id)[0] == "CANCELLED"
    assert sdk.shown("S1") == 5


def test_a_refresh_token_that_was_taken_back_is_an_invalid_grant(
    amazon_sandbox: Rehearsal, sdk: Seller
) -> None:
    # The SDK asks four times and loses the reason unless it is told not to repeat itself.
    lwa = load("spapi.auth.lwa_request")
    account = amazon_sandbox.read("account")["account"]
    tokens = lwa.AccessTokenCache(
        account["client_id"], account["client_secret"], "Atzr|of-somebody-else",
        oauth_endpoint=f"{sdk.url}/auth/o2/token", max_retries=0,
    )  # fmt: skip
    with pytest.raises(load("spapi.auth.lwa_exception").LwaException) as caught:
        tokens.get_lwa_access_token()
    reply = caught.value.__cause__.response
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("body", ["json", "empty", "html", "flat"])
def test_too_many_requests_are_an_error_whatever_the_body(
    body: str, amazon_sandbox: Rehearsal, sdk: Seller
) -> None:
    amazon_sandbox.add("S1", quantity=5)
    fault = {"kind": "status", "operation": "patchListingsItem", "status": 429, "body": body}
    amazon_sandbox.shape("faults", fault)
    with pytest.raises(sdk.refused) as caught:
        sdk.patch("S1", own_stock(6))
    assert caught.value.status == 429
    assert sdk.patch("S1", own_stock(6)).status == "ACCEPTED"


def test_a_burst_beyond_the_budget_is_refused_until_it_flows_back(
    amazon_sandbox: Rehearsal, sdk: Seller
) -> None:
    amazon_sandbox.add("S1", quantity=5)
    for quantity in range(5):
        assert sdk.patch("S1", own_stock(quantity)).status == "ACCEPTED"
    with pytest.raises(sdk.refused) as caught:
        sdk.patch("S1", own_stock(6))
    assert caught.value.status == 429
    assert json.loads(caught.value.body)["errors"][0]["code"] == "QuotaExceeded"
    amazon_sandbox.advance(1)
    assert sdk.patch("S1", own_stock(6)).status == "ACCEPTED"


def test_an_item_that_is_not_there_is_not_found(amazon_sandbox: Rehearsal, sdk: Seller) -> None:
    with pytest.raises(sdk.refused) as caught:
        sdk.read(ODD_SKU, "summaries")
    assert caught.value.status == 404
    assert json.loads(caught.value.body)["errors"][0]["code"] == "NOT_FOUND"


def test_the_sdk_leaves_no_handlers_behind(sdk: Seller) -> None:
    logger = logging.getLogger("spapi")
    before = list(logger.handlers)
    with undone_logging():
        sdk.module.Configuration()
        assert len(logger.handlers) > len(before)
    assert logger.handlers == before
