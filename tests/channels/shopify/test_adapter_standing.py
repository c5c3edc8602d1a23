"""How far an order has come, worked out from what the store shows."""

from __future__ import annotations

from typing import Any

import pytest

from channels.adapters.shopify import standing
from channels.adapters.shopify.standing import Standing

LINE = "gid://shopify/LineItem/1"
HERE, THERE = "gid://shopify/Location/1", "gid://shopify/Location/2"


def node(quantity: int, current: int, unfulfilled: int) -> dict[str, Any]:
    return {
        "id": LINE, "sku": None, "quantity": quantity, "currentQuantity": current,
        "unfulfilledQuantity": unfulfilled, "variant": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("assigned", "shipped", "unfulfilled", "place"),
    [
        ([(HERE, 2)], [], 2, HERE),
        ([(HERE, 2)], [(HERE, 1)], 2, HERE),
        ([(HERE, 0)], [(HERE, 2)], 0, HERE),
        ([(HERE, 1), (THERE, 1)], [], 2, ""),
        ([(THERE, 2)], [(HERE, 1)], 2, ""),
        # Moved: what is left of the first assignment is nothing.
        ([(HERE, 0), (THERE, 2)], [], 2, THERE),
        # Nothing we may see of what is to ship: it may be anywhere.
        ([], [(HERE, 1)], 2, ""),
        ([(HERE, 0)], [(HERE, 1)], 2, ""),
        ([], [], 2, ""),
        ([("", 2)], [], 2, ""),
        ([("", 1), (HERE, 1)], [], 2, ""),
        # Over without a parcel.
        ([(HERE, 0)], [], 0, HERE),
        ([(HERE, 0), (THERE, 0)], [], 0, ""),
    ],
)
def test_a_line_has_a_place_only_when_all_of_it_is_there(
    assigned: list[tuple[str, int]], shipped: list[tuple[str, int]], unfulfilled: int, place: str
) -> None:
    other = ("gid://shopify/LineItem/2", THERE, 5)
    found = Standing(
        [*((LINE, *one) for one in assigned), other], [*((LINE, *one) for one in shipped), other]
    )
    assert found.place(LINE, unfulfilled) == place


@pytest.mark.parametrize("status", ["SUCCESS", "PENDING", "OPEN"])
def test_a_parcel_on_its_way_counts_as_shipped(status: str) -> None:
    lines = [{"lineItem": {"id": LINE}, "quantity": 2}]
    fulfillment = {"status": status, "location": {"id": HERE}}
    assert list(standing.shipped(fulfillment, lines)) == [(LINE, HERE, 2)]


@pytest.mark.parametrize("status", ["CANCELLED", "ERROR", "FAILURE"])
def test_a_parcel_that_came_to_nothing_does_not_count(status: str) -> None:
    lines = [{"lineItem": {"id": LINE}, "quantity": 2}]
    assert list(standing.shipped({"status": status, "location": None}, lines)) == []


def test_units_of_a_canceled_fulfilment_order_wait_nowhere() -> None:
    lines = [{"lineItem": {"id": LINE}, "remainingQuantity": 2}]
    given = {"status": "CANCELLED", "assignedLocation": {"location": {"id": HERE}}}
    assert list(standing.assigned(given, lines)) == [(LINE, HERE, 0)]
    assert list(standing.assigned({**given, "status": "ON_HOLD"}, lines)) == [(LINE, HERE, 2)]


def test_only_units_that_came_back_after_shipping_are_returned() -> None:
    kinds = ("RETURN", "CANCEL", "NO_RESTOCK", "LEGACY_RESTOCK", "RETURN")
    lines = [{"lineItem": {"id": LINE}, "quantity": 2, "restockType": kind} for kind in kinds]
    assert standing.returned(lines) == {LINE: 4}


def test_no_more_units_are_returned_than_were_shipped() -> None:
    found = Standing(shipped=[(LINE, HERE, 2)], returned={LINE: 3})
    assert standing.line(node(5, 2, 2), found, is_canceled=False).returned == 2


@pytest.mark.parametrize(
    ("current", "unfulfilled", "expected"), [(5, 5, 5), (3, 5, 3), (5, 2, 2), (0, 5, 0), (-1, 1, 0)]
)
def test_refunded_units_are_never_to_ship(current: int, unfulfilled: int, expected: int) -> None:
    given = node(5, current, unfulfilled)
    assert standing.line(given, Standing(), is_canceled=False).unfulfilled == expected
    assert standing.line(given, Standing(), is_canceled=True).unfulfilled == 0


@pytest.mark.parametrize(
    ("numbers", "has_more", "has_moved"),
    [
        ((5, 5, 5), False, False),
        ((5, 4, 5), False, True),
        ((5, 5, 4), False, True),
        ((5, 4, 4), False, True),
        ((5, 5, 5), True, True),
    ],
)
def test_an_order_is_read_again_as_soon_as_its_numbers_differ(
    numbers: tuple[int, int, int], *, has_more: bool, has_moved: bool
) -> None:
    lines = {"pageInfo": {"hasNextPage": has_more}, "nodes": [node(2, 2, 2), node(*numbers)]}
    assert standing.has_moved({"lineItems": lines}) is has_moved
