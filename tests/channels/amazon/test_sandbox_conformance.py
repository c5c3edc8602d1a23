"""Every answer of the sandbox, judged by Amazon's own models."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.amazon import models
from tests.channels.amazon.feeding import FEEDS, document, message, quantities, report, submit
from tests.channels.amazon.oracle import Judge
from tests.channels.amazon.recording import Recorder, recording
from tests.channels.amazon.rehearsal import DE, FR, Rehearsal

pytestmark = pytest.mark.skipif(
    not models.SPECS.exists(), reason=f"no models at {models.SPECS}; set STOCKCAST_SPECS"
)
ITEM_DATA = (
    "summaries,attributes,issues,offers,fulfillmentAvailability,procurement,relationships,"
    "productTypes"
)
ORDER_DATA = "CANCELLATION,FULFILLMENT,PACKAGES"
LONG_AGO = "2020-01-01T00:00:00Z"
NEW, OLD = "/orders/2026-01-01/orders", "/orders/v0/orders"


@pytest.fixture
def recorder(seller: Rehearsal) -> Iterator[Recorder]:
    """The seller talks through a recorder; whoever conducts goes the same way and is left out."""
    upstream = seller.url
    with recording(upstream) as recorder:
        seller.url = recorder.url
        yield recorder
        seller.url = upstream


def faults(recorder: Recorder, *expected: str) -> list[str]:
    """What the models find; each of `expected` must have been seen."""
    judge = Judge()
    own = [each for each in recorder.exchanges if not each.path.startswith("/_sandbox/")]
    found = judge.faults(own)
    assert set(expected) <= set(judge.operations), judge.operations
    return found


def test_listings_answer_as_the_model_has_it(seller: Rehearsal, recorder: Recorder) -> None:
    seller.add("A/B C#1", lead_time=3)
    seller.add("FBA", is_fba=True, quantity=3)
    seller.patch(4, sku="A/B C#1")
    seller.patch(4, mode="VALIDATION_PREVIEW", includedData="issues,identifiers")
    seller.advance(60)
    for sku in ("MUG", "A/B C#1", "FBA"):
        seller.item(sku, f"{DE},{FR}", ITEM_DATA)
    search = f"/listings/2021-08-01/items/{seller.seller}"
    query = {"marketplaceIds": f"{DE},{FR}", "includedData": ITEM_DATA, "pageSize": 2}
    seller.call("GET", search, query)
    seller.call("GET", seller.item_path("NONE"), {"marketplaceIds": DE})
    expected = ("token", "patchListingsItem", "getListingsItem", "searchListingsItems")
    seller.renew()
    assert faults(recorder, *expected) == []


def test_an_invalid_patch_is_answered_as_the_model_has_it(
    seller: Rehearsal, recorder: Recorder
) -> None:
    """The request is at fault, and nothing else."""
    assert seller.patch(-4)["status"] == "INVALID"
    seller.patch(4, path="/attributes/fulfillmentAvailability")
    found = faults(recorder, "patchListingsItem")
    assert len(found) == 2
    assert "-4 is less than the minimum" in found[0]
    assert "fulfillmentAvailability is none of our business" in found[1]


def test_feeds_answer_as_the_model_has_it(seller: Rehearsal, recorder: Recorder) -> None:
    seller.add("CUP")
    wanted = {"includedData": ["summaries", "attributes"], "apiVersion": "2021-08-01"}
    mixed = document(seller, message(1, "MUG", 4), message(2, "MUG", 4), report=wanted)
    feed_id = submit(seller, mixed)
    other = submit(seller, quantities(seller, CUP=4))
    seller.call("DELETE", f"{FEEDS}/{other}")
    seller.advance(240)
    seller.call("GET", FEEDS, {"feedTypes": "JSON_LISTINGS_FEED", "pageSize": 1})
    assert [issue["messageId"] for issue in report(seller, feed_id)["issues"]] == [2]
    expected = ("createFeedDocument", "upload", "createFeed", "getFeed", "getFeedDocument")
    assert faults(recorder, *expected, "report", "getFeeds", "cancelFeed") == []


def test_the_report_of_a_broken_file_is_as_the_schema_has_it(
    seller: Rehearsal, recorder: Recorder
) -> None:
    feed_id = submit(seller, quantities(seller, MUG=4) | {"header": []})
    seller.advance(240)
    assert report(seller, feed_id)["summary"]["messagesProcessed"] == 0
    found = faults(recorder, "report")
    assert len(found) == 1
    assert "[] is not of type 'object'" in found[0]


def test_orders_answer_as_the_models_have_it(seller: Rehearsal, recorder: Recorder) -> None:
    seller.shape("habits", {"is_stale_repeated": True})
    pending, sent = seller.order(paid=False), seller.order(2)
    cancelled, asked = seller.order(), seller.order()
    seller.advance(10)
    seller.shape(f"orders/{cancelled}/cancel")
    seller.shape(f"orders/{asked}/request-cancel")
    seller.advance(120)
    whole = {"lastUpdatedAfter": LONG_AGO, "includedData": ORDER_DATA, "maxResultsPerPage": 3}
    page = seller.call("GET", NEW, whole).json()
    seller.call("GET", NEW, whole | {"paginationToken": page["pagination"]["nextToken"]})
    seller.call("GET", NEW, {"createdAfter": LONG_AGO, "maxResultsPerPage": 100})
    detail = {
        "packageReferenceId": "1",
        "carrierCode": "DHL",
        "trackingNumber": "T1",
        "shipDate": "2026-11-21T00:00:00Z",
        "orderItems": [{"orderItemId": item_of(seller, sent), "quantity": 1}],
    }
    body = {"marketplaceId": DE, "packageDetail": detail}
    for order_id in (sent, pending):
        seller.call("POST", f"{OLD}/{order_id}/shipmentConfirmation", body=body)
    for order_id in (pending, sent, cancelled, asked, "302-0000000-0000000"):
        seller.call("GET", f"{NEW}/{order_id}", {"includedData": ORDER_DATA})
        seller.call("GET", f"{OLD}/{order_id}")
        seller.call("GET", f"{OLD}/{order_id}/orderItems")
    seller.call("GET", OLD, {"MarketplaceIds": DE, "LastUpdatedAfter": LONG_AGO})
    expected = ("searchOrders", "getOrder", "confirmShipment", "getOrders", "getOrderItems")
    assert faults(recorder, *expected) == []


def item_of(seller: Rehearsal, order_id: str) -> str:
    order = seller.call("GET", f"{NEW}/{order_id}").json()["order"]
    return str(order["orderItems"][0]["orderItemId"])


def test_refusals_are_shaped_as_the_models_have_it(seller: Rehearsal, recorder: Recorder) -> None:
    seller.call("GET", seller.item_path("MUG"), {"marketplaceIds": "NOWHERE"})
    seller.call("GET", NEW, {"lastUpdatedAfter": LONG_AGO, "paginationToken": "none"})
    for operation in ("getListingsItem", "searchOrders", "getFeed", "createFeedDocument"):
        for status in (429, 500, 503):
            fault = {"kind": "status", "operation": operation, "status": status}
            seller.shape("faults", fault)
    for _ in range(3):
        seller.call("GET", seller.item_path("MUG"), {"marketplaceIds": DE})
        seller.call("GET", NEW, {"lastUpdatedAfter": LONG_AGO})
        seller.call("GET", f"{FEEDS}/1")
        path = "/feeds/2021-06-30/documents"
        seller.call("POST", path, body={"contentType": "application/json"})
    seller.token = "Atza|other"
    seller.call("GET", f"{NEW}/302-0000000-0000000")
    statuses = {each.status for each in recorder.exchanges}
    assert {400, 403, 429, 500, 503} <= statuses
    assert faults(recorder, "getListingsItem", "searchOrders", "getFeed") == []
