"""Orders in the sandbox: stock is committed when placed and let go when fulfilled or cancelled."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.shopify.rehearsal import Rehearsal

ORDER = """query One($id: ID!) { order(id: $id) {
  name test cancelledAt cancelReason closed closedAt displayFulfillmentStatus
  displayFinancialStatus fulfillable currentTotalPriceSet { shopMoney { amount currencyCode } }
  lineItems(first: 10) { nodes {
    id sku quantity currentQuantity unfulfilledQuantity variant { inventoryItem { id } } } }
  fulfillments(first: 5) { id totalQuantity location { name }
    trackingInfo(first: 2) { number company url }
    fulfillmentLineItems(first: 5) { nodes { quantity lineItem { sku } } } }
  fulfillmentOrders(first: 5) { nodes { id status assignedLocation { name }
    supportedActions { action }
    lineItems(first: 5) { nodes { id sku totalQuantity remainingQuantity inventoryItemId } } } }
  refunds(first: 5) { refundLineItems(first: 5) { nodes {
    quantity restockType restocked location { name } lineItem { sku } } } }
} }"""
FULFIL = """mutation Ship($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status totalQuantity } userErrors { field message } } }"""
CANCEL = """mutation Cancel($id: ID!, $restock: Boolean!) {
  orderCancel(orderId: $id, reason: CUSTOMER, restock: $restock) {
    job { done } orderCancelUserErrors { field message code } } }"""
PAGE = """query Page($query: String) {
  orders(first: 25, query: $query, sortKey: UPDATED_AT) { nodes { name updatedAt } } }"""


def stock(shop: Rehearsal, sku: str = "MUG", place: str = "Main") -> tuple[int, int, int]:
    level = shop.level(sku, place)
    return level["available"], level["committed"], level["on_hand"]


def place(shop: Rehearsal, quantity: int = 3, sku: str = "MUG", **settings: Any) -> str:
    lines = [{"sku": sku, "quantity": quantity}]
    order_id: str = shop.shape("orders", {"lines": lines, **settings})["order_id"]
    return order_id


def read(shop: Rehearsal, order_id: str) -> Any:
    return shop.data(ORDER, id=order_id)["order"]


def test_an_order_commits_its_units(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    order = read(shop, place(shop))
    assert stock(shop) == (7, 3, 10)
    line = order["lineItems"]["nodes"][0]
    assert (line["quantity"], line["currentQuantity"], line["unfulfilledQuantity"]) == (3, 3, 3)
    assert line["variant"]["inventoryItem"]["id"] == item
    assert order["currentTotalPriceSet"]["shopMoney"] == {"amount": "30.00", "currencyCode": "EUR"}


def test_an_order_may_take_more_than_there_is(shop: Rehearsal) -> None:
    shop.item("MUG")
    place(shop, 12)
    assert stock(shop) == (-2, 12, 10)


def test_an_untracked_item_commits_nothing(shop: Rehearsal) -> None:
    shop.item("MUG", is_tracked=False)
    shop.shape(f"orders/{place(shop)}/fulfil")
    assert stock(shop) == (10, 0, 10)


def test_an_order_goes_where_the_units_are(shop: Rehearsal) -> None:
    shop.item("MUG", levels={"Main": 1, "East": 9})
    order = read(shop, place(shop))
    assert order["fulfillmentOrders"]["nodes"][0]["assignedLocation"]["name"] == "East"
    assert stock(shop, place="East") == (6, 3, 9)


def test_fulfilment_lets_committed_go_part_by_part(shop: Rehearsal) -> None:
    shop.item("MUG")
    order_id = place(shop)
    part = read(shop, order_id)["fulfillmentOrders"]["nodes"][0]
    line = part["lineItems"]["nodes"][0]
    wanted = {"id": line["id"], "quantity": 2}
    group = {"fulfillmentOrderId": part["id"], "fulfillmentOrderLineItems": [wanted]}
    tracking = {"number": "TR1", "company": "DPD", "url": "https://track.example/TR1"}
    given = {"lineItemsByFulfillmentOrder": [group], "trackingInfo": tracking}
    payload = shop.data(FULFIL, fulfillment=given)["fulfillmentCreate"]
    assert payload["userErrors"] == []
    assert payload["fulfillment"]["totalQuantity"] == 2
    assert stock(shop) == (7, 1, 8)
    order = read(shop, order_id)
    assert order["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert order["fulfillments"][0]["trackingInfo"] == [tracking]
    assert order["fulfillmentOrders"]["nodes"][0]["status"] == "IN_PROGRESS"
    rest = {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part["id"]}]}
    shop.data(FULFIL, fulfillment=rest)
    assert stock(shop) == (7, 0, 7)
    order = read(shop, order_id)
    assert order["displayFulfillmentStatus"] == "FULFILLED"
    assert order["fulfillmentOrders"]["nodes"][0]["supportedActions"] == []


def test_more_than_is_left_can_not_be_fulfilled(shop: Rehearsal) -> None:
    shop.item("MUG")
    part = read(shop, place(shop))["fulfillmentOrders"]["nodes"][0]
    wanted = {"id": part["lineItems"]["nodes"][0]["id"], "quantity": 4}
    group = {"fulfillmentOrderId": part["id"], "fulfillmentOrderLineItems": [wanted]}
    payload = shop.data(FULFIL, fulfillment={"lineItemsByFulfillmentOrder": [group]})
    assert payload["fulfillmentCreate"]["fulfillment"] is None
    assert len(payload["fulfillmentCreate"]["userErrors"]) == 1
    assert stock(shop) == (7, 3, 10)


@pytest.mark.parametrize(
    ("restock", "after", "restock_type"),
    [(True, (10, 0, 10), "CANCEL"), (False, (7, 0, 7), "NO_RESTOCK")],
)
def test_a_cancelled_order_lets_go_with_or_without_restock(
    shop: Rehearsal, *, restock: bool, after: tuple[int, int, int], restock_type: str
) -> None:
    shop.item("MUG")
    order_id = place(shop)
    payload = shop.data(CANCEL, id=order_id, restock=restock)["orderCancel"]
    assert payload == {"job": {"done": True}, "orderCancelUserErrors": []}
    assert stock(shop) == after
    order = read(shop, order_id)
    assert order["closedAt"] == order["cancelledAt"] is not None
    assert order["displayFulfillmentStatus"] == "UNFULFILLED"
    part = order["fulfillmentOrders"]["nodes"][0]
    assert part["status"] == "CLOSED"
    assert part["lineItems"]["nodes"][0]["remainingQuantity"] == 0
    refund = order["refunds"][0]["refundLineItems"]["nodes"][0]
    assert (refund["quantity"], refund["restockType"], refund["restocked"]) == (
        3,
        restock_type,
        restock,
    )


def test_a_fulfilled_or_cancelled_order_can_not_be_cancelled(shop: Rehearsal) -> None:
    shop.item("MUG")
    shipped, cancelled = place(shop, 1), place(shop, 1)
    shop.shape(f"orders/{shipped}/fulfil")
    shop.shape(f"orders/{cancelled}/cancel", {"is_restocked": True})
    for order_id, code in (
        (shipped, "INVALID"),
        (cancelled, "INVALID"),
        ("gid://shopify/Order/1", "NOT_FOUND"),
    ):
        errors = shop.data(CANCEL, id=order_id, restock=True)["orderCancel"]
        assert [error["code"] for error in errors["orderCancelUserErrors"]] == [code]


def test_orders_are_found_by_when_they_changed(shop: Rehearsal) -> None:
    shop.item("MUG")
    shop.shape("clock", {"is_frozen": True, "at": "2026-11-01T10:00:00Z"})
    first = place(shop, 1, name="#A")
    shop.shape("clock", {"at": "2026-11-02T10:00:00Z"})
    place(shop, 1, name="#B")
    since = "updated_at:>='2026-11-02T00:00:00Z'"
    names = [order["name"] for order in shop.data(PAGE, query=since)["orders"]["nodes"]]
    assert names == ["#B"]
    shop.shape("clock", {"at": "2026-11-03T10:00:00Z"})
    shop.shape(f"orders/{first}/fulfil")
    names = [order["name"] for order in shop.data(PAGE, query=since)["orders"]["nodes"]]
    assert names == ["#B", "#A"]


def test_orders_are_found_by_status_name_and_sku(shop: Rehearsal) -> None:
    shop.item("MUG")
    shop.item("CUP")
    place(shop, 1, name="#M", is_test=True)
    cancelled = place(shop, 1, sku="CUP", name="#C")
    shop.shape(f"orders/{cancelled}/cancel", {"is_restocked": True})
    for query, names in (
        ("status:open", ["#M"]),
        ("status:cancelled", ["#C"]),
        ("status:closed", ["#C"]),
        ("sku:CUP", ["#C"]),
        ("name:#M", ["#M"]),
        ("test:true", ["#M"]),
        ("", ["#M", "#C"]),
    ):
        nodes = shop.data(PAGE, query=query)["orders"]["nodes"]
        assert [order["name"] for order in nodes] == names, query


def test_orders_older_than_60_days_need_their_own_scope(shop: Rehearsal) -> None:
    shop.item("MUG")
    place(shop, 1, created_at="2020-01-01T00:00:00Z")
    assert shop.data(PAGE)["orders"]["nodes"] == []
    scopes = shop.read("shop")["shop"]["scopes"]
    shop.shape("shop", {"scopes": [*scopes, "read_all_orders"]})
    assert len(shop.data(PAGE)["orders"]["nodes"]) == 1


def test_fulfilment_orders_are_silently_missing_without_their_scope(shop: Rehearsal) -> None:
    shop.item("MUG")
    order_id = place(shop)
    shop.shape("shop", {"scopes": ["read_orders"]})
    assert read(shop, order_id)["fulfillmentOrders"]["nodes"] == []
