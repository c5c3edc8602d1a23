"""Shipments told to the sandbox over real HTTP, and told again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from channels.contract import ChannelError, Code, Shipment
from tests.channels.shopify.test_adapter_stock import Store, rehearsal


@pytest.fixture
def store() -> Iterator[Store]:
    with rehearsal() as store:
        yield store


@pytest.fixture
def order(store: Store) -> dict[str, Any]:
    """Three of A and two of B from Here, one more of B from There."""
    store.places("Here", "There")
    store.items(
        {"sku": "A", "levels": {"Here": 9}}, {"sku": "B", "levels": {"Here": 9, "There": 9}}
    )
    lines = [
        {"sku": "A", "quantity": 3, "location": "Here"},
        {"sku": "B", "quantity": 2, "location": "Here"},
        {"sku": "B", "quantity": 1, "location": "There"},
    ]
    placed = store.shape("orders", lines=lines)
    return dict(placed.get("order", placed))


def shipment(order: dict[str, Any], *units: int, reference: str = "ASN-1", **more: Any) -> Shipment:
    lines = [line["line_id"] for line in order["lines"]]
    wanted = {line: count for line, count in zip(lines, units, strict=True) if count}
    return Shipment(order["order_id"], wanted, reference=reference, **more)


def left(store: Store) -> list[int]:
    (order,) = store.look("orders")["orders"]
    return [line["unfulfilled_quantity"] for line in order["lines"]]


def failing(store: Store, wanted: Shipment) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        store.adapter().send_shipment(wanted)
    assert caught.value.permanent
    return caught.value


def test_the_units_asked_for_are_fulfilled_and_no_others(
    store: Store, order: dict[str, Any]
) -> None:
    made = store.adapter().send_shipment(shipment(order, 2, 1, 0, tracking_number="1Z"))
    assert made.startswith("gid://shopify/Fulfillment/")
    assert left(store) == [1, 1, 1]


def test_goods_from_two_locations_are_two_fulfilments(store: Store, order: dict[str, Any]) -> None:
    made = store.adapter().send_shipment(shipment(order, 3, 2, 1))
    assert len(set(made.split(","))) == 2
    assert left(store) == [0, 0, 0]


def test_a_repeat_changes_nothing_and_gives_the_same_id(
    store: Store, order: dict[str, Any]
) -> None:
    for tracking in ("", "1Z"):
        wanted = shipment(order, 1, 0, 0, reference=f"ASN{tracking}", tracking_number=tracking)
        first = store.adapter().send_shipment(wanted)
        assert store.adapter().send_shipment(wanted) == first
    assert left(store) == [1, 2, 1]


def test_a_lost_answer_is_found_again(store: Store, order: dict[str, Any]) -> None:
    store.shape("faults", kind="cut", root_field="fulfillmentCreate")
    wanted = shipment(order, 2, 0, 0)
    with pytest.raises(ChannelError) as caught:
        store.adapter().send_shipment(wanted)
    assert caught.value.is_outcome_unknown
    assert left(store) == [1, 2, 1]
    assert store.adapter().send_shipment(wanted)
    assert left(store) == [1, 2, 1]


def test_a_half_told_shipment_is_completed(store: Store, order: dict[str, Any]) -> None:
    wanted = shipment(order, 3, 2, 1)
    first = store.adapter().send_shipment(shipment(order, 3, 2, 0))
    made = store.adapter().send_shipment(wanted).split(",")
    assert made[0] == first
    assert len(made) == 2
    assert left(store) == [0, 0, 0]


def test_two_notices_in_one_parcel_are_told_apart(store: Store, order: dict[str, Any]) -> None:
    adapter = store.adapter()
    for reference in ("ASN-1", "ASN-2"):
        adapter.send_shipment(shipment(order, 1, 0, 0, reference=reference, tracking_number="1Z"))
    assert left(store) == [1, 2, 1]


def test_what_the_merchant_has_shipped_by_hand_counts_as_told(
    store: Store, order: dict[str, Any]
) -> None:
    store.shape(f"orders/{order['number']}/fulfil")
    assert store.adapter().send_shipment(shipment(order, 3, 2, 0))
    assert left(store) == [0, 0, 0]


def test_more_units_than_are_open_are_refused(store: Store, order: dict[str, Any]) -> None:
    error = failing(store, shipment(order, 4, 0, 0))
    assert error.code is Code.QUANTITY_REFUSED
    assert left(store) == [3, 2, 1]


def test_a_cancelled_order_is_not_shipped(store: Store, order: dict[str, Any]) -> None:
    store.shape(f"orders/{order['number']}/cancel", is_restocked=True)
    error = failing(store, shipment(order, 1, 0, 0))
    assert error.code is Code.QUANTITY_REFUSED
    assert "Cancelled" in error.message


def test_an_unknown_order_is_told(store: Store, order: dict[str, Any]) -> None:
    unknown = Shipment("gid://shopify/Order/1", {order["lines"][0]["line_id"]: 1}, reference="R")
    assert failing(store, unknown).code is Code.NOT_MATCHED


def test_orders_hidden_by_a_missing_scope_are_told(store: Store, order: dict[str, Any]) -> None:
    store.shape("shop", scopes=["read_orders", "write_inventory"])
    error = failing(store, shipment(order, 1, 0, 0))
    assert error.code is Code.SCOPE_MISSING
    assert "merchant_managed" in error.message


@pytest.mark.parametrize(
    ("units", "reference"), [((0, 0, 0), "R"), ((1, 0, 0), ""), ((-1, 0, 0), "R")]
)
def test_a_shipment_without_units_or_reference_is_refused_before_any_call(
    store: Store, order: dict[str, Any], units: tuple[int, ...], reference: str
) -> None:
    assert failing(store, shipment(order, *units, reference=reference)).code is Code.BAD_REQUEST
    assert store.requests() == []
