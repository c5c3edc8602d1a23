"""How an order stands, by each of Amazon's statuses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from channels.adapters.amazon import standing
from channels.contract import RemoteOrderLine


def order(status: str | None, quantities: dict[str, int] | None = None, **item: Any) -> Any:
    one = {"orderItemId": "I1", "quantityOrdered": 5, "product": {"sellerSku": "MUG"}, **item}
    if quantities is not None:
        one["fulfillment"] = quantities
    data: dict[str, Any] = {
        "orderId": "305-1",
        "createdTime": "2026-11-20T10:00:00Z",
        "lastUpdatedTime": "2026-11-21T10:00:00Z",
        "orderItems": [one],
    }
    if status is not None:
        data["fulfillment"] = {"fulfillmentStatus": status, "fulfilledBy": "MERCHANT"}
    return data


def units(told: Any) -> tuple[int, int]:
    [line] = standing.order(told, "EU").lines
    return line.unfulfilled, line.fulfilled


@pytest.mark.parametrize(
    ("status", "quantities", "expected"),
    [
        ("PENDING", None, (5, 0)),
        ("PENDING", {"quantityFulfilled": 0, "quantityUnfulfilled": 0}, (5, 0)),
        ("PENDING_AVAILABILITY", None, (5, 0)),
        ("UNSHIPPED", None, (5, 0)),
        ("UNSHIPPED", {"quantityFulfilled": 0, "quantityUnfulfilled": 4}, (4, 0)),
        ("PARTIALLY_SHIPPED", {"quantityFulfilled": 2, "quantityUnfulfilled": 3}, (3, 2)),
        ("PARTIALLY_SHIPPED", {"quantityFulfilled": 2}, (3, 2)),
        ("SHIPPED", {"quantityFulfilled": 5, "quantityUnfulfilled": 0}, (0, 5)),
        ("SHIPPED", None, (0, 5)),
        ("CANCELLED", None, (0, 0)),
        ("CANCELLED", {"quantityFulfilled": 1, "quantityUnfulfilled": 4}, (0, 1)),
        ("SOMETHING_NEW", None, (5, 0)),
        (None, None, (5, 0)),
    ],
)
def test_units_are_held_until_they_left_or_were_cancelled(
    status: str | None, quantities: dict[str, int] | None, expected: tuple[int, int]
) -> None:
    assert units(order(status, quantities)) == expected


@pytest.mark.parametrize("status", ["PENDING", "PENDING_AVAILABILITY", "SOMETHING_NEW", None])
def test_what_is_not_surely_paid_must_not_leave(status: str | None) -> None:
    assert standing.order(order(status), "EU").is_unpaid


@pytest.mark.parametrize("status", ["UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED"])
def test_these_are_paid_or_over(status: str) -> None:
    found = standing.order(order(status), "EU")
    assert not found.is_unpaid
    assert found.is_canceled == (status == "CANCELLED")


def test_a_buyers_request_to_cancel_cancels_nothing() -> None:
    asked = {"cancellationRequest": {"requester": "BUYER", "cancelReason": "changed my mind"}}
    found = standing.order(order("UNSHIPPED", cancellation=asked), "EU")
    assert not found.is_canceled
    assert found.lines[0].unfulfilled == 5


def test_times_bear_their_zone_and_the_line_its_sku_and_place() -> None:
    found = standing.order(order("UNSHIPPED"), "EU")
    assert found.placed_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert found.lines == [RemoteOrderLine("I1", "MUG", "MUG", 5, location_id="EU")]


def test_a_line_without_a_sku_is_named_by_its_asin_and_has_no_item() -> None:
    [line] = standing.order(order("UNSHIPPED", product={"asin": "B01"}), "EU").lines
    assert (line.item_id, line.sku, line.unfulfilled) == ("", "ASIN B01", 5)


def test_only_what_says_so_is_shipped_by_amazon() -> None:
    by_amazon = order("UNSHIPPED") | {"fulfillment": {"fulfilledBy": "AMAZON"}}
    assert standing.is_amazon_fulfilled(by_amazon)
    assert not standing.is_amazon_fulfilled(order("UNSHIPPED"))
    assert not standing.is_amazon_fulfilled(order(None))
