"""Confirming shipments by the old orders API, and what it still reads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.amazon.rehearsal import DE, FR, Rehearsal, codes, good

OLD = "/orders/v0/orders"
NEW = "/orders/2026-01-01/orders"


def package(item_id: str, quantity: object = 1, reference: str = "1") -> dict[str, Any]:
    return {
        "packageReferenceId": reference,
        "carrierCode": "DHL",
        "trackingNumber": f"T{reference}",
        "shipDate": "2026-11-21T00:00:00Z",
        "orderItems": [{"orderItemId": item_id, "quantity": quantity}],
    }


def confirm(seller: Rehearsal, order_id: str, detail: Any, marketplace: str = DE) -> Any:
    body = {"marketplaceId": marketplace, "packageDetail": detail}
    return seller.call("POST", f"{OLD}/{order_id}/shipmentConfirmation", body=body)


def item_of(seller: Rehearsal, order_id: str) -> str:
    [item] = standing(seller, order_id)["orderItems"]
    return str(item["orderItemId"])


def standing(seller: Rehearsal, order_id: str) -> dict[str, Any]:
    query = {"includedData": "FULFILLMENT,PACKAGES"}
    order: dict[str, Any] = good(seller.call("GET", f"{NEW}/{order_id}", query)).json()["order"]
    return order


def progress(seller: Rehearsal, order_id: str) -> tuple[str, int, int]:
    """(status, units fulfilled, packages)"""
    order = standing(seller, order_id)
    done = order["orderItems"][0]["fulfillment"]["quantityFulfilled"]
    return order["fulfillment"]["fulfillmentStatus"], done, len(order["packages"])


def test_an_order_is_shipped_in_parts(seller: Rehearsal) -> None:
    order_id = seller.order(3)
    item = item_of(seller, order_id)
    reply = confirm(seller, order_id, package(item, 1))
    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers["x-amzn-RateLimit-Limit"] == "2.0"
    assert progress(seller, order_id) == ("PARTIALLY_SHIPPED", 1, 1)
    good(confirm(seller, order_id, package(item, 2, "2")), 204)
    assert progress(seller, order_id) == ("SHIPPED", 3, 2)
    assert seller.shown() == 7


def test_a_package_confirmed_again_is_corrected_and_not_doubled(seller: Rehearsal) -> None:
    order_id = seller.order(3)
    item = item_of(seller, order_id)
    good(confirm(seller, order_id, package(item, 3)), 204)
    good(confirm(seller, order_id, package(item, 2) | {"trackingNumber": "T9"}), 204)
    assert progress(seller, order_id) == ("PARTIALLY_SHIPPED", 2, 1)
    assert standing(seller, order_id)["packages"][0]["trackingNumber"] == "T9"


@pytest.mark.parametrize(
    "change",
    [
        {"packageReferenceId": ""},
        {"carrierCode": None},
        {"trackingNumber": ""},
        {"shipDate": "02/21/2022"},
        {"carrierCode": "Other"},
        {"orderItems": []},
        {"orderItems": [{"orderItemId": "1", "quantity": 1}]},
        {"orderItems": [{"quantity": 1}]},
    ],
)
def test_a_package_that_lacks_something_is_refused(
    seller: Rehearsal, change: dict[str, Any]
) -> None:
    order_id = seller.order(3)
    reply = confirm(seller, order_id, package(item_of(seller, order_id)) | change)
    assert (reply.status_code, codes(reply)) == (400, ["InvalidInput"])
    assert progress(seller, order_id) == ("UNSHIPPED", 0, 0)


@pytest.mark.parametrize("quantity", [0, -1, 4, 1.0, True])
def test_no_more_is_shipped_than_was_ordered(seller: Rehearsal, quantity: object) -> None:
    order_id = seller.order(3)
    reply = confirm(seller, order_id, package(item_of(seller, order_id), quantity))
    assert reply.status_code == 400


def test_another_carrier_is_named(seller: Rehearsal) -> None:
    order_id = seller.order()
    named = {"carrierCode": "Other", "carrierName": "Fan Courier"}
    good(confirm(seller, order_id, package(item_of(seller, order_id)) | named), 204)
    assert standing(seller, order_id)["packages"][0]["carrier"] == "Fan Courier"


def test_what_is_not_to_be_sent_is_not_confirmed(seller: Rehearsal) -> None:
    pending = seller.order(paid=False)
    cancelled = seller.order()
    seller.shape(f"orders/{cancelled}/cancel")
    seller.add("FBA", is_fba=True)
    amazons = seller.order(sku="FBA")
    for order_id in (pending, cancelled, amazons):
        reply = confirm(seller, order_id, package(item_of(seller, order_id)))
        assert reply.status_code == 400, order_id
    own = seller.order()
    assert confirm(seller, own, package(item_of(seller, own)), FR).status_code == 400
    assert confirm(seller, "302-0000000-0000000", package("1")).status_code == 404


def test_the_old_reads_still_answer(seller: Rehearsal) -> None:
    order_id = seller.order(3)
    seller.advance(120)
    query = {"MarketplaceIds": DE, "LastUpdatedAfter": "2020-01-01T00:00:00Z"}
    payload = good(seller.call("GET", OLD, query)).json()["payload"]
    assert [each["AmazonOrderId"] for each in payload["Orders"]] == [order_id]
    one = good(seller.call("GET", f"{OLD}/{order_id}")).json()["payload"]
    assert (one["OrderStatus"], one["FulfillmentChannel"]) == ("Unshipped", "MFN")
    items = good(seller.call("GET", f"{OLD}/{order_id}/orderItems")).json()["payload"]
    [item] = items["OrderItems"]
    assert (item["SellerSKU"], item["QuantityOrdered"], item["QuantityShipped"]) == ("MUG", 3, 0)
    seller.shape(f"orders/{order_id}/cancel")
    cancelled = good(seller.call("GET", f"{OLD}/{order_id}")).json()["payload"]
    assert cancelled["OrderStatus"] == "Canceled"


def test_the_old_list_needs_a_marketplace_and_one_time(seller: Rehearsal) -> None:
    for query in ({"LastUpdatedAfter": "2020-01-01T00:00:00Z"}, {"MarketplaceIds": DE}):
        assert seller.call("GET", OLD, query).status_code == 400
