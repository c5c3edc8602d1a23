"""A vendor's budget of calls, metered in this process alone.

The vendor says after each call how many points are left; one that does not has published the size
of its bucket, which is then assumed to be full at first. What it says holds for the moment of that
call: calls of others that were reserved here, and perhaps not yet executed there, are not in it.
So what we promise is always what the vendor said, less every point it may not have counted yet.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

CALL_SECONDS = 60.0
"""A reservation whose caller vanished is forgotten so long after its call was to begin: longer than
any call lasts."""
UNKNOWN_SECONDS = 1.0
"""Before the vendor has said anything one call goes at once, each further one so much later."""
STANDSTILL_SECONDS = 60.0
"""The wait for points of a bucket that does not refill."""


@dataclass(slots=True)
class _Bucket:
    """As last told, carried forward. `level`: points nobody has reserved, below 0 when promised."""

    level: float
    maximum: float
    restore_rate: float
    at: float


@dataclass(slots=True)
class _Call:
    """One caller's reservation. `settled`: the points of all finished calls when it began."""

    cost: float
    ends_at: float
    settled: float


class LocalMeter:
    """One bucket for all threads of a process; a thread makes one call at a time."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        caller: Callable[[], int] = threading.get_ident,
    ) -> None:
        self._clock = clock
        self._caller = caller
        self._lock = threading.Lock()
        self._bucket: _Bucket | None = None
        self._calls: dict[int, _Call] = {}
        self._settled = 0.0

    def reserve(self, cost: float) -> float:
        """See `contract.Meter`. What the same thread reserved before is taken for spent."""
        with self._lock:
            now = self._refresh()
            self._settle()
            wait = self._wait(cost)
            if self._bucket is not None:
                self._bucket.level -= cost
            call = _Call(cost, now + wait + CALL_SECONDS, self._settled)
            self._calls[self._caller()] = call
            return wait

    def release(self, cost: float) -> None:
        """See `contract.Meter`. Never more than the thread holds."""
        with self._lock:
            self._refresh()
            call = self._calls.get(self._caller())
            if call is None:
                return
            given = min(cost, call.cost)
            call.cost -= given
            if self._bucket is not None:
                self._bucket.level += given

    def observe(self, *, available: float, maximum: float, restore_rate: float) -> None:
        """See `contract.Meter`. Ends the thread's call."""
        with self._lock:
            now = self._refresh()
            call = self._calls.get(self._caller())
            finished = self._settled - call.settled if call is not None else 0.0
            self._settle()
            level = available - finished - self._reserved()
            self._bucket = _Bucket(level, maximum, restore_rate, now)

    def assume(self, *, maximum: float, restore_rate: float) -> None:
        """See `contract.Meter`. Ends the thread's call, which cost what was reserved for it; said
        after each call, it keeps finished calls from being taken for ones on their way. What others
        reserved is out of the full bucket."""
        with self._lock:
            now = self._refresh()
            self._settle()
            if self._bucket is None:
                self._bucket = _Bucket(maximum - self._reserved(), maximum, restore_rate, now)

    def _settle(self) -> None:
        """A caller's former call is over: the vendor has counted it by now, or never will."""
        call = self._calls.pop(self._caller(), None)
        if call is not None:
            self._settled += call.cost

    def _wait(self, cost: float) -> float:
        """Seconds until the points are there. What is dearer than the bucket is large waits for a
        full one: the vendor decides about it."""
        bucket = self._bucket
        if bucket is None:
            return len(self._calls) * UNKNOWN_SECONDS
        missing = min(cost, bucket.maximum) - bucket.level
        if missing <= 0:
            return 0.0
        return missing / bucket.restore_rate if bucket.restore_rate else STANDSTILL_SECONDS

    def _reserved(self) -> float:
        return sum(call.cost for call in self._calls.values())

    def _refresh(self) -> float:
        """Carry the bucket forward to now; forget the calls of those who vanished."""
        now = self._clock()
        for caller in [each for each, call in self._calls.items() if call.ends_at < now]:
            del self._calls[caller]
        bucket = self._bucket
        if bucket is not None:
            refilled = bucket.level + max(0.0, now - bucket.at) * bucket.restore_rate
            bucket.level = min(refilled, bucket.maximum - self._reserved())
            bucket.at = now
        return now
