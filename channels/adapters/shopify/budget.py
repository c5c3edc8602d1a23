"""Keeps calls inside Shopify's cost bucket: predicts its level and waits before it runs dry.

The bucket (per app and shop) is charged the requested cost up front, refunded to the actual cost,
and refills steadily. Its three numbers come with every answer and are never assumed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from channels.contract import ChannelError, Code

MAX_WAIT_SECONDS = 20.0
MAX_PAUSE_SECONDS = 60.0


class Budget:
    """One account's bucket as last told, carried forward by a monotonic clock.

    Other processes of the same app drain the same bucket unseen, so the prediction may be too
    good; Shopify then says THROTTLED and nothing is lost. Not thread-safe.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._maximum = 0.0
        self._available = 0.0
        self._restore_rate = 0.0
        self._seen_at: float | None = None
        self._refusals = 0
        self._asked: dict[str, float] = {}

    def observe(self, name: str, cost: Mapping[str, Any]) -> None:
        """Take `extensions.cost` of an answer to the operation of that name."""
        if cost.get("requestedQueryCost"):
            self._asked[name] = float(cost["requestedQueryCost"])
        status = cost["throttleStatus"]
        self._maximum = float(status["maximumAvailable"])
        self._available = float(status["currentlyAvailable"])
        self._restore_rate = float(status["restoreRate"])
        self._seen_at = self._clock()

    def available(self) -> float | None:
        """Points in the bucket now, by prediction; None before the first answer."""
        if self._seen_at is None:
            return None
        refilled = (self._clock() - self._seen_at) * self._restore_rate
        return min(self._maximum, self._available + refilled)

    def wait_for(self, name: str, guess: int) -> None:
        """Return when the operation fits, sleeping if need be; `guess` is its cost in points
        as long as no answer has told the real one.

        Raises ChannelError (RATE_LIMITED, nothing sent) when that is more than 20 s away.
        """
        level = self.available()
        if level is None:
            return
        missing = min(self._asked.get(name, float(guess)), self._maximum) - level
        if missing <= 0:
            return
        seconds = missing / self._restore_rate if self._restore_rate else MAX_PAUSE_SECONDS
        if seconds > MAX_WAIT_SECONDS:
            raise rate_limited("The call budget of the store is used up", seconds)
        self._sleep(seconds)

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
