"""One bucket for each operation, on a clock that only sleeping moves."""

from __future__ import annotations

import pytest

from channels.adapters.amazon import operations
from channels.adapters.amazon.budget import Budget
from channels.contract import ChannelError, Code
from channels.meter import LocalMeter
from tests.channels.amazon.selling import Time, budget


def test_a_full_bucket_goes_at_once_and_then_at_the_published_rate() -> None:
    time = Time()
    calls = budget(time)
    for _ in range(7):
        calls.reserve(operations.PATCH_ITEM)
    assert time.slept == pytest.approx([0.2, 0.2])


def test_each_operation_has_a_bucket_of_its_own() -> None:
    time = Time()
    calls = budget(time)
    for operation in (operations.PATCH_ITEM, operations.GET_ITEM, operations.SEARCH_ITEMS) * 5:
        calls.reserve(operation)
    assert not time.slept


def test_a_call_that_is_far_away_is_not_waited_for() -> None:
    time = Time()
    calls = budget(time)
    for _ in range(20):
        calls.reserve(operations.SEARCH_ORDERS)
    with pytest.raises(ChannelError, match="searchOrders") as caught:
        calls.reserve(operations.SEARCH_ORDERS)
    assert (caught.value.code, caught.value.permanent) == (Code.RATE_LIMITED, False)
    assert caught.value.retry_after == pytest.approx(1 / 0.0056)
    assert not time.slept
    time.now += 179  # what was refused took nothing
    calls.reserve(operations.SEARCH_ORDERS)
    assert not time.slept


def test_a_refusal_says_that_the_bucket_is_empty_whatever_was_believed() -> None:
    time = Time()
    calls = budget(time)
    calls.reserve(operations.PATCH_ITEM)
    assert calls.refused(operations.PATCH_ITEM) == 1
    calls.reserve(operations.PATCH_ITEM)
    assert time.slept == pytest.approx([0.2])


def test_waits_double_with_every_refusal_and_begin_anew_after_an_answer() -> None:
    calls = budget()
    patch = operations.PATCH_ITEM
    assert [calls.refused(patch) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    calls.answered(patch)
    assert calls.refused(patch) == 1
    assert calls.refused(operations.SEARCH_ORDERS) == pytest.approx(1 / 0.0056)


def test_meters_that_are_given_are_asked_for_by_operation_and_shared() -> None:
    time = Time()
    meters: dict[str, LocalMeter] = {}

    def shared(operation: str) -> LocalMeter:
        return meters.setdefault(operation, LocalMeter(time, lambda: len(asked)))

    asked: list[str] = []
    for _ in range(5):
        Budget(shared, sleep=time.sleep).reserve(operations.PATCH_ITEM)
        asked.append("one more caller")
    assert list(meters) == ["patchListingsItem"]
    assert not time.slept
    Budget(shared, sleep=time.sleep).reserve(operations.PATCH_ITEM)
    assert time.slept == pytest.approx([0.2])


def test_calls_that_are_over_take_no_room_in_the_bucket() -> None:
    time = Time()
    meter = LocalMeter(time, lambda: len(calls))
    calls: list[Budget] = []
    for _ in range(20):
        calls.append(Budget(lambda _name: meter, sleep=time.sleep))
        calls[-1].reserve(operations.PATCH_ITEM)
        calls[-1].over(operations.PATCH_ITEM)
        time.now += 0.2
    assert not time.slept
