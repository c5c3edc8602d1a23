"""What a merchant does to an order after it was placed: till sales, shipping, refunds, edits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.shopify.rehearsal import Rehearsal

FIELDS = """
  name test edited updatedAt displayFulfillmentStatus displayFinancialStatus
  lineItems(first: 10) { nodes { id sku quantity currentQuantity unfulfilledQuantity } }
  fulfillments(first: 5) { location { name }
    fulfillmentLineItems(first: 5) { nodes { quantity lineItem { sku } } } }
  fulfillmentOrders(first: 5) { nodes { status assignedLocation { location { id name } }
    lineItems(first: 5) { nodes { totalQuantity remainingQuantity lineItem { id } } } } }
  refunds(first: 5) { id refundLineItems(first: 5) { nodes {
    quantity restockType restocked location { name } lineItem { sku } } } }
"""
ONE = f"query One($id: ID!) {{ order(id: $id) {{ {FIELDS} }} }}"
MANY = f"query Many($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Order {{ {FIELDS} }} }} }}"
ALL = f"{{ orders(first: 5) {{ nodes {{ {FIELDS} }} }} }}"


def read(shop: Rehearsal, order_id: str) -> Any:
    """The order, which must read the same whichever way it is asked for."""
    order = shop.data(ONE, id=order_id)["order"]
    assert shop.data(MANY, ids=[order_id])["nodes"] == [order]
    assert order in shop.data(ALL)["orders"]["nodes"]
    return order


def units(order: Any) -> list[tuple[str, int, int, int]]:
    """(SKU, ordered, current, unfulfilled) of each line."""
    return [
        (row["sku"], row["quantity"], row["currentQuantity"], row["unfulfilledQuantity"])
        for row in order["lineItems"]["nodes"]
    ]


def parts(order: Any) -> list[tuple[str, str, int, int]]:
    """(location, status, total, remaining) of each fulfilment order's line."""
    return [
        (
            part["assignedLocation"]["location"]["name"],
            part["status"],
            row["totalQuantity"],
            row["remainingQuantity"],
        )
        for part in order["fulfillmentOrders"]["nodes"]
        for row in part["lineItems"]["nodes"]
    ]


def refunded(order: Any) -> list[tuple[int, str, bool, str | None]]:
    """(units, restock type, restocked, location) of each refund line."""
    return [
        (
            row["quantity"],
            row["restockType"],
            row["restocked"],
            row["location"] and row["location"]["name"],
        )
        for refund in order["refunds"]
        for row in refund["refundLineItems"]["nodes"]
    ]


def refund(shop: Rehearsal, order: str, quantity: int, restock: str, **more: Any) -> None:
    line = {"sku": "MUG", "quantity": quantity, "restock": restock, **more}
    shop.shape(f"orders/{order}/refund", {"lines": [line]})


def edit(shop: Rehearsal, order: str, **wanted: int) -> None:
    lines = [{"sku": sku, "quantity": quantity} for sku, quantity in wanted.items()]
    shop.shape(f"orders/{order}/edit", {"lines": lines})


def test_a_till_sale_leaves_the_shelf_at_once(shop: Rehearsal) -> None:
    shop.item("MUG", levels={"Main": 10, "East": 4})
    order = read(shop, shop.order(3, location="East", is_fulfilled=True, source_name="pos"))
    assert shop.stock(location="East") == (1, 0, 1)
    assert order["displayFulfillmentStatus"] == "FULFILLED"
    assert units(order) == [("MUG", 3, 3, 0)]
    assert parts(order) == [("East", "CLOSED", 3, 0)]
    assert order["fulfillments"][0]["location"]["name"] == "East"


def test_units_are_shipped_in_the_shop_part_by_part(shop: Rehearsal) -> None:
    shop.item("MUG")
    order_id = shop.order(3)
    lines = [{"sku": "MUG", "quantity": 2}]
    shop.shape(f"orders/{order_id}/fulfil", {"lines": lines})
    order = read(shop, order_id)
    assert shop.stock() == (7, 1, 8)
    assert (order["displayFulfillmentStatus"], units(order)) == (
        "PARTIALLY_FULFILLED",
        [("MUG", 3, 3, 1)],
    )
    shipped = order["fulfillments"][0]["fulfillmentLineItems"]["nodes"]
    assert shipped == [{"quantity": 2, "lineItem": {"sku": "MUG"}}]
    assert parts(order) == [("Main", "IN_PROGRESS", 3, 1)]


