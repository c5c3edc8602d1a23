"""Unseen sales: the sandbox counts numbers raised over orders the client was never told of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from channels.adapters.shopify.sandbox import Sandbox, running
from tests.channels.shopify.rehearsal import SET, Rehearsal

PAGE = "{ orders(first: 25, sortKey: UPDATED_AT) { nodes { id updatedAt } } }"
ONE = "query One($id: ID!) { order(id: $id) { id } }"
NODE = "query Node($id: ID!) { node(id: $id) { id } }"
NODES = "query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id } }"
Read = Callable[[Rehearsal, str], Any]
READS: list[Read] = [
    lambda shop, _order: shop.data(PAGE),
    lambda shop, order: shop.data(ONE, id=order),
    lambda shop, order: shop.data(NODE, id=order),
    lambda shop, order: shop.data(NODES, ids=[order]),
]


def overwrites(shop: Rehearsal) -> int:
    found = shop.read("overwrites")
    assert found["count"] == len(found["events"])
    assert found["count"] == shop.read("counters")["counters"]["overwrites"]
    count: int = found["count"]
    return count


def test_a_client_that_sets_without_reading_orders_is_caught(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    shop.shape("clock", {"is_frozen": True, "at": "2026-11-01T10:00:00Z"})
    first, _second = shop.order(2, name="#A"), shop.order(1, name="#B")
    assert shop.set([shop.line(item, 10)])["userErrors"] == []
    assert overwrites(shop) == 1
    assert shop.read("overwrites")["events"] == [
        {
            "time": "2026-11-01T10:00:00Z",
            "item": item,
            "sku": "MUG",
            "location": "Main",
            "location_id": shop.location(),
            "order": first,
            "order_name": "#A",
            "unseen": 2,
            "from": 7,
            "to": 10,
        }
    ]


@pytest.mark.parametrize("read", READS)
def test_a_client_that_reads_the_order_first_is_not(shop: Rehearsal, read: Read) -> None:
    item = shop.item("MUG")
    order = shop.order(2)
    read(shop, order)
    shop.set([shop.line(item, 10)])
    assert overwrites(shop) == 0


def test_reading_before_the_order_was_placed_does_not_help(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    shop.data(PAGE)
    shop.order(2)
    shop.set([shop.line(item, 10)])
    assert overwrites(shop) == 1


def test_a_difference_that_raises_is_counted_and_one_that_lowers_is_not(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    shop.order(2)
    shop.adjust([shop.change(item, -1)], key="down")
    shop.set([shop.line(item, 3)], key="lower")
    assert overwrites(shop) == 0
    shop.adjust([shop.change(item, 1)], key="up")
    assert overwrites(shop) == 1
    shop.adjust([shop.change(item, 1)], key="up")
    assert overwrites(shop) == 1


def test_a_raise_of_on_hand_is_counted_by_what_it_does_to_available(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    shop.order(2)
    shop.set([shop.line(item, 10)], key="same", name="on_hand")
    assert overwrites(shop) == 0
    shop.set([shop.line(item, 11)], key="more", name="on_hand")
    assert overwrites(shop) == 1


def test_only_what_was_sold_there_counts(shop: Rehearsal) -> None:
    item, other = shop.item("MUG", levels={"Main": 5, "East": 5}), shop.item("CUP")
    shop.order(2, location="East")
    shop.set([shop.line(item, 6)], key="elsewhere")
    shop.set([shop.line(other, 20)], key="another-item")
    assert overwrites(shop) == 0
    east = {**shop.line(item, 5), "locationId": shop.location("East")}
    shop.set([east], key="there")
    assert overwrites(shop) == 1


def test_test_orders_and_cancelled_ones_took_nothing(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    shop.order(2, is_test=True)
    cancelled = shop.order(1)
    shop.shape(f"orders/{cancelled}/cancel", {"is_restocked": True})
    shop.set([shop.line(item, 20)])
    assert overwrites(shop) == 0


def test_a_refused_write_changes_nothing_and_counts_nothing(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    shop.order(2)
    shop.set([shop.line(item, 10, 10)])
    assert overwrites(shop) == 0
    assert shop.stock() == (8, 2, 10)


def test_an_answer_that_was_lost_has_told_nothing(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    shop.order(2)
    shop.shape("faults", {"kind": "cut"})
    with pytest.raises(requests.ConnectionError):
        shop.graphql(PAGE)
    shop.shape("faults", {"kind": "http_status", "status": 502, "is_executed": True})
    assert shop.graphql(PAGE).status_code == 502
    assert shop.read("orders")["orders"][0]["is_unseen_sale"]
    shop.set([shop.line(item, 10)])
    assert overwrites(shop) == 1


def test_a_till_sale_and_units_added_later_count_as_sold_too(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    order = shop.order(1, is_fulfilled=True)
    shop.set([shop.line(item, 10)], key="over-the-till")
    assert overwrites(shop) == 1
    shop.data(PAGE)
    shop.shape(f"orders/{order}/edit", {"lines": [{"sku": "MUG", "quantity": 3}]})
    shop.set([shop.line(item, 10)], key="over-the-edit")
    assert overwrites(shop) == 2


def test_a_merchant_by_hand_is_no_client(shop: Rehearsal) -> None:
    shop.item("MUG")
    shop.order(2)
    shop.shape("levels", {"levels": [{"sku": "MUG", "location": "Main", "available": 50}]})
    assert overwrites(shop) == 0


def test_sales_and_overwrites_outlive_the_server_and_not_a_reset(tmp_path: Path) -> None:
    path = str(tmp_path / "shop.sqlite3")
    with running(Sandbox(path)) as server, Rehearsal(server.url) as shop:
        shop.shape("locations", {"locations": [{"name": "Main"}]})
        item = shop.item("MUG")
        shop.order(2)
        shop.set([shop.line(item, 9)])
    with running(Sandbox(path)) as server, Rehearsal(server.url) as shop:
        assert overwrites(shop) == 1
        shop.set([shop.line(item, 10)], key="again")
        assert overwrites(shop) == 2
        shop.shape("reset")
        assert overwrites(shop) == 0


def test_a_repeat_under_its_key_is_judged_once(shop: Rehearsal) -> None:
    line = shop.line(shop.item("MUG"), 10)
    shop.order(2)
    head = {"name": "available", "reason": "correction", "quantities": [line]}
    for _ in range(3):
        shop.data(SET, input=head, key="one")
    assert overwrites(shop) == 1
