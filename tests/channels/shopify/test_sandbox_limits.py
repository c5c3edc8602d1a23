"""Cost, the leaky bucket and faults on demand."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest
import requests

from tests.channels.shopify.rehearsal import SET, Rehearsal, codes

SHOP = "{ shop { name } }"
VARIANT_ITEMS = """query Items($first: Int!) {
  productVariants(first: $first) { nodes { inventoryItem { id tracked } } pageInfo { endCursor } }
}"""


def cost(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["extensions"]["cost"]
    return found


def given(shop: Rehearsal, quantity: int = 5) -> dict[str, Any]:
    """Variables of a set on a fresh item MUG."""
    line = shop.line(shop.item("MUG"), quantity)
    return {
        "input": {"name": "available", "reason": "correction", "quantities": [line]},
        "key": "key-1",
    }


@pytest.mark.parametrize(("first", "requested"), [(1, 4), (2, 4), (10, 10), (100, 20), (250, 24)])
def test_a_connection_costs_by_the_logarithm_of_its_size(
    shop: Rehearsal, first: int, requested: int
) -> None:
    body = shop.graphql(VARIANT_ITEMS, {"first": first}).json()
    assert cost(body)["requestedQueryCost"] == requested
    assert cost(body)["actualQueryCost"] == 2


def test_what_an_answer_did_not_need_is_given_back(shop: Rehearsal) -> None:
    shop.shape("clock", {"is_frozen": True})
    shop.shape("variants", {"variants": [{"sku": f"S{n}"} for n in range(10)]})
    body = shop.graphql(VARIANT_ITEMS, {"first": 250}).json()
    assert cost(body) == {
        "requestedQueryCost": 24,
        "actualQueryCost": 10,
        "throttleStatus": {
            "maximumAvailable": 2000.0,
            "currentlyAvailable": 1990.0,
            "restoreRate": 100.0,
        },
    }


def test_a_mutation_costs_ten_whatever_it_returns(shop: Rehearsal) -> None:
    body = shop.graphql(SET, given(shop)).json()
    assert (cost(body)["requestedQueryCost"], cost(body)["actualQueryCost"]) == (10, 10)


@pytest.mark.parametrize(
    ("plan", "size", "rate"),
    [("standard", 2000, 100), ("advanced", 4000, 200), ("plus", 20000, 1000)],
)
def test_the_plan_sizes_the_bucket(shop: Rehearsal, plan: str, size: int, rate: int) -> None:
    shop.shape("shop", {"plan": plan})
    status = cost(shop.graphql(SHOP).json())["throttleStatus"]
    assert (status["maximumAvailable"], status["restoreRate"]) == (size, rate)


def test_an_empty_bucket_throttles_with_http_200_and_refills_with_time(shop: Rehearsal) -> None:
    variables = given(shop)
    shop.shape("clock", {"is_frozen": True})
    shop.shape("shop", {"available_points": 9})
    reply = shop.graphql(SET, variables)
    assert reply.status_code == 200
    body = reply.json()
    assert "data" not in body
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert cost(body)["actualQueryCost"] is None
    assert cost(body)["throttleStatus"]["currentlyAvailable"] == 9
    assert shop.level("MUG")["available"] == 10
    shop.shape("clock", {"advance_seconds": 1})
    assert shop.data(SET, **variables)["inventorySetQuantities"]["userErrors"] == []


def test_a_query_beyond_1000_points_is_refused(shop: Rehearsal) -> None:
    inside = "inventoryLevels(first: 250) { nodes { location { id } item { id } } }"
    variants = f"variants(first: 250) {{ nodes {{ inventoryItem {{ {inside} }} }} }}"
    error = shop.error(f"{{ inventoryItems(first: 250) {{ nodes {{ {variants} }} }} }}")
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["cost"] > error["extensions"]["maxCost"] == 1000


def test_every_answer_tells_the_cost_also_a_refusal(shop: Rehearsal) -> None:
    body = shop.graphql("{ nonsense }").json()
    assert body["errors"][0]["extensions"]["code"] == "undefinedField"
    assert cost(body)["throttleStatus"]["maximumAvailable"] == 2000


def test_throttled_on_demand_executes_nothing(shop: Rehearsal) -> None:
    variables = given(shop)
    shop.shape("faults", {"kind": "throttled", "times": 2})
    for _ in range(2):
        assert shop.error(SET, **variables)["extensions"]["code"] == "THROTTLED"
    assert shop.level("MUG")["available"] == 10
    assert codes(shop.data(SET, **variables)["inventorySetQuantities"]) == []


def test_429_tells_when_to_come_back(shop: Rehearsal) -> None:
    shop.shape("faults", {"kind": "http_status", "status": 429, "retry_after": 2})
    reply = shop.graphql(SHOP)
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "2.0")
    assert shop.graphql(SHOP).status_code == 200


@pytest.mark.parametrize(("is_executed", "available"), [(False, 10), (True, 5)])
def test_a_502_hides_whether_it_was_executed(
    shop: Rehearsal, *, is_executed: bool, available: int
) -> None:
    variables = given(shop)
    fault = {"kind": "http_status", "status": 502, "is_executed": is_executed}
    shop.shape("faults", fault)
    assert shop.graphql(SET, variables).status_code == 502
    assert shop.level("MUG")["available"] == available
    assert shop.data(SET, **variables)["inventorySetQuantities"]["userErrors"] == []
    assert shop.level("MUG")["available"] == 5


def test_a_cut_connection_has_executed_and_the_repeat_tells_the_outcome(shop: Rehearsal) -> None:
    variables = given(shop)
    shop.shape("faults", {"kind": "cut", "root_field": "inventorySetQuantities"})
    with pytest.raises(requests.ConnectionError):
        shop.graphql(SET, variables)
    assert shop.level("MUG")["available"] == 5
    payload = shop.data(SET, **variables)["inventorySetQuantities"]
    assert len(payload["inventoryAdjustmentGroup"]["changes"]) == 2
    assert shop.read("log")["requests"][-2]["outcome"] == "cut"


def test_an_internal_error_comes_as_http_200_with_a_request_id(shop: Rehearsal) -> None:
    shop.shape("faults", {"kind": "internal_error"})
    error = shop.error(SHOP)
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert error["extensions"]["requestId"]


def test_a_delay_makes_the_answer_late_and_right(shop: Rehearsal) -> None:
    shop.shape("faults", {"kind": "delay", "seconds": 0.3})
    began = time.monotonic()
    assert shop.data(SHOP)["shop"]["name"] == "stockcast-sandbox"
    assert time.monotonic() - began >= 0.3


def test_a_delay_outlasts_an_impatient_client(shop: Rehearsal) -> None:
    shop.shape("faults", {"kind": "delay", "seconds": 0.5})
    with pytest.raises(requests.ReadTimeout):
        shop.graphql(SHOP, timeout=0.1)


def test_a_fault_hits_only_its_root_field(shop: Rehearsal) -> None:
    shop.shape("faults", {"kind": "throttled", "root_field": "orders", "times": None})
    assert shop.data(SHOP)
    assert shop.error("{ orders(first: 1) { nodes { id } } }")["extensions"]["code"] == "THROTTLED"
    assert shop.read("faults")["faults"][0]["hits"] == 1
    shop.shape("faults/clear")
    assert shop.data("{ orders(first: 1) { nodes { id } } }")


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("throttled", {}),
        ("http_status", {"status": 503}),
        ("http_status", {"status": 429, "retry_after": 1}),
        ("delay", {"seconds": 0}),
        ("cut", {}),
    ],
)
def test_a_fault_hits_a_share_of_the_calls_and_the_same_ones_again(
    shop: Rehearsal, kind: str, details: dict[str, Any]
) -> None:
    def struck(seed: int) -> list[bool]:
        shop.shape("faults/clear")
        shop.shape("faults", {"kind": kind, "share": 0.3, "seed": seed, **details})
        after = shop.read("counters")["counters"]["requests"]
        for _ in range(40):
            with contextlib.suppress(requests.ConnectionError):
                shop.graphql(SHOP)
        return ["fault" in entry for entry in shop.read("log", after=str(after))["requests"]]

    first = struck(1)
    assert 4 <= sum(first) <= 24
    assert struck(1) == first
    assert struck(2) != first


def test_a_share_may_be_limited_in_number_too(shop: Rehearsal) -> None:
    shop.shape("faults", {"kind": "throttled", "share": 0.9, "times": 2})
    bodies = [shop.graphql(SHOP).json() for _ in range(20)]
    assert sum("errors" in body for body in bodies) == 2


def test_the_bucket_is_sized_and_filled_by_hand(shop: Rehearsal) -> None:
    shop.shape("clock", {"is_frozen": True})
    sized = {"bucket_maximum": 100, "restore_rate": 7, "available_points": 0}
    status = {"maximumAvailable": 100.0, "currentlyAvailable": 0.0, "restoreRate": 7.0}
    assert shop.shape("shop", sized)["bucket"] == status
    assert shop.error(SHOP)["extensions"]["code"] == "THROTTLED"
    shop.shape("clock", {"advance_seconds": 2})
    assert shop.read("shop")["bucket"]["currentlyAvailable"] == 14
    shop.shape("clock", {"advance_seconds": 60})
    assert shop.read("shop")["bucket"]["currentlyAvailable"] == 100
    back = shop.shape("shop", {"bucket_maximum": None, "restore_rate": None})["bucket"]
    assert (back["maximumAvailable"], back["restoreRate"]) == (2000, 100)


def test_other_settings_leave_the_bucket_as_it_is(shop: Rehearsal) -> None:
    shop.shape("clock", {"is_frozen": True})
    shop.shape("shop", {"available_points": 5})
    kept = shop.shape("shop", {"client_secret": "new"})["bucket"]
    assert kept["currentlyAvailable"] == 5


def test_the_counters_tell_points_spent_throttled_answers_and_single_effects(
    shop: Rehearsal,
) -> None:
    before = shop.read("counters")["counters"]
    assert (before["throttled"], before["points_spent"], before["overwrites"]) == (0, 0, 0)
    variables = given(shop)
    shop.shape("faults", {"kind": "throttled"})
    shop.graphql(SET, variables)
    shop.shape("faults", {"kind": "cut"})
    with pytest.raises(requests.ConnectionError):
        shop.graphql(SET, variables)
    shop.data(SET, **variables)
    counters = shop.read("counters")["counters"]
    assert (counters["throttled"], counters["points_spent"]) == (1, 20)
    assert (counters["lines_written"], counters["replays"]) == (1, 1)
