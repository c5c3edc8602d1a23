"""The `@idempotent` directive in the sandbox: executed once, told again, refused when misused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.channels.shopify.rehearsal import SET, Rehearsal, codes

BARE = SET.replace(" @idempotent(key: $key)", "").replace(", $key: String!", "")


def test_a_set_without_the_directive_is_refused(shop: Rehearsal) -> None:
    line = shop.line(shop.item("MUG"), 5)
    given = {"name": "available", "reason": "correction", "quantities": [line]}
    body = shop.graphql(BARE, {"input": given}).json()
    assert body["data"] == {"inventorySetQuantities": None}
    assert body["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert body["errors"][0]["message"] == (
        "The @idempotent directive is required for this mutation but was not provided."
    )
    assert shop.level("MUG")["available"] == 10


@pytest.mark.parametrize("key", ["", "   "])
def test_a_blank_key_is_refused(shop: Rehearsal, key: str) -> None:
    line = shop.line(shop.item("MUG"), 5)
    given = {"name": "available", "reason": "correction", "quantities": [line]}
    assert shop.error(SET, input=given, key=key)["extensions"]["code"] == "BAD_REQUEST"


def test_a_misspelt_directive_is_refused(shop: Rehearsal) -> None:
    error = shop.error(SET.replace("@idempotent", "@idempotency"), input={}, key="key-1")
    assert error["extensions"]["code"] == "undefinedDirective"


def test_a_repeat_is_executed_once_and_tells_the_first_outcome(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    first = shop.adjust([shop.change(item, -4, 10)])
    again = shop.adjust([shop.change(item, -4, 10)])
    assert again == first
    assert shop.level("MUG")["available"] == 6
    assert shop.read("counters")["counters"]["replays"] == 1


def test_a_refusal_is_told_again_too(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    assert codes(shop.set([shop.line(item, 5, 3)])) == ["CHANGE_FROM_QUANTITY_STALE"]
    shop.shape("levels", {"levels": [{"sku": "MUG", "location": "Main", "available": 3}]})
    assert codes(shop.set([shop.line(item, 5, 3)])) == ["CHANGE_FROM_QUANTITY_STALE"]
    assert codes(shop.set([shop.line(item, 5, 3)], key="key-2")) == []


def test_other_variables_under_one_key_are_a_mismatch(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    shop.set([shop.line(item, 5)])
    payload = shop.set([shop.line(item, 6)])
    assert codes(payload) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    assert payload["inventoryAdjustmentGroup"] is None
    assert shop.level("MUG")["available"] == 5


def test_the_order_of_lines_belongs_to_the_parameters(shop: Rehearsal) -> None:
    lines = [shop.line(shop.item(sku), 5) for sku in ("A", "B")]
    shop.set(lines)
    assert codes(shop.set(lines[::-1])) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]


def test_a_key_of_another_mutation_is_a_mismatch(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    shop.set([shop.line(item, 5)])
    payload = shop.adjust([shop.change(item, 1)])
    assert codes(payload) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]


def test_a_key_lives_24_hours_of_the_shops_clock(shop: Rehearsal) -> None:
    item = shop.item("MUG")
    shop.adjust([shop.change(item, 1)])
    shop.shape("clock", {"advance_seconds": 24 * 3600 - 60})
    shop.adjust([shop.change(item, 1)])
    assert shop.level("MUG")["available"] == 11
    shop.shape("clock", {"advance_seconds": 120})
    shop.adjust([shop.change(item, 1)])
    assert shop.level("MUG")["available"] == 12


def test_a_second_request_under_a_running_key_is_told_so(shop: Rehearsal) -> None:
    lines = [shop.line(shop.item("MUG"), 5)]
    shop.shape("faults", {"kind": "delay", "seconds": 1.5})
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(shop.set, lines)
        while "key-1" not in shop.read("keys")["running"]:
            assert not slow.done()
        assert codes(shop.set(lines)) == ["IDEMPOTENCY_CONCURRENT_REQUEST"]
        assert codes(slow.result()) == []
    assert codes(shop.set(lines)) == []
    assert shop.level("MUG")["available"] == 5


def test_a_key_burnt_by_a_failed_attempt_stays_burnt(shop: Rehearsal) -> None:
    lines = [shop.line(shop.item("MUG"), 5)]
    shop.shape("faults", {"kind": "key_failed"})
    given = {"name": "available", "reason": "correction", "quantities": lines}
    assert shop.graphql(SET, {"input": given, "key": "key-1"}).status_code == 500
    assert codes(shop.set(lines)) == ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]
    assert codes(shop.set(lines, key="key-2")) == []
