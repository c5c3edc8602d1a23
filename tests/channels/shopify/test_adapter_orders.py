"""Orders read from the sandbox over real HTTP: since when, page by page, each whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.adapters.shopify import documents, order_documents
from channels.adapters.shopify.sandbox.resolvers import orders as shop_orders
from channels.contract import ChannelError, Code, RemoteOrder
from tests.channels.shopify.test_adapter_stock import Store, rehearsal

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    """A and B, ten each at Here; it is noon there, and stays so until the clock is moved."""
    with rehearsal() as store:
        store.places("Here")
        store.items({"sku": "A", "levels": {"Here": 10}}, {"sku": "B", "levels": {"Here": 10}})
        store.shape("clock", at=NOON.isoformat(), is_frozen=True)
        yield store


def place(store: Store, *skus: str, quantity: int = 3, **settings: Any) -> dict[str, Any]:
    lines = [{"sku": sku, "quantity": quantity} for sku in skus]
    return dict(store.shape("orders", lines=lines, location="Here", **settings))


def pass_time(store: Store, **duration: int) -> None:
    store.shape("clock", advance_seconds=timedelta(**duration).total_seconds())


def pull(store: Store, since: datetime | None = None) -> list[RemoteOrder]:
    return list(store.adapter().pull_orders(since))


def units(order: RemoteOrder) -> list[tuple[str, int, int]]:
    return [(line.sku, line.ordered, line.unfulfilled) for line in order.lines]


def test_an_order_comes_with_its_lines_and_their_stock_items(store: Store) -> None:
    earlier = NOON - timedelta(days=2)
    placed = place(store, "A", "B", name="#77", created_at=earlier.isoformat())
    (order,) = pull(store)
    assert (order.external_id, order.number) == (placed["order_id"], "#77")
    assert (order.placed_at, order.updated_at) == (earlier, NOON)
    assert (order.is_canceled, order.is_test) == (False, False)
    assert units(order) == [("A", 3, 3), ("B", 3, 3)]
    assert [line.external_id for line in order.lines] == [
        line["line_id"] for line in placed["lines"]
    ]
    items = {one.sku: one.item_id for one in store.adapter().pull_listings()}
    assert [line.item_id for line in order.lines] == [items["A"], items["B"]]


def test_a_custom_line_has_no_stock_item(store: Store) -> None:
    store.shape("orders", lines=[{"title": "Engraving", "quantity": 1}], location="Here")
    (order,) = pull(store)
    assert [(line.item_id, line.sku, line.ordered) for line in order.lines] == [("", "", 1)]


def test_a_test_order_is_marked(store: Store) -> None:
    place(store, "A", is_test=True)
    assert [order.is_test for order in pull(store)] == [True]


def test_what_was_shipped_there_is_ordered_but_no_longer_unfulfilled(store: Store) -> None:
    placed = place(store, "A", "B")
    store.shape(f"orders/{placed['number']}/fulfil", lines=[{"sku": "A", "quantity": 2}])
    assert [units(order) for order in pull(store)] == [[("A", 3, 1), ("B", 3, 3)]]
    store.shape(f"orders/{placed['number']}/fulfil")
    assert [units(order) for order in pull(store)] == [[("A", 3, 0), ("B", 3, 0)]]


@pytest.mark.parametrize("is_restocked", [True, False])
def test_a_canceled_order_comes_with_nothing_ordered(store: Store, *, is_restocked: bool) -> None:
    placed = place(store, "A")
    store.shape(f"orders/{placed['number']}/cancel", is_restocked=is_restocked)
    (order,) = pull(store)
    assert order.is_canceled
    assert units(order) == [("A", 0, 0)]


def test_only_what_changed_at_or_after_the_moment_comes(store: Store) -> None:
    for name in ("#1", "#2", "#3"):
        place(store, "A", name=name)
        pass_time(store, minutes=1)
    second = NOON + timedelta(minutes=1)
    for since, expected in (
        (None, ["#1", "#2", "#3"]),
        (second, ["#2", "#3"]),
        (second + timedelta(seconds=1), ["#3"]),
        # Shopify counts whole seconds, so a part of one must not hide what changed within it.
        (second + timedelta(milliseconds=900), ["#2", "#3"]),
        (second.astimezone().replace(microsecond=0), ["#2", "#3"]),
        (second + timedelta(hours=1), []),
    ):
        assert [order.number for order in pull(store, since)] == expected


def test_an_old_order_that_changes_comes_again_and_last(store: Store) -> None:
    first = place(store, "A", name="#1")
    pass_time(store, minutes=1)
    place(store, "A", name="#2")
    pass_time(store, minutes=1)
    store.shape(f"orders/{first['number']}/fulfil", lines=[{"sku": "A", "quantity": 1}])
    assert [order.number for order in pull(store)] == ["#2", "#1"]
    (order,) = pull(store, NOON + timedelta(minutes=2))
    assert (order.number, order.updated_at) == ("#1", NOON + timedelta(minutes=2))
    assert units(order) == [("A", 3, 2)]


def test_many_orders_of_one_second_come_once_each(store: Store) -> None:
    numbers = [f"#{number}" for number in range(60)]
    for name in numbers:
        place(store, "A", quantity=1, name=name)
    found = pull(store, NOON)
    assert [order.number for order in found] == numbers
    assert [one["operation"] for one in store.requests()] == ["OrdersUpdatedSince"] * 2


def test_the_next_page_is_read_only_when_wanted(store: Store) -> None:
    for _ in range(51):
        place(store, "B", quantity=1)
    found = store.adapter().pull_orders(NOON)
    for _ in range(50):
        next(found)
    assert len(store.requests()) == 1
    next(found)
    assert len(store.requests()) == 2


def test_an_order_that_changes_while_we_read_is_not_missed(store: Store) -> None:
    store.shape("levels", levels=[{"sku": "A", "location": "Here", "available": 60}])
    placed = [place(store, "A", quantity=1) for _ in range(60)]
    found = store.adapter().pull_orders(NOON)
    seen = [next(found)]
    pass_time(store, seconds=1)
    # One that was already told, and one that is still to come.
    for order in (placed[0], placed[58]):
        store.shape(f"orders/{order['number']}/fulfil")
    seen += found
    last = {order.external_id: units(order) for order in seen}
    assert len(last) == 60
    for order in (placed[0], placed[58]):
        assert last[order["order_id"]] == [("A", 1, 0)]


@pytest.mark.parametrize(("count", "calls"), [(100, 1), (101, 4), (260, 6)])
def test_a_long_order_comes_whole_and_in_its_order(store: Store, count: int, calls: int) -> None:
    skus = [f"S{number}" for number in range(count)]
    store.items(*({"sku": sku, "levels": {"Here": 9}} for sku in skus))
    place(store, *skus, quantity=2)
    (order,) = pull(store)
    assert units(order) == [(sku, 2, 2) for sku in skus]
    assert len({line.item_id for line in order.lines}) == count
    (here,) = [place.external_id for place in store.adapter().pull_locations()]
    assert {line.location_id for line in order.lines} == {here}
    asked = [one for one in store.requests() if one["operation"] != "Locations"]
    assert len(asked) == calls


def test_our_guess_of_the_cost_is_the_price_asked(store: Store) -> None:
    skus = [f"S{number}" for number in range(101)]
    store.items(*({"sku": sku, "levels": {"Here": 9}} for sku in skus))
    place(store, *skus)
    pull(store)
    asked = [one["requested_cost"] for one in store.requests()]
    guesses = [
        order_documents.orders(has_places=True).cost,
        order_documents.by_id(1, has_places=True, is_whole=True).cost,
        order_documents.LINES.cost,
        documents.FULFILLMENT_ORDER_LINES.cost,
    ]
    assert all(0 <= guess - cost <= 10 for guess, cost in zip(guesses, asked, strict=True))


def test_a_filter_that_the_shop_ignores_is_an_error_not_everything(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(store, "A")
    monkeypatch.delitem(shop_orders.FIELDS, "updated_at")
    with pytest.raises(ChannelError, match="Search filter ignored") as caught:
        pull(store, NOON)
    assert (caught.value.code, caught.value.permanent) == (Code.BAD_REQUEST, True)
    assert len(pull(store)) == 1


def test_orders_that_the_app_may_not_see_are_an_error_not_none(store: Store) -> None:
    place(store, "A")
    store.shape("shop", scopes=["write_inventory", "read_products", "read_locations"])
    with pytest.raises(ChannelError, match="read_orders") as caught:
        pull(store)
    assert (caught.value.code, caught.value.permanent) == (Code.SCOPE_MISSING, True)


@pytest.mark.parametrize(
    ("scopes", "told"),
    [
        ([], "Orders can not be imported before read_orders is granted"),
        (["read_orders"], "Orders placed over 60 days ago are hidden"),
        (["read_orders", "read_all_orders"], ""),
    ],
)
def test_the_connection_test_tells_which_orders_stay_hidden(
    store: Store, scopes: list[str], told: str
) -> None:
    store.shape("shop", scopes=["read_products", "write_inventory", "read_locations", *scopes])
    lines = [line for line in store.adapter().check().details if line.startswith("Orders")]
    assert len(lines) == bool(told)
    assert all(line.startswith(told) for line in lines)


def test_a_failure_midway_keeps_what_was_read_and_the_rest_is_read_later(store: Store) -> None:
    for _ in range(60):
        place(store, "A", quantity=1)
        pass_time(store, seconds=1)
    found = store.adapter().pull_orders(NOON)
    seen = [next(found)]
    store.shape("faults", kind="http_status", status=503, root_field="orders")
    with pytest.raises(ChannelError) as caught:
        seen.extend(found)
    assert (caught.value.permanent, caught.value.is_outcome_unknown) == (False, False)
    assert len(seen) == 50
    rest = pull(store, seen[-1].updated_at)
    assert len({order.external_id for order in [*seen, *rest]}) == 60
