"""An order that vanishes while it is read never comes by halves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from channels.contract import ChannelError, Code
from tests.channels.shopify.test_adapter_failures import Shop, open_shop, said
from tests.channels.shopify.test_adapter_orders import NOON


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


LINE = {
    "id": "gid://shopify/LineItem/1", "sku": "A", "quantity": 1, "currentQuantity": 1,
    "unfulfilledQuantity": 1, "variant": None,
}  # fmt: skip
LAST = {"hasNextPage": False, "endCursor": "c"}
MORE = {"hasNextPage": True, "endCursor": "c"}
LONG_ID = "gid://shopify/Order/1"
LONG: dict[str, Any] = {
    "id": LONG_ID, "name": "#1", "createdAt": "2026-11-21T12:00:00Z",
    "updatedAt": "2026-11-21T12:00:00Z", "cancelledAt": None, "test": False,
    "lineItems": {"pageInfo": MORE, "nodes": [LINE]},
    "fulfillmentOrders": {"pageInfo": LAST, "nodes": []},
}  # fmt: skip
WHOLE: dict[str, Any] = {**LONG, "fulfillments": [], "refunds": []}
PAGE = said(body={"data": {"orders": {"pageInfo": LAST, "nodes": [LONG]}}})
READ_AGAIN = said(body={"data": {"nodes": [WHOLE]}})
GONE = said(body={"data": {"order": None}})


def test_a_long_order_deleted_before_it_is_read_again_is_left_out(shop: Shop) -> None:
    shop.answers = [PAGE, said(body={"data": {"nodes": [None]}})]
    assert list(shop.adapter().pull_orders(NOON)) == []
    assert shop.answers == []


def test_a_long_order_deleted_before_its_lines_are_read_is_left_out(shop: Shop) -> None:
    shop.answers = [PAGE, READ_AGAIN, GONE]
    assert list(shop.adapter().pull_orders(NOON)) == []
    assert shop.answers == []


def test_a_long_order_deleted_between_pages_of_its_lines_never_comes_by_halves(shop: Shop) -> None:
    half = {"order": {"id": LONG["id"], "lineItems": {"pageInfo": MORE, "nodes": [LINE]}}}
    shop.answers = [PAGE, READ_AGAIN, said(body={"data": half}), GONE]
    with pytest.raises(ChannelError, match="Deleted") as caught:
        list(shop.adapter().pull_orders(NOON))
    assert (caught.value.code, caught.value.permanent) == (Code.UNAVAILABLE, False)


def part(name: str, nodes: list[object]) -> dict[str, object]:
    """A part of an order that has more lines than came along, and what must be read for them."""
    return {"id": f"gid://shopify/{name}/1", "status": "SUCCESS", "location": None,
            "assignedLocation": {"location": None},
            "fulfillmentLineItems": {"pageInfo": MORE, "nodes": nodes},
            "refundLineItems": {"pageInfo": MORE, "nodes": nodes},
            "lineItems": {"pageInfo": MORE, "nodes": nodes}}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "root"),
    [
        ({"fulfillments": [part("Fulfillment", [])]}, "fulfillment"),
        ({"refunds": [part("Refund", [])]}, "node"),
        (
            {"fulfillmentOrders": {"pageInfo": LAST, "nodes": [part("FulfillmentOrder", [])]}},
            "fulfillmentOrder",
        ),
        ({"refunds": [part("Refund", [])] * 5}, "order"),
    ],
    ids=["fulfilment", "refund", "fulfilment order", "all refunds"],
)
def test_an_order_deleted_while_a_part_of_it_is_read_never_comes_by_halves(
    shop: Shop, changes: dict[str, object], root: str
) -> None:
    short = {**WHOLE, "lineItems": {"pageInfo": LAST, "nodes": [LINE]}, **changes}
    shop.answers = [said(body={"data": {"nodes": [short]}}), said(body={"data": {root: None}})]
    with pytest.raises(ChannelError, match="Deleted") as caught:
        list(shop.adapter().read_orders([LONG_ID]))
    assert (caught.value.code, caught.value.permanent) == (Code.UNAVAILABLE, False)


def test_an_order_with_more_refunds_than_can_be_read_is_an_error(shop: Shop) -> None:
    short = {**WHOLE, "lineItems": {"pageInfo": LAST, "nodes": [LINE]}}
    refunds = [{"id": "gid://shopify/Refund/1", "refundLineItems": {"pageInfo": LAST, "nodes": []}}]
    some, all_of_them = {**short, "refunds": refunds * 5}, {**short, "refunds": refunds * 250}
    shop.answers = [
        said(body={"data": {"nodes": [some]}}), said(body={"data": {"order": all_of_them}}),
    ]  # fmt: skip
    with pytest.raises(ChannelError, match="#1 has 250") as caught:
        list(shop.adapter().read_orders([LONG_ID]))
    assert (caught.value.code, caught.value.permanent) == (Code.BAD_REQUEST, True)
