"""Orders: what they do to quantities, how lists show them, and how late."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.amazon.rehearsal import DE, FR, Rehearsal, codes, good

PATH = "/orders/2026-01-01/orders"
LONG_AGO = "2020-01-01T00:00:00Z"


def search(seller: Rehearsal, **query: object) -> dict[str, Any]:
    asked = {"lastUpdatedAfter": LONG_AGO, "includedData": "FULFILLMENT,CANCELLATION"} | query
    given = {name: value for name, value in asked.items() if value != ""}
    found: dict[str, Any] = good(seller.call("GET", PATH, given)).json()
    return found


def ids(page: dict[str, Any]) -> list[str]:
    return [order["orderId"] for order in page["orders"]]


def order(seller: Rehearsal, order_id: str, included: str = "FULFILLMENT") -> dict[str, Any]:
    query = {"includedData": included}
    found: dict[str, Any] = good(seller.call("GET", f"{PATH}/{order_id}", query)).json()["order"]
    return found


def status(seller: Rehearsal, order_id: str) -> str:
    found: str = order(seller, order_id)["fulfillment"]["fulfillmentStatus"]
    return found


@pytest.mark.parametrize("is_paid", [True, False])
def test_an_order_takes_its_units_at_once_paid_or_not(seller: Rehearsal, is_paid: bool) -> None:
    order_id = seller.order(3, paid=is_paid)
    assert (seller.shown(), seller.shown(marketplace=FR)) == (7, 7)
    assert status(seller, order_id) == ("UNSHIPPED" if is_paid else "PENDING")


def test_an_order_goes_from_pending_to_shipped(seller: Rehearsal) -> None:
    order_id = seller.order(3, paid=False)
    seller.shape(f"orders/{order_id}/pay")
    assert status(seller, order_id) == "UNSHIPPED"
    seller.shape(f"orders/{order_id}/ship", {"lines": [{"sku": "MUG", "quantity": 1}]})
    assert status(seller, order_id) == "PARTIALLY_SHIPPED"
    assert order(seller, order_id)["orderItems"][0]["fulfillment"] == {
        "quantityFulfilled": 1,
        "quantityUnfulfilled": 2,
    }
    seller.shape(f"orders/{order_id}/ship")
    assert status(seller, order_id) == "SHIPPED"
    assert seller.shown() == 7


def test_a_cancelled_order_gives_its_units_back(seller: Rehearsal) -> None:
    order_id = seller.order(3)
    seller.shape(f"orders/{order_id}/cancel", {"reason": "NO_INVENTORY"})
    assert (seller.shown(), status(seller, order_id)) == (10, "CANCELLED")
    [item] = order(seller, order_id, "FULFILLMENT,CANCELLATION")["orderItems"]
    assert item["quantityOrdered"] == 0
    assert item["cancellation"]["cancellationExecution"]["cancelReason"] == "NO_INVENTORY"


def test_a_cancelled_order_may_keep_its_quantity_and_its_units(seller: Rehearsal) -> None:
    seller.shape("habits", {"is_cancel_zeroed": False, "is_cancel_returned": False})
    order_id = seller.order(3)
    seller.shape(f"orders/{order_id}/cancel")
    assert seller.shown() == 7
    assert order(seller, order_id)["orderItems"][0]["quantityOrdered"] == 3


def test_a_buyer_who_asks_to_cancel_has_not_cancelled(seller: Rehearsal) -> None:
    order_id = seller.order(3)
    seller.shape(f"orders/{order_id}/request-cancel")
    assert (seller.shown(), status(seller, order_id)) == (7, "UNSHIPPED")
    [item] = order(seller, order_id, "CANCELLATION")["orderItems"]
    assert set(item["cancellation"]) == {"cancellationRequest"}


def test_an_order_of_amazons_own_stock_leaves_the_sellers_alone(seller: Rehearsal) -> None:
    seller.add("FBA", is_fba=True, quantity=6)
    order_id = seller.order(2, sku="FBA")
    assert order(seller, order_id)["fulfillment"]["fulfilledBy"] == "AMAZON"
    [listing] = seller.read("listings", sku="FBA")["listings"]
    assert (listing["afn_quantity"], listing["quantity"]) == (4, None)
    assert ids(search(seller, fulfilledBy="MERCHANT")) == []
    seller.advance(120)
    assert ids(search(seller, fulfilledBy="AMAZON")) == [order_id]


def test_nobody_buys_what_is_not_shown_unless_forced(seller: Rehearsal) -> None:
    lines = {"lines": [{"sku": "MUG", "quantity": 11}]}
    reply = seller.session.post(f"{seller.url}/_sandbox/orders", json=lines, timeout=20)
    assert reply.status_code == 409
    assert "Amazon shows 10 of MUG" in reply.json()["error"]["message"]
    assert seller.read("orders")["orders"] == []
    seller.order(11, force=True)
    assert (seller.shown(), seller.counter("oversold")) == (0, 1)


def test_a_list_ends_two_minutes_ago_and_says_so(seller: Rehearsal) -> None:
    order_id = seller.order()
    assert ids(search(seller)) == []
    seller.advance(120)
    page = search(seller)
    assert ids(page) == [order_id]
    assert page["lastUpdatedBefore"] >= page["orders"][0]["lastUpdatedTime"]
    assert "pagination" not in page
    assert ids(search(seller, lastUpdatedAfter=page["orders"][0]["lastUpdatedTime"])) == [order_id]
    created = search(seller, createdAfter=LONG_AGO, lastUpdatedAfter="")
    assert (ids(created), "createdBefore" in created) == ([order_id], True)


def test_an_order_may_be_missing_from_lists_though_it_can_be_read(seller: Rehearsal) -> None:
    seller.shape("habits", {"list_lag_seconds": 7200})
    order_id = seller.order()
    seller.advance(7199)
    seller.renew()
    assert ids(search(seller)) == []
    assert order(seller, order_id)["orderId"] == order_id
    seller.advance(1)
    page = search(seller)
    assert ids(page) == [order_id]
    # By now the watermark of earlier polls lies far behind its time of update.
    assert page["orders"][0]["lastUpdatedTime"] < page["lastUpdatedBefore"]


@pytest.mark.parametrize(
    "query",
    [
        {"lastUpdatedAfter": ""},
        {"createdAfter": LONG_AGO},
        {"createdBefore": LONG_AGO},
        {"lastUpdatedAfter": "yesterday"},
        {"lastUpdatedBefore": "2019-01-01T00:00:00Z"},
        {"maxResultsPerPage": 101},
        {"maxResultsPerPage": 0},
        {"fulfillmentStatuses": "LOST"},
        {"fulfilledBy": "NOBODY"},
        {"includedData": "EVERYTHING"},
        {"marketplaceIds": "NOWHERE"},
        {"paginationToken": "nonsense"},
    ],
)
def test_a_search_unlike_the_model_is_refused(seller: Rehearsal, query: dict[str, str]) -> None:
    asked = {"lastUpdatedAfter": LONG_AGO} | query
    given = {name: value for name, value in asked.items() if value != ""}
    reply = seller.call("GET", PATH, given)
    assert (reply.status_code, codes(reply)) == (400, ["InvalidInput"])


def test_the_end_of_a_list_lies_two_minutes_in_the_past(seller: Rehearsal) -> None:
    now = seller.read("clock")["now"]
    query = {"lastUpdatedAfter": LONG_AGO, "lastUpdatedBefore": now}
    assert seller.call("GET", PATH, query).status_code == 400
    seller.advance(121)
    assert seller.call("GET", PATH, query).status_code == 200


def test_lists_are_filtered_by_status_and_marketplace(seller: Rehearsal) -> None:
    german, french = seller.order(paid=False), seller.order(marketplace=FR)
    seller.advance(120)
    assert ids(search(seller, fulfillmentStatuses="PENDING,SHIPPED")) == [german]
    assert ids(search(seller, marketplaceIds=FR)) == [french]
    assert ids(search(seller, marketplaceIds=f"{DE},{FR}")) == [german, french]


def test_pages_follow_each_other_for_a_day_under_the_same_question(seller: Rehearsal) -> None:
    made = [seller.order() for _ in range(3)]
    seller.advance(120)
    first = search(seller, maxResultsPerPage=2)
    token = first["pagination"]["nextToken"]
    seller.order()
    for _ in range(2):
        second = search(seller, maxResultsPerPage=5, paginationToken=token, includedData="")
        assert (ids(second), "pagination" in second) == ([made[2]], False)
        assert second["lastUpdatedBefore"] == first["lastUpdatedBefore"]
    assert ids(first) == made[:2]
    other = {"lastUpdatedAfter": "2021-01-01T00:00:00Z", "paginationToken": token}
    assert seller.call("GET", PATH, other).status_code == 400
    seller.advance(86_400)
    seller.renew()
    late = {"lastUpdatedAfter": LONG_AGO, "paginationToken": token}
    assert seller.call("GET", PATH, late).status_code == 400


def test_lists_may_repeat_orders_and_what_they_were_before(seller: Rehearsal) -> None:
    seller.shape("habits", {"order_copies": 2, "is_stale_repeated": True})
    order_id = seller.order(paid=False)
    seller.advance(10)
    seller.shape(f"orders/{order_id}/pay")
    seller.advance(120)
    found = search(seller)["orders"]
    states = [each["fulfillment"]["fulfillmentStatus"] for each in found]
    assert states == ["UNSHIPPED", "UNSHIPPED", "PENDING"]
    assert found[2]["lastUpdatedTime"] < found[0]["lastUpdatedTime"]


def test_lists_may_come_in_no_order(seller: Rehearsal) -> None:
    seller.shape("habits", {"is_order_shuffled": True})
    made = [seller.order() for _ in range(8)]
    seller.advance(120)
    found = ids(search(seller))
    assert found != made
    assert sorted(found) == sorted(made)


def test_the_sellers_sku_may_be_absent(seller: Rehearsal) -> None:
    lines = [{"sku": "MUG", "is_sku_hidden": True}, {"sku": "MUG"}]
    order_id = seller.shape("orders", {"lines": lines})["order_id"]
    products = [item["product"] for item in order(seller, order_id)["orderItems"]]
    assert ["sellerSku" in product for product in products] == [False, True]
    seller.shape("habits", {"is_sku_hidden": True})
    products = [item["product"] for item in order(seller, order_id)["orderItems"]]
    assert all(set(product) == {"asin", "title", "price"} for product in products)


def test_only_the_data_asked_for_is_included(seller: Rehearsal) -> None:
    order_id = seller.order()
    bare = order(seller, order_id, "")
    assert not {"fulfillment", "packages"} & set(bare)
    assert "fulfillment" not in bare["orderItems"][0]
    seller.shape(f"orders/{order_id}/ship", {"reference": "P1", "tracking": "T1"})
    [package] = order(seller, order_id, "PACKAGES")["packages"]
    assert (package["packageReferenceId"], package["trackingNumber"]) == ("P1", "T1")


def test_an_unknown_order_is_not_found(seller: Rehearsal) -> None:
    reply = seller.call("GET", f"{PATH}/302-0000000-0000000")
    assert (reply.status_code, codes(reply)) == (404, ["NOT_FOUND"])


def test_orders_stop_where_they_can_not_go_on(seller: Rehearsal) -> None:
    order_id = seller.order()
    seller.shape(f"orders/{order_id}/ship")
    for verb in ("pay", "cancel", "request-cancel"):
        url = f"{seller.url}/_sandbox/orders/{order_id}/{verb}"
        assert seller.session.post(url, json={}, timeout=20).status_code == 409
