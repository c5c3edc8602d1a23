"""The leaky bucket: the up-front cost of a query is taken, what it did not need is given back."""

from __future__ import annotations

import math
import threading

from channels.adapters.shopify.sandbox.store import Store


class Bucket:
    """Points of one app at one shop. Thread-safe; time comes from the shop's clock."""

    def __init__(self, maximum: int, restore_rate: int, store: Store) -> None:
        self.maximum = maximum
        self.restore_rate = restore_rate
        self._store = store
        self._level = float(maximum)
        self._seen = store.clock.now()
        self._lock = threading.Lock()

    def take(self, points: int) -> bool:
        """Take the points, or leave the bucket as it is and say False."""
        with self._lock:
            self._restore()
            if points > self._level:
                return False
            self._level -= points
            return True

    def give_back(self, points: int) -> None:
        with self._lock:
            self._level = min(float(self.maximum), self._level + points)

    def set_level(self, points: float) -> None:
        with self._lock:
            self._restore()
            self._level = min(float(self.maximum), points)

    def status(self) -> dict[str, float]:
        with self._lock:
            self._restore()
            return {
                "maximumAvailable": float(self.maximum),
                "currentlyAvailable": float(math.floor(self._level)),
                "restoreRate": float(self.restore_rate),
            }

    def _restore(self) -> None:
        now = self._store.clock.now()
        elapsed = max(0.0, now - self._seen)
        self._seen = now
        self._level = min(float(self.maximum), self._level + elapsed * self.restore_rate)
