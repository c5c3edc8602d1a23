"""Keeps calls inside Amazon's buckets, one per operation, and waits before one runs dry.

Amazon never says how many calls are left, so a bucket is assumed to be full at first; a 429 says
that it is empty, because other tools of the seller draw from it, too.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

from channels.adapters.amazon.operations import Operation
from channels.contract import ChannelError, Code, Meter
from channels.meter import LocalMeter

MAX_WAIT_SECONDS = 20.0
MAX_PAUSE_SECONDS = 60.0


class Budget:
    """One connection's share in the account's buckets. Not thread-safe."""

    def __init__(
        self,
        meters: Callable[[str], Meter] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`clock` rules the meters that are made when none are given."""
        self._make = meters or (lambda _name: LocalMeter(clock))
        self._sleep = sleep
        self._jitter = jitter
        self._meters: dict[str, Meter] = {}
        self._refusals: Counter[str] = Counter()

    def reserve(self, operation: Operation) -> None:
        """Take one call and return when it may go, sleeping if need be.

        Raises ChannelError (RATE_LIMITED, nothing sent) when that is more than 20 s away.
        """
        meter = self._meter(operation)
        seconds = meter.reserve(1)
        if seconds > MAX_WAIT_SECONDS:
            meter.release(1)
            message = f"The account's budget of {operation.name} calls is used up"
            raise rate_limited(message, seconds)
        if seconds > 0:
            self._sleep(seconds)

    def over(self, operation: Operation) -> None:
        """The call was made, whatever came of it; the vendor tells no figures."""
        self._meter(operation).assume(maximum=operation.burst, restore_rate=operation.rate)

    def refused(self, operation: Operation) -> float:
        """Amazon answered 429: the bucket is empty. Returns the seconds to wait: until a call has
        flowed back, at least 1 s doubling with every further refusal, and a little at random on top
        so that several callers do not come back in the same instant."""
        self._meter(operation).observe(
            available=0, maximum=operation.burst, restore_rate=operation.rate
        )
        doubled = min(2.0 ** self._refusals[operation.name], MAX_PAUSE_SECONDS)
        self._refusals[operation.name] += 1
        return max(1 / operation.rate, doubled) + self._jitter() / 2

    def answered(self, operation: Operation) -> None:
        """A call went through: the next refusal begins at 1 s again."""
        self._refusals.pop(operation.name, None)

    def _meter(self, operation: Operation) -> Meter:
        meter = self._meters.get(operation.name)
        if meter is None:
            meter = self._meters[operation.name] = self._make(operation.name)
            meter.assume(maximum=operation.burst, restore_rate=operation.rate)
        return meter


def rate_limited(message: str, retry_after: float) -> ChannelError:
    """Not executed: the same call may go again after `retry_after` s."""
    return ChannelError(Code.RATE_LIMITED, message, permanent=False, retry_after=retry_after)
