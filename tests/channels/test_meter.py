"""The meter of one process, on a clock that the test moves, and what any meter must keep to."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from channels.meter import CALL_SECONDS, STANDSTILL_SECONDS, LocalMeter

Elsewhere = Callable[[float], float]


class Scene:
    """What time it is, and who is on."""

    now = 50.0
    caller = 0
    callers = 0

    def clock(self) -> float:
        return self.now

    def who(self) -> int:
        return self.caller


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def meter(scene: Scene) -> LocalMeter:
    return LocalMeter(scene.clock, scene.who)


@pytest.fixture
def elsewhere(scene: Scene, meter: LocalMeter) -> Elsewhere:
    """Another caller, a new one each time, reserves and does not answer yet."""

    def reserve(cost: float) -> float:
        scene.callers += 1
        scene.caller = scene.callers
        wait = meter.reserve(cost)
        scene.caller = 0
        return wait

    return reserve


def told(meter: LocalMeter, available: float, rate: float = 100) -> None:
    meter.observe(available=available, maximum=2000, restore_rate=rate)


def test_before_the_vendor_spoke_one_call_goes_and_the_others_follow_a_second_apart(
    meter: LocalMeter, elsewhere: Elsewhere
) -> None:
    assert meter.reserve(10) == 0
    assert [elsewhere(10), elsewhere(10)] == [1, 2]


def test_points_that_are_there_cost_no_wait_and_missing_ones_flow_in_at_the_vendors_rate(
    meter: LocalMeter, scene: Scene, elsewhere: Elsewhere
) -> None:
    told(meter, 30)
    assert [elsewhere(20), elsewhere(20), elsewhere(20)] == [
        0,
        pytest.approx(0.1),
        pytest.approx(0.3),
    ]
    scene.now += 0.3
    assert elsewhere(20) == pytest.approx(0.2)


def test_points_given_back_are_there_for_the_next_but_never_more_than_were_taken(
    meter: LocalMeter, elsewhere: Elsewhere
) -> None:
    told(meter, 100)
    meter.reserve(100)
    meter.release(40)
    meter.release(1000)
    assert elsewhere(100) == 0
    assert elsewhere(10) == pytest.approx(0.1)


def test_what_the_vendor_says_does_not_yet_count_the_calls_of_others(
    meter: LocalMeter, elsewhere: Elsewhere
) -> None:
    told(meter, 500)
    assert elsewhere(300) == 0
    meter.reserve(10)
    told(meter, 490)  # the other's call has not reached the vendor
    assert elsewhere(190) == 0
    assert elsewhere(10) > 0


def test_an_answer_that_came_late_does_not_bring_back_what_was_spent_since(
    meter: LocalMeter, elsewhere: Elsewhere, scene: Scene
) -> None:
    told(meter, 500)
    meter.reserve(100)  # executed first, at the vendor: 400 left

    scene.caller = 7
    meter.reserve(300)
    told(meter, 100)
    scene.caller = 0
    told(meter, 400)
    assert elsewhere(100) == 0
    assert elsewhere(10) > 0


def test_a_caller_that_vanished_holds_its_points_for_the_life_of_a_call(
    meter: LocalMeter, scene: Scene, elsewhere: Elsewhere
) -> None:
    told(meter, 0, rate=0)
    elsewhere(500)
    told(meter, 500, rate=0)
    assert meter.reserve(10) == STANDSTILL_SECONDS
    scene.now += STANDSTILL_SECONDS + CALL_SECONDS + 1
    told(meter, 500, rate=0)
    assert meter.reserve(500) == 0


def test_a_full_bucket_holds_no_more_than_it_is_large(
    meter: LocalMeter, scene: Scene, elsewhere: Elsewhere
) -> None:
    told(meter, 2000)
    scene.now += 3600
    assert elsewhere(2000) == 0
    assert elsewhere(10) == pytest.approx(0.1)


def test_a_published_bucket_is_full_where_nothing_is_known_yet(
    meter: LocalMeter, elsewhere: Elsewhere
) -> None:
    meter.assume(maximum=2, restore_rate=0.1)
    assert [elsewhere(1), elsewhere(1), elsewhere(1)] == [0, 0, pytest.approx(10)]


def test_a_call_that_was_answered_without_a_figure_is_over(
    meter: LocalMeter, scene: Scene, elsewhere: Elsewhere
) -> None:
    for caller in range(2):
        scene.caller = caller
        meter.assume(maximum=2, restore_rate=0.1)
        assert meter.reserve(1) == 0
        meter.assume(maximum=2, restore_rate=0.1)
    scene.now += 20
    assert [elsewhere(1), elsewhere(1), elsewhere(1)] == [0, 0, pytest.approx(10)]


def test_what_was_reserved_before_anything_was_known_is_out_of_the_full_bucket(
    meter: LocalMeter, elsewhere: Elsewhere
) -> None:
    assert elsewhere(1) == 0
    meter.assume(maximum=2, restore_rate=0.1)
    assert [elsewhere(1), elsewhere(1)] == [0, pytest.approx(10)]


def test_what_is_known_is_never_replaced_by_what_was_published(
    meter: LocalMeter, elsewhere: Elsewhere
) -> None:
    told(meter, 0, rate=1)
    meter.assume(maximum=2, restore_rate=0.1)
    assert elsewhere(10) == pytest.approx(10)
    meter.assume(maximum=2, restore_rate=0.1)
    assert elsewhere(10) == pytest.approx(20)


def test_what_is_dearer_than_the_bucket_is_large_waits_for_a_full_one(meter: LocalMeter) -> None:
    told(meter, 1900)
    assert meter.reserve(9000) == pytest.approx(1)


def test_a_clock_set_back_brings_nothing_and_takes_nothing(meter: LocalMeter, scene: Scene) -> None:
    told(meter, 30)
    scene.now -= 3600
    assert meter.reserve(30) == 0
    meter.release(30)
    assert meter.reserve(40) == pytest.approx(0.1)


def test_threads_share_every_point_once() -> None:
    meter, barrier = LocalMeter(lambda: 0.0), threading.Barrier(20, timeout=30)

    def reserve(_: int) -> float:
        barrier.wait()
        return meter.reserve(10)

    told(meter, 100)
    with ThreadPoolExecutor(20) as pool:
        waits = sorted(pool.map(reserve, range(20)))
    assert waits == pytest.approx([0.0] * 10 + [0.1 * number for number in range(1, 11)])


class Vendor:
    """A bucket that charges a call when it arrives and refills as the clock goes."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.level, self.seen = scene, 50.0, scene.now

    def take(self, cost: float) -> float | None:
        """What is left, or None: throttled."""
        self.level = min(200.0, self.level + (self.scene.now - self.seen) * 10)
        self.seen = self.scene.now
        if cost > self.level:
            return None
        self.level -= cost
        return self.level


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_order_of_calls_and_answers_nobody_is_throttled(
    meter: LocalMeter, scene: Scene, seed: int
) -> None:
    """Eight callers, each reserving, arriving and hearing the answer at moments of its own."""
    chance, vendor = random.Random(seed), Vendor(scene)
    meter.observe(available=vendor.level, maximum=200, restore_rate=10)
    events = [(scene.now + chance.random(), caller, "reserve", 0.0) for caller in range(8)]
    calls = 0
    while calls < 400:
        events.sort()
        scene.now, scene.caller, what, amount = events.pop(0)
        if what == "reserve":
            cost = float(chance.randint(1, 60))
            moment, event = scene.now + meter.reserve(cost), ("arrive", cost)
        elif what == "arrive":
            calls += 1
            left = vendor.take(amount)
            assert left is not None, f"call {calls} was throttled"
            moment, event = scene.now, ("answer", left)
        else:
            meter.observe(available=amount, maximum=200, restore_rate=10)
            moment, event = scene.now, ("reserve", 0.0)
        # Rounding must not decide whether the last point has flowed in.
        events.append((moment + 1e-6 + chance.random() / 4, scene.caller, *event))
