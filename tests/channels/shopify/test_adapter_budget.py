"""The cost budget, on a clock that the test moves."""

from __future__ import annotations

from typing import Any

import pytest

from channels.adapters.shopify.budget import Budget
from channels.contract import ChannelError, Code


class Clock:
    """Seconds since nothing in particular; sleeping moves them."""

    def __init__(self) -> None:
        self.now = 50.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Notebook:
    """A meter that notes what it is told, and lets everybody wait for seven seconds."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, float]] = []

    def reserve(self, cost: float) -> float:
        self.notes.append(("reserve", cost))
        return 7.0

    def release(self, cost: float) -> None:
        self.notes.append(("release", cost))

    def observe(self, *, available: float, maximum: float, restore_rate: float) -> None:
        assert (maximum, restore_rate) == (2000, 100)
        self.notes.append(("observe", available))

    def assume(self, *, maximum: float, restore_rate: float) -> None:
        raise AssertionError("the store itself says how large its bucket is")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budget(clock: Clock) -> Budget:
    return Budget(clock=clock, sleep=clock.sleep, jitter=lambda: 0.5)


def cost(
    available: float, requested: float | None = 12, actual: float | None = None
) -> dict[str, Any]:
    status = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": 100}
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": status,
    }


def test_the_first_call_of_all_waits_for_nothing(budget: Budget, clock: Clock) -> None:
    budget.reserve("Set", 900)
    assert clock.slept == []


def test_a_call_that_fits_goes_at_once(budget: Budget, clock: Clock) -> None:
    budget.observe("Set", cost(12))
    budget.reserve("Set", 900)
    assert clock.slept == []


def test_a_call_that_does_not_fit_waits_just_long_enough(budget: Budget, clock: Clock) -> None:
    budget.observe("Set", cost(2, requested=12))
    budget.reserve("Set", 0)
    assert clock.slept == [pytest.approx(0.1)]


def test_an_operation_not_yet_priced_goes_by_the_guess(budget: Budget, clock: Clock) -> None:
    budget.observe("Set", cost(100))
    budget.reserve("Read", 300)
    assert clock.slept == [pytest.approx(2)]


def test_a_guess_over_the_brim_waits_for_the_brim_only(budget: Budget, clock: Clock) -> None:
    budget.observe("Set", cost(1000))
    budget.reserve("Read", 5000)
    assert clock.slept == [pytest.approx(10)]


def test_a_wait_too_long_is_refused_with_the_time_to_come_back_and_takes_nothing(
    budget: Budget, clock: Clock
) -> None:
    budget.observe("Set", cost(-2500))
    with pytest.raises(ChannelError) as caught:
        budget.reserve("Set", 0)
    assert clock.slept == []
    assert caught.value.code is Code.RATE_LIMITED
    assert (caught.value.permanent, caught.value.is_outcome_unknown) == (False, False)
    assert caught.value.retry_after == pytest.approx(25.12)
    clock.now += 25.12
    budget.reserve("Set", 0)
    assert clock.slept == []


def test_a_bucket_that_does_not_refill_is_no_endless_wait(budget: Budget) -> None:
    dry = cost(0)
    dry["throttleStatus"]["restoreRate"] = 0
    budget.observe("Set", dry)
    with pytest.raises(ChannelError):
        budget.reserve("Set", 0)


@pytest.mark.parametrize(
    ("answer", "given_back"), [(cost(500, 40, 15), [25]), (cost(500, 40), [40])]
)
def test_what_a_call_did_not_use_is_given_back_before_the_answer_is_told(
    clock: Clock, answer: dict[str, Any], given_back: list[float]
) -> None:
    meter = Notebook()
    budget = Budget(meter, sleep=clock.sleep)
    budget.reserve("Read", 40)
    budget.observe("Read", answer)
    assert meter.notes == [("reserve", 40), ("release", given_back[0]), ("observe", 500)]
    assert clock.slept == [7.0]


def test_a_call_that_was_not_made_gives_back_all_once(clock: Clock) -> None:
    meter = Notebook()
    budget = Budget(meter, sleep=clock.sleep)
    budget.reserve("Read", 40)
    budget.give_back()
    budget.give_back()
    assert meter.notes == [("reserve", 40), ("release", 40)]


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (cost(100, requested=600), 5.25),
        (cost(590, requested=600), 1.25),
        ({}, 1.25),
        ({"requestedQueryCost": 600, "throttleStatus": None}, 1.25),
    ],
)
def test_a_throttled_call_waits_for_its_points_and_a_little_more(
    budget: Budget, told: dict[str, Any], seconds: float
) -> None:
    assert budget.throttled(told) == seconds


def test_refusals_without_a_time_double_until_a_call_goes_through(budget: Budget) -> None:
    assert [budget.refused(None) for _ in range(8)] == [
        1.25, 2.25, 4.25, 8.25, 16.25, 32.25, 60.25, 60.25,
    ]  # fmt: skip
    budget.answered()
    assert budget.refused(None) == 1.25
    assert budget.refused(7.0) == 7.0
