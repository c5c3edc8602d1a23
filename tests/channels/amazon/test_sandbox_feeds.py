"""Feeds: documents and their addresses, what is accepted, and the report."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.amazon.feeding import (
    FEEDS,
    document,
    feed,
    message,
    quantities,
    report,
    status,
    submit,
)
from tests.channels.amazon.rehearsal import DE, FEED_TYPE, FR, US, Rehearsal, codes, good

DAY = 86_400


def test_a_feed_goes_through_its_states_and_applies(seller: Rehearsal) -> None:
    feed_id = submit(seller, quantities(seller, MUG=4))
    assert status(seller, feed_id) == "IN_QUEUE"
    assert "processingStartTime" not in feed(seller, feed_id)
    seller.advance(120)
    assert status(seller, feed_id) == "IN_PROGRESS"
    assert seller.shown() == 10
    seller.advance(120)
    done = feed(seller, feed_id)
    assert done["processingStatus"] == "DONE"
    assert done["createdTime"] < done["processingStartTime"] < done["processingEndTime"]
    assert seller.shown() == 4
    said = report(seller, feed_id)
    assert said["header"]["feedId"] == feed_id
    assert said["summary"] == {
        "errors": 0,
        "warnings": 0,
        "messagesProcessed": 1,
        "messagesAccepted": 1,
        "messagesInvalid": 0,
    }


def test_an_upload_needs_the_type_it_was_asked_for_and_no_token(seller: Rehearsal) -> None:
    url = seller.document()["url"]
    for reply in (
        seller.upload(url, b"{}", "application/json"),
        seller.upload(url, b"{}", FEED_TYPE, **{"x-amz-access-token": seller.token}),
        seller.upload(url + "0", b"{}"),
    ):
        assert reply.status_code == 403
        assert reply.headers["Content-Type"] == "application/xml"
        assert reply.text.startswith("<?xml")
    assert seller.upload(url, b"{}").status_code == 200


def test_an_address_lives_for_five_minutes(seller: Rehearsal) -> None:
    url = seller.document()["url"]
    seller.advance(299)
    assert seller.upload(url, b"{}").status_code == 200
    seller.advance(1)
    late = seller.upload(url, b"{}")
    assert (late.status_code, "Request has expired" in late.text) == (403, True)


def test_the_address_of_a_report_expires_too_and_another_is_given(seller: Rehearsal) -> None:
    feed_id = submit(seller, quantities(seller, MUG=4))
    seller.advance(240)
    number = feed(seller, feed_id)["resultFeedDocumentId"]
    url = good(seller.call("GET", f"/feeds/2021-06-30/documents/{number}")).json()["url"]
    seller.advance(300)
    late = seller.session.get(url, timeout=20)
    assert (late.status_code, late.text[:5]) == (403, "<?xml")
    assert report(seller, feed_id)["summary"]["messagesAccepted"] == 1


@pytest.mark.parametrize("is_gzip", [True, False])
def test_a_report_is_compressed_when_it_says_so(seller: Rehearsal, is_gzip: bool) -> None:
    seller.shape("feeds", {"gzip": is_gzip})
    feed_id = submit(seller, quantities(seller, MUG=4))
    seller.advance(240)
    number = feed(seller, feed_id)["resultFeedDocumentId"]
    named = good(seller.call("GET", f"/feeds/2021-06-30/documents/{number}")).json()
    assert ("compressionAlgorithm" in named) == is_gzip
    raw = seller.session.get(named["url"], timeout=20).content
    assert raw.startswith(b"\x1f\x8b" if is_gzip else b"{")


def test_bad_messages_are_told_by_their_number_and_the_rest_applied(seller: Rehearsal) -> None:
    seller.add("CUP")
    seller.add("PAN")
    bad: list[Any] = [
        message(1, "CUP", 5),
        message(7, "MUG", -1),
        {**message(4, "PAN", 4), "attributes": {}},
        {**message(5, "PAN", 4), "operationType": "SET"},
        message(6, "CUP", 6),
    ]
    feed_id = submit(seller, document(seller, *bad))
    seller.advance(240)
    said = report(seller, feed_id)
    assert [issue["messageId"] for issue in said["issues"]] == [7, 4, 5, 6]
    counts = said["summary"]
    assert (counts["messagesProcessed"], counts["messagesInvalid"]) == (5, 4)
    assert (seller.shown("CUP"), seller.shown("MUG"), seller.shown("PAN")) == (5, 10, 10)


@pytest.mark.parametrize(
    "change",
    [
        {"header": [{"sellerId": "A1SANDBOXSELLER", "version": "2.0"}]},
        {"header": {"sellerId": "A1SANDBOXSELLER", "version": "1.0"}},
        {"header": {"sellerId": "A2OTHER", "version": "2.0"}},
        {"messages": []},
        {"messages": [message(0, "MUG", 4)]},
        {"messages": [message(1, "MUG", 4), message(1, "CUP", 4)]},
    ],
)
def test_a_fault_of_the_file_belongs_to_no_message(
    seller: Rehearsal, change: dict[str, Any]
) -> None:
    feed_id = submit(seller, quantities(seller, MUG=4) | change)
    seller.advance(240)
    said = report(seller, feed_id)
    [issue] = said["issues"]
    assert (issue["code"], "messageId" in issue) == ("4002005", False)
    assert said["summary"]["messagesProcessed"] == 0
    assert seller.shown() == 10


@pytest.mark.parametrize("content", [b"", b"<xml/>", b"x" * (10 * 1024 * 1024 + 1)])
def test_a_file_that_can_not_be_read_is_fatal(seller: Rehearsal, content: bytes) -> None:
    feed_id = submit(seller, content)
    seller.advance(240)
    ended = feed(seller, feed_id)
    assert ended["processingStatus"] == "FATAL"
    assert "resultFeedDocumentId" not in ended


def test_feeds_of_the_old_kinds_end_fatal(seller: Rehearsal) -> None:
    feed_id = submit(seller, b"<xml/>", "POST_INVENTORY_AVAILABILITY_DATA")
    seller.advance(240)
    assert status(seller, feed_id) == "FATAL"


@pytest.mark.parametrize(
    "change",
    [
        {"feedType": "SOMETHING"},
        {"marketplaceIds": []},
        {"marketplaceIds": [DE] * 26},
        {"marketplaceIds": [US]},
        {"inputFeedDocumentId": "none"},
    ],
)
def test_a_feed_unlike_the_model_is_refused(seller: Rehearsal, change: dict[str, Any]) -> None:
    body = {
        "feedType": "JSON_LISTINGS_FEED",
        "marketplaceIds": [DE],
        "inputFeedDocumentId": seller.document()["feedDocumentId"],
    }
    reply = seller.call("POST", FEEDS, body=body | change)
    assert (reply.status_code, codes(reply)) == (400, ["InvalidInput"])


def test_the_report_shows_items_when_the_header_asks(seller: Rehearsal) -> None:
    wanted = {"includedData": ["issues", "fulfillmentAvailability"], "apiVersion": "2021-08-01"}
    feed_id = submit(seller, document(seller, message(1, "MUG", 4), report=wanted))
    seller.advance(240)
    said = report(seller, feed_id)
    [item] = said["items"]
    assert item["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "DEFAULT", "quantity": 4}]
    assert said["summary"]["itemSummary"]["items"] == 1


@pytest.mark.parametrize(("operation", "days"), [("PARTIAL_UPDATE", None), ("PATCH", 5)])
def test_a_partial_update_replaces_where_a_merge_keeps(
    seller: Rehearsal, operation: str, days: int | None
) -> None:
    seller.add("CUP", lead_time=5)
    whole = message(1, "CUP", 4)
    if operation == "PARTIAL_UPDATE":
        [patch] = whole.pop("patches")
        whole |= {
            "operationType": operation,
            "attributes": {"fulfillment_availability": patch["value"]},
        }
    feed_id = submit(seller, document(seller, whole))
    seller.advance(240)
    assert report(seller, feed_id)["issues"] == []
    [element] = seller.item("CUP")["attributes"]["fulfillment_availability"]
    assert (element["quantity"], element.get("lead_time_to_ship_max_days")) == (4, days)


def test_a_delete_takes_the_listing_out_of_the_feeds_marketplaces(seller: Rehearsal) -> None:
    gone = {"messageId": 1, "sku": "MUG", "operationType": "DELETE"}
    submit(seller, document(seller, gone))
    seller.advance(240)
    reply = seller.call("GET", seller.item_path("MUG"), {"marketplaceIds": DE})
    assert reply.status_code == 404
    assert seller.shown(marketplace=FR) == 10


def test_a_feed_converts_amazons_own_stock_like_a_patch(seller: Rehearsal) -> None:
    seller.add("FBA", is_fba=True, quantity=6)
    feed_id = submit(seller, quantities(seller, FBA=4))
    seller.advance(240)
    assert seller.counter("fba_conversions") == 1
    [conversion] = seller.read("conversions")["conversions"]
    assert conversion["source"] == f"feed {feed_id}"


def test_feeds_and_reports_are_kept_for_a_while(seller: Rehearsal) -> None:
    feed_id = submit(seller, quantities(seller, MUG=4))
    seller.advance(240)
    number = feed(seller, feed_id)["resultFeedDocumentId"]
    seller.advance(29 * DAY)
    seller.renew()
    document_path = f"/feeds/2021-06-30/documents/{number}"
    assert seller.call("GET", document_path).status_code == 404
    assert status(seller, feed_id) == "DONE"
    seller.advance(62 * DAY)
    seller.renew()
    assert seller.call("GET", f"{FEEDS}/{feed_id}").status_code == 404
