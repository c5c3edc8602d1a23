"""Harm done: sales overwritten by a number that could not know them, and units sold twice."""

from __future__ import annotations

from tests.channels.amazon.feeding import quantities, submit
from tests.channels.amazon.rehearsal import Rehearsal, good

ORDERS = "/orders/2026-01-01/orders"


def poll(seller: Rehearsal) -> None:
    query = {"lastUpdatedAfter": "2020-01-01T00:00:00Z"}
    good(seller.call("GET", ORDERS, query))


def harm(seller: Rehearsal) -> tuple[int, int]:
    """(overwrites of sales unseen, of sales seen on the way)"""
    return seller.counter("overwrites"), seller.counter("overtaken")


def push(seller: Rehearsal, quantity: int) -> None:
    """A number, accepted and applied."""
    assert seller.patch(quantity)["status"] == "ACCEPTED"
    seller.advance(60)


def test_a_rise_over_a_sale_nobody_was_shown_is_an_overwrite(seller: Rehearsal) -> None:
    order_id = seller.order(3)
    push(seller, 10)
    assert harm(seller) == (1, 0)
    [event] = seller.read("overwrites")["overwrites"]
    assert (event["kind"], event["sku"], event["order"]) == ("unseen", "MUG", order_id)
    assert (event["from"], event["to"], event["source"]) == (7, 10, "patch")


def test_a_rise_over_a_sale_that_was_shown_is_none(seller: Rehearsal) -> None:
    seller.order(3)
    seller.advance(120)
    poll(seller)
    push(seller, 10)
    assert harm(seller) == (0, 0)


def test_a_sale_too_young_for_the_list_is_not_shown_by_it(seller: Rehearsal) -> None:
    seller.order(3)
    poll(seller)
    push(seller, 10)
    assert harm(seller) == (1, 0)


def test_reading_the_order_itself_shows_it(seller: Rehearsal) -> None:
    order_id = seller.order(3)
    good(seller.call("GET", f"{ORDERS}/{order_id}"))
    push(seller, 10)
    assert harm(seller) == (0, 0)


def test_an_answer_that_never_arrived_showed_nothing(seller: Rehearsal) -> None:
    order_id = seller.order(3)
    seller.shape("faults", {"kind": "status", "operation": "getOrder", "is_executed": True})
    good(seller.call("GET", f"{ORDERS}/{order_id}"), 503)
    push(seller, 10)
    assert harm(seller) == (1, 0)


def test_lowering_or_repeating_the_number_overwrites_nothing(seller: Rehearsal) -> None:
    seller.order(3)
    push(seller, 7)
    push(seller, 5)
    assert harm(seller) == (0, 0)


def test_a_sale_between_accepted_and_applied_is_overwritten(seller: Rehearsal) -> None:
    seller.patch(10)
    seller.order(3)
    seller.advance(60)
    assert harm(seller) == (1, 0)
    assert seller.shown() == 10


def test_a_late_feed_overwrites_what_the_seller_knows_by_then(seller: Rehearsal) -> None:
    feed_id = submit(seller, quantities(seller, MUG=10))
    seller.order(3)
    seller.advance(130)
    poll(seller)
    seller.advance(110)
    assert harm(seller) == (0, 1)
    [event] = seller.read("overwrites")["overwrites"]
    assert (event["kind"], event["source"]) == ("overtaken", f"feed {feed_id}")


def test_a_cancelled_sale_hides_nothing_any_more(seller: Rehearsal) -> None:
    order_id = seller.order(3)
    seller.shape(f"orders/{order_id}/cancel")
    push(seller, 12)
    assert harm(seller) == (0, 0)


def test_sales_beyond_what_the_seller_has_are_oversold(seller: Rehearsal) -> None:
    seller.add("CUP", quantity=10, physical=4)
    seller.order(3, sku="CUP")
    assert seller.counter("oversold") == 0
    order_id = seller.order(3, sku="CUP")
    assert seller.counter("oversold") == 2
    seller.shape(f"orders/{order_id}/cancel")
    assert seller.counter("oversold") == 0
