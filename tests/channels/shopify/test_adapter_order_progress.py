"""What became of orders at the sandbox, over real HTTP: shipped, refunded, edited; and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from channels.adapters.shopify import order_documents
from channels.adapters.shopify.sandbox.shop import SCOPES
from channels.contract import ChannelError, Code, RemoteOrder
from tests.channels.shopify.test_adapter_failures import Shop, open_shop, refused, said
from tests.channels.shopify.test_adapter_order_halves import LONG, LONG_ID
from tests.channels.shopify.test_adapter_orders import NOON, place
from tests.channels.shopify.test_adapter_stock import Store, rehearsal

SCOPE = "read_merchant_managed_fulfillment_orders"


@pytest.fixture
def store() -> Iterator[Store]:
    """A at Here and B at There, ninety each."""
    with rehearsal() as store:
        store.places("Here", "There")
        store.items({"sku": "A", "levels": {"Here": 90}}, {"sku": "B", "levels": {"There": 90}})
        store.shape("clock", at=NOON.isoformat(), is_frozen=True)
        yield store


def read(store: Store, *placed: dict[str, Any]) -> list[RemoteOrder]:
    return list(store.adapter().read_orders([order["order_id"] for order in placed]))


def pulled(store: Store) -> RemoteOrder:
    """The one order of the store, which must read the same either way."""
    (order,) = store.adapter().pull_orders(None)
    assert list(store.adapter().read_orders([order.external_id])) == [order]
    return order


def units(order: RemoteOrder) -> list[tuple[int, int, int]]:
    for line in order.lines:
        assert line.ordered == line.unfulfilled + line.fulfilled
    return [(line.unfulfilled, line.fulfilled, line.returned) for line in order.lines]


def names(store: Store, order: RemoteOrder) -> list[str]:
    places = {place.external_id: place.name for place in store.adapter().pull_locations()}
    return [places.get(line.location_id, line.location_id) for line in order.lines]


def do(store: Store, placed: dict[str, Any], verb: str, *lines: dict[str, Any]) -> None:
    store.shape(f"orders/{placed['number']}/{verb}", **({"lines": list(lines)} if lines else {}))


def post(url: str, body: dict[str, Any]) -> None:
    headers = {"X-Shopify-Access-Token": "shpat_sandbox"}
    reply = requests.post(url, json=body, headers=headers, timeout=10)
    assert "errors" not in reply.json(), reply.text


def test_a_new_order_is_read_in_one_call_with_its_locations(store: Store) -> None:
    store.shape("orders", lines=[{"sku": "A", "quantity": 2}], location="Here")
    (order,) = store.adapter().pull_orders(None)
    assert units(order) == [(2, 0, 0)]
    assert [one["operation"] for one in store.requests()] == ["OrdersUpdatedSince"]
    assert names(store, order) == ["Here"]


def test_shipped_units_stay_ordered_and_bear_where_they_left(store: Store) -> None:
    placed = place(store, "A", quantity=5)
    do(store, placed, "fulfil", {"sku": "A", "quantity": 2})
    assert units(pulled(store)) == [(3, 2, 0)]
    do(store, placed, "fulfil")
    assert units(pulled(store)) == [(0, 5, 0)]
    assert names(store, pulled(store)) == ["Here"]


def test_returned_units_were_shipped_and_are_not_to_ship_again(store: Store) -> None:
    placed = place(store, "A", quantity=5)
    do(store, placed, "fulfil", {"sku": "A", "quantity": 4})
    do(store, placed, "refund", {"sku": "A", "quantity": 2, "restock": "return"})
    assert units(pulled(store)) == [(1, 4, 2)]
    do(store, placed, "refund", {"sku": "A", "quantity": 1, "restock": "return"})
    assert units(pulled(store)) == [(1, 4, 3)]


@pytest.mark.parametrize("restock", ["cancel", "no_restock"])
def test_units_refunded_before_they_were_shipped_are_neither_to_ship_nor_returned(
    store: Store, restock: str
) -> None:
    placed = place(store, "A", quantity=5)
    do(store, placed, "refund", {"sku": "A", "quantity": 2, "restock": restock})
    assert units(pulled(store)) == [(3, 0, 0)]


def test_shipped_units_refunded_without_coming_back_are_not_returned(store: Store) -> None:
    placed = place(store, "A", quantity=3)
    do(store, placed, "fulfil")
    do(store, placed, "refund", {"sku": "A", "quantity": 1, "restock": "no_restock"})
    assert units(pulled(store)) == [(0, 3, 0)]


def test_an_edited_order_shows_what_is_to_ship_now(store: Store) -> None:
    placed = place(store, "A", quantity=3)
    do(store, placed, "edit", {"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 2})
    order = pulled(store)
    assert [line.sku for line in order.lines] == ["A", "B"]
    assert units(order) == [(1, 0, 0), (2, 0, 0)]
    do(store, placed, "edit", {"sku": "A", "quantity": 0})
    assert units(pulled(store)) == [(0, 0, 0), (2, 0, 0)]


def test_a_canceled_order_has_nothing_to_ship_and_still_tells_where_it_stood(store: Store) -> None:
    placed = place(store, "A")
    store.shape(f"orders/{placed['number']}/cancel", is_restocked=True)
    order = pulled(store)
    assert (order.is_canceled, units(order)) == (True, [(0, 0, 0)])
    assert names(store, order) == ["Here"]


def test_without_the_scope_for_it_an_order_comes_without_locations(store: Store) -> None:
    placed = place(store, "A", quantity=3)
    store.shape("shop", scopes=[scope for scope in SCOPES if scope != SCOPE])
    assert [(line.unfulfilled, line.location_id) for line in pulled(store).lines] == [(3, "")]
    do(store, placed, "fulfil")
    # Where the units left is told by the fulfilment, for which read_orders is enough.
    assert names(store, pulled(store)) == ["Here"]


def test_orders_are_read_by_id_once_each_and_as_they_were_asked_for(store: Store) -> None:
    first, second = place(store, "A", quantity=1), place(store, "B", quantity=1)
    gone = {"order_id": "gid://shopify/Order/1"}
    found = read(store, second, gone, first, second)
    assert [order.external_id for order in found] == [second["order_id"], first["order_id"]]
    assert len(store.requests()) == 1
    assert read(store) == []
    assert read(store, gone) == []


def test_many_orders_are_read_in_large_steps_and_only_those_that_moved_twice(store: Store) -> None:
    placed = [place(store, "A", "B", quantity=1) for _ in range(60)]
    for order in placed[::5]:
        do(store, order, "fulfil")
    found = read(store, *placed)
    assert [order.external_id for order in found] == [order["order_id"] for order in placed]
    assert [sum(line.fulfilled for line in order.lines) for order in found] == [2, 0, 0, 0, 0] * 12
    assert [one["operation"] for one in store.requests()] == [
        "OrdersOfUpTo250", "WholeOrdersOfUpTo10", "WholeOrdersOfUpTo10",
    ]  # fmt: skip


def test_an_order_of_many_parcels_and_refunds_comes_whole(store: Store) -> None:
    placed = place(store, "A", quantity=20)
    for _ in range(7):
        do(store, placed, "fulfil", {"sku": "A", "quantity": 2})
        do(store, placed, "refund", {"sku": "A", "quantity": 1, "restock": "return"})
    assert units(pulled(store)) == [(6, 14, 7)]


def test_an_order_that_ships_from_many_places_tells_each_line_its_own(store: Store) -> None:
    places = ["P0", "P1", "P2", "P3"]
    store.places(*places)
    store.items(*({"sku": f"S{place}", "levels": {place: 9}} for place in places))
    lines = [{"sku": f"S{place}", "quantity": 1} for place in places]
    placed = store.shape("orders", lines=lines)
    assert names(store, pulled(store)) == places
    do(store, placed, "fulfil", {"sku": "SP2", "quantity": 1})
    assert names(store, pulled(store)) == places


def test_a_parcel_and_a_refund_of_many_lines_come_whole(store: Store) -> None:
    skus = [f"S{number}" for number in range(60)]
    store.items(*({"sku": sku, "levels": {"Here": 9}} for sku in skus))
    placed = place(store, *skus, quantity=2)
    do(store, placed, "fulfil")
    rows = [{"sku": sku, "quantity": 1, "restock": "return"} for sku in skus]
    do(store, placed, "refund", *rows)
    assert units(pulled(store)) == [(0, 2, 1)] * 60


@pytest.mark.parametrize("has_places", [True, False])
@pytest.mark.parametrize(
    ("count", "is_whole"), [(1, True), (10, True), (1, False), (50, False), (250, False)]
)
def test_our_guess_for_orders_by_id_is_the_price_asked(
    store: Store, count: int, *, is_whole: bool, has_places: bool
) -> None:
    operation = order_documents.by_id(count, has_places=has_places, is_whole=is_whole)
    ids = [f"gid://shopify/Order/{number}" for number in range(count)]
    url = f"{store.url}/admin/api/2026-10/graphql.json"
    post(url, {"query": operation.text, "variables": {"ids": ids}})
    (asked,) = [one["requested_cost"] for one in store.requests()]
    assert operation.cost == asked < 1000


def test_the_price_of_reading_what_was_done_with_an_order_is_known(store: Store) -> None:
    url = f"{store.url}/admin/api/2026-10/graphql.json"
    variables = {"id": "gid://shopify/Order/1"}
    for operation in (order_documents.DONE, order_documents.REFUND_LINES):
        post(url, {"query": operation.text, "variables": variables})
        asked = store.requests()[-1]["requested_cost"]
        assert 0 <= operation.cost - asked <= 10


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


LINE: dict[str, Any] = {
    "id": "gid://shopify/LineItem/1", "sku": "A", "quantity": 1, "currentQuantity": 1,
    "unfulfilledQuantity": 1, "variant": None,
}  # fmt: skip
ALONE: dict[str, Any] = {
    key: value for key, value in LONG.items() if key != "fulfillmentOrders"
} | {"lineItems": {"pageInfo": {"hasNextPage": False}, "nodes": [LINE]}}
DENIED = refused("ACCESS_DENIED", data=None)


def test_a_refusal_of_the_locations_does_not_stop_the_orders_and_is_remembered(shop: Shop) -> None:
    whole: dict[str, Any] = {**ALONE, "fulfillments": [], "refunds": []}
    adapter = shop.adapter()
    shop.answers = [DENIED, said(body={"data": {"nodes": [whole]}})]
    (order,) = adapter.read_orders([LONG_ID])
    assert [(line.unfulfilled, line.location_id) for line in order.lines] == [(1, "")]
    page = {"orders": {"pageInfo": {"hasNextPage": False}, "nodes": [ALONE]}}
    shop.answers = [said(body={"data": page})]
    assert list(adapter.pull_orders(None)) == [order]
    asked = [b"fulfillmentOrders" in body for _, _, body in shop.asked]
    assert asked == [True, False, False]


def test_orders_that_cost_more_than_we_reckoned_are_asked_for_by_halves(shop: Shop) -> None:
    too_dear = refused("MAX_COST_EXCEEDED")
    one = {**ALONE, "fulfillments": [], "refunds": []}
    shop.answers = [
        too_dear,
        said(body={"data": {"nodes": [one]}}),
        too_dear,
        said(body={"data": {"nodes": [{**one, "id": "b"}]}}),
        said(body={"data": {"nodes": [None]}}),
    ]
    found = shop.adapter().read_orders([LONG_ID, "b", "c"])
    assert [order.external_id for order in found] == [LONG_ID, "b"]
    shop.answers = [too_dear]
    with pytest.raises(ChannelError) as caught:
        list(shop.adapter().read_orders(["a"]))
    assert caught.value.code is Code.BAD_REQUEST


def test_a_refusal_of_the_orders_themselves_is_an_error(shop: Shop) -> None:
    for ask in ("pull", "read"):
        adapter = shop.adapter()
        shop.answers = [DENIED, DENIED]
        with pytest.raises(ChannelError) as caught:
            list(adapter.pull_orders(None) if ask == "pull" else adapter.read_orders([LONG_ID]))
        assert (caught.value.code, caught.value.permanent) == (Code.SCOPE_MISSING, True)
        assert shop.answers == []
