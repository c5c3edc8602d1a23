"""Keeps calls inside Shopify's cost bucket: reserves points and waits before it runs dry.

The bucket (per app and shop) is charged the requested cost up front, refunded to the actual cost,
and refills steadily. Its three numbers come with every answer and are never assumed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from channels.contract import ChannelError, Code, Meter
from channels.meter import LocalMeter

MAX_WAIT_SECONDS = 20.0
MAX_PAUSE_SECONDS = 60.0


class Budget:
    """One connection's share in the account's bucket. Not thread-safe.

    Who else drains the bucket without this meter is seen only by the next answer; Shopify then says
    THROTTLED and nothing is lost.
    """

    def __init__(
        self,
        meter: Meter | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`clock` rules the meter that is made when none is given."""
        self._meter = meter or LocalMeter(clock)
        self._sleep = sleep
        self._jitter = jitter
        self._refusals = 0
        self._asked: dict[str, float] = {}
        self._reserved = 0.0

    def reserve(self, what: str, guess: int) -> None:
        """Take the points of a call and return when they are there, sleeping if need be. `what`
        names calls of one price; `guess` is that price as long as no answer has told the real one.

        Raises ChannelError (RATE_LIMITED, nothing sent) when that is more than 20 s away.
        """
        self._reserved = self._asked.get(what, float(guess))
        seconds = self._meter.reserve(self._reserved)
        if seconds > MAX_WAIT_SECONDS:
            self.give_back()
            raise rate_limited("The call budget of the store is used up", seconds)
        if seconds > 0:
            self._sleep(seconds)

    def give_back(self, used: float = 0.0) -> None:
        """The call is over, or was not made: return what it did not use."""
        if self._reserved > used:
            self._meter.release(self._reserved - used)
        self._reserved = 0.0

    def observe(self, what: str, cost: Mapping[str, Any]) -> None:
        """Take `extensions.cost` of an answer to a call. Without an actual cost it was refused, and
        charged nothing."""
        if cost.get("requestedQueryCost"):
            self._asked[what] = float(cost["requestedQueryCost"])
        status = cost["throttleStatus"]
        self.give_back(float(cost.get("actualQueryCost") or 0))
        self._meter.observe(
            available=float(status["currentlyAvailable"]),
            maximum=float(status["maximumAvailable"]),
            restore_rate=float(status["restoreRate"]),
        )

    def throttled(self, cost: Mapping[str, Any]) -> float:
        """Seconds to wait after a THROTTLED answer: at least 1, and a little at random on top so
        that several callers do not come back in the same instant."""
        status = cost.get("throttleStatus") or {}
        rate = float(status.get("restoreRate") or 0)
        missing = float(cost.get("requestedQueryCost") or 0)
        missing -= float(status.get("currentlyAvailable") or 0)
        seconds = missing / rate if rate else 1.0
        return max(1.0, seconds) + self._jitter() / 2

    def refused(self, retry_after: float | None) -> float:
        """Seconds to wait after a 429: as told, else 1 s doubling with every further refusal."""
        doubled: float = min(2.0**self._refusals, MAX_PAUSE_SECONDS)
        self._refusals += 1
        return doubled + self._jitter() / 2 if retry_after is None else retry_after

    def answered(self) -> None:
        """A call went through: the next refusal begins at 1 s again."""
        self._refusals = 0


def rate_limited(message: str, retry_after: float) -> ChannelError:
    """Not executed: the same payload may go again under the same key after `retry_after` s."""
    return ChannelError(Code.RATE_LIMITED, message, permanent=False, retry_after=retry_after)