@pytest.mark.parametrize(
    ("restock", "stock", "told"),
    [
        ("cancel", (9, 1, 10), (2, "CANCEL", True, "Main")),
        ("no_restock", (7, 1, 8), (2, "NO_RESTOCK", False, None)),
    ],
)
def test_a_refund_before_shipping_lets_committed_go(
    shop: Rehearsal,
    restock: str,
    stock: tuple[int, int, int],
    told: tuple[int, str, bool, str | None],
) -> None:
    shop.item("MUG")
    order_id = shop.order(3)
    refund(shop, order_id, 2, restock)
    order = read(shop, order_id)
    assert shop.stock() == stock
    assert refunded(order) == [told]
    assert units(order) == [("MUG", 3, 1, 1)]
    assert parts(order) == [("Main", "OPEN", 1, 1)]
    assert order["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    refund(shop, order_id, 1, restock)
    order = read(shop, order_id)
    assert units(order) == [("MUG", 3, 0, 0)]
    assert parts(order) == [("Main", "CLOSED", 0, 0)]
    assert (order["displayFinancialStatus"], order["displayFulfillmentStatus"]) == (
        "REFUNDED",
        "UNFULFILLED",
    )


@pytest.mark.parametrize(
    ("restock", "more", "main", "east", "told"),
    [
        ("return", {}, (9, 0, 9), (0, 0, 0), (2, "RETURN", True, "Main")),
        ("return", {"location": "East"}, (7, 0, 7), (2, 0, 2), (2, "RETURN", True, "East")),
        ("no_restock", {}, (7, 0, 7), (0, 0, 0), (2, "NO_RESTOCK", False, None)),
    ],
)
def test_a_refund_after_shipping_brings_units_back_or_not(
    shop: Rehearsal,
    restock: str,
    more: dict[str, str],
    main: tuple[int, int, int],
    east: tuple[int, int, int],
    told: tuple[int, str, bool, str | None],
) -> None:
    shop.item("MUG", levels={"Main": 10, "East": 0})
    order_id = shop.order(3)
    shop.shape(f"orders/{order_id}/fulfil")
    refund(shop, order_id, 2, restock, **more)
    order = read(shop, order_id)
    assert (shop.stock(), shop.stock(location="East")) == (main, east)
    assert refunded(order) == [told]
    assert units(order) == [("MUG", 3, 1, 0)]
    assert order["displayFulfillmentStatus"] == "FULFILLED"


def test_a_refund_without_restock_takes_what_was_not_shipped_first(shop: Rehearsal) -> None:
    shop.item("MUG")
    order_id = shop.order(3)
    shop.shape(f"orders/{order_id}/fulfil", {"lines": [{"sku": "MUG", "quantity": 2}]})
    refund(shop, order_id, 2, "no_restock")
    order = read(shop, order_id)
    assert shop.stock() == (7, 0, 7)
    assert units(order) == [("MUG", 3, 1, 0)]
    assert sum(row[0] for row in refunded(order)) == 2


def test_a_refund_is_found_by_its_own_id(shop: Rehearsal) -> None:
    shop.item("MUG")
    order_id = shop.order(3)
    refund(shop, order_id, 2, "cancel")
    number = read(shop, order_id)["refunds"][0]["id"]
    inside = "refundLineItems(first: 5) { nodes { quantity } }"
    query = f"query One($id: ID!) {{ node(id: $id) {{ ... on Refund {{ id {inside} }} }} }}"
    found = shop.data(query, id=number)["node"]
    assert found == {"id": number, "refundLineItems": {"nodes": [{"quantity": 2}]}}


def test_a_refund_moves_the_time_of_change(shop: Rehearsal) -> None:
    shop.item("MUG")
    shop.shape("clock", {"is_frozen": True, "at": "2026-11-01T10:00:00Z"})
    order_id = shop.order(3)
    shop.shape("clock", {"advance_seconds": 60})
    refund(shop, order_id, 1, "cancel")
    assert read(shop, order_id)["updatedAt"] == "2026-11-01T10:01:00Z"
    shop.shape("clock", {"advance_seconds": 60})
    edit(shop, order_id, MUG=1)
    assert read(shop, order_id)["updatedAt"] == "2026-11-01T10:02:00Z"


@pytest.mark.parametrize(("restock", "quantity"), [("cancel", 2), ("return", 3), ("no_restock", 4)])
def test_more_than_there_is_can_not_be_refunded(
    shop: Rehearsal, restock: str, quantity: int
) -> None:
    shop.item("MUG")
    order_id = shop.order(3)
    shop.shape(f"orders/{order_id}/fulfil", {"lines": [{"sku": "MUG", "quantity": 2}]})
    line = {"sku": "MUG", "quantity": quantity, "restock": restock}
    url = f"{shop.url}/_sandbox/orders/{order_id}/refund"
    reply = shop.session.post(url, json={"lines": [line]}, timeout=10)
    assert reply.status_code == 409
    assert (shop.stock(), refunded(read(shop, order_id))) == ((7, 1, 8), [])


def test_an_untracked_item_comes_back_nowhere(shop: Rehearsal) -> None:
    shop.item("MUG", is_tracked=False)
    order_id = shop.order(3, is_fulfilled=True)
    refund(shop, order_id, 3, "return")
    assert shop.stock() == (10, 0, 10)


def test_an_edit_takes_units_off_and_a_line_without_any_stays(shop: Rehearsal) -> None:
    shop.item("MUG")
    order_id = shop.order(3)
    edit(shop, order_id, MUG=1)
    assert (shop.stock(), units(read(shop, order_id))) == ((9, 1, 10), [("MUG", 3, 1, 1)])
    edit(shop, order_id, MUG=0)
    order = read(shop, order_id)
    assert (shop.stock(), units(order)) == ((10, 0, 10), [("MUG", 3, 0, 0)])
    assert (order["edited"], parts(order)) == (True, [("Main", "CLOSED", 0, 0)])


def test_an_edit_adds_units_and_lines_to_an_order_that_was_shipped(shop: Rehearsal) -> None:
    shop.item("MUG")
    shop.item("CUP", levels={"East": 5})
    order_id = shop.order(2, is_fulfilled=True)
    edit(shop, order_id, MUG=3, CUP=2)
    order = read(shop, order_id)
    assert (shop.stock(), shop.stock("CUP", "East")) == ((7, 1, 8), (3, 2, 5))
    assert units(order) == [("MUG", 3, 3, 1), ("CUP", 2, 2, 2)]
    assert parts(order) == [
        ("Main", "CLOSED", 2, 0),
        ("Main", "OPEN", 1, 1),
        ("East", "OPEN", 2, 2),
    ]
    assert order["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    shop.shape(f"orders/{order_id}/fulfil")
    assert (shop.stock(), shop.stock("CUP", "East")) == ((7, 0, 7), (3, 0, 3))


def test_an_edit_stops_at_what_was_shipped(shop: Rehearsal) -> None:
    shop.item("MUG")
    order_id = shop.order(3)
    shop.shape(f"orders/{order_id}/fulfil", {"lines": [{"sku": "MUG", "quantity": 2}]})
    url = f"{shop.url}/_sandbox/orders/{order_id}/edit"
    body = {"lines": [{"sku": "MUG", "quantity": 1}]}
    assert shop.session.post(url, json=body, timeout=10).status_code == 409
    edit(shop, order_id, MUG=2)
    assert read(shop, order_id)["displayFulfillmentStatus"] == "FULFILLED"


def test_a_line_is_named_by_its_number_where_a_sku_repeats(shop: Rehearsal) -> None:
    shop.item("MUG")
    lines = [{"sku": "MUG", "quantity": 1}, {"sku": "MUG", "quantity": 2}]
    placed = shop.shape("orders", {"lines": lines})
    path, second = f"orders/{placed['order_id']}", placed["lines"][1]["line_id"]
    url = f"{shop.url}/_sandbox/{path}/edit"
    reply = shop.session.post(url, json={"lines": [{"sku": "MUG", "quantity": 5}]}, timeout=10)
    assert "line_id" in reply.json()["error"]["remedy"]
    shop.shape(f"{path}/edit", {"lines": [{"line_id": second, "quantity": 1}]})
    line = {"line_id": second, "quantity": 1, "restock": "cancel"}
    shop.shape(f"{path}/refund", {"lines": [line]})
    assert units(read(shop, placed["order_id"])) == [("MUG", 1, 1, 1), ("MUG", 2, 0, 0)]
    assert shop.stock() == (9, 1, 10)


def test_what_is_left_after_a_refund_can_be_cancelled(shop: Rehearsal) -> None:
    shop.item("MUG")
    order_id = shop.order(3)
    refund(shop, order_id, 1, "no_restock")
    shop.shape(f"orders/{order_id}/cancel", {"is_restocked": True})
    order = read(shop, order_id)
    assert shop.stock() == (9, 0, 9)
    assert refunded(order) == [(1, "NO_RESTOCK", False, None), (2, "CANCEL", True, "Main")]
    assert order["displayFinancialStatus"] == "REFUNDED"


@pytest.mark.parametrize(
    ("verb", "line", "field"),
    [
        ("refund", {"sku": "MUG", "quantity": 0, "restock": "cancel"}, "lines[0].quantity"),
        ("refund", {"sku": "MUG", "quantity": 1, "restock": "burn"}, "lines[0].restock"),
        ("refund", {"sku": "CUP", "quantity": 1, "restock": "cancel"}, "lines[0].sku"),
        ("edit", {"sku": "MUG", "quantity": -1}, "lines[0].quantity"),
        ("edit", {"line_id": 5, "quantity": 1}, "lines[0].line_id"),
        ("edit", {"sku": "NONE", "quantity": 1}, "lines[0].sku"),
    ],
)
def test_bad_lines_are_refused_by_field(
    shop: Rehearsal, verb: str, line: dict[str, Any], field: str
) -> None:
    shop.item("MUG")
    url = f"{shop.url}/_sandbox/orders/{shop.order(3)}/{verb}"
    reply = shop.session.post(url, json={"lines": [line]}, timeout=10)
    assert (reply.status_code, reply.json()["error"]["field"]) == (400, field)
