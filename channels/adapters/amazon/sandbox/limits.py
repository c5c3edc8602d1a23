"""Request budgets: one token bucket for each operation, refilled by the sandbox's clock."""

from __future__ import annotations

import threading

from channels.adapters.amazon.sandbox.store import Store

RATES: dict[str, tuple[float, float]] = {
    "patchListingsItem": (5, 5),
    "patchListingsItem.preview": (1, 1),
    "getListingsItem": (5, 5),
    "searchListingsItems": (5, 5),
    "createFeedDocument": (0.5, 15),
    "createFeed": (0.0083, 15),
    "createFeed.JSON_LISTINGS_FEED": (5 / 300, 5),
    "getFeed": (2, 15),
    "cancelFeed": (2, 15),
    "getFeeds": (0.0222, 10),
    "getFeedDocument": (0.0222, 10),
    "searchOrders": (0.0056, 20),
    "getOrder": (0.5, 30),
    "getOrdersV0": (0.0167, 20),
    "getOrderV0": (0.5, 30),
    "getOrderItemsV0": (0.5, 30),
    "confirmShipment": (2, 10),
}
"""Requests a second, and how many at once. Amazon's pages disagree on getListingsItem's burst (5 or
10): the smaller. That JSON_LISTINGS_FEED's own budget is per seller is presumed."""


class Limits:
    """The buckets of one application and seller, full at the start. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._rates = dict(RATES)
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> bool:
        """Take one request's token, or leave the bucket as it is and say False."""
        with self._lock:
            level = self._level(name)
            if level < 1:
                return False
            self._levels[name] = (level - 1, self._store.clock.now())
            return True

    def rate(self, name: str) -> float:
        return self._rates[name][0]

    def reshape(self, name: str, rate: float, burst: float) -> None:
        """Another rate and burst; the bucket is full again."""
        with self._lock:
            self._rates[name] = (rate, burst)
            self._levels.pop(name, None)

    def drain(self, name: str) -> None:
        """As if another tool of the same seller had used it up."""
        with self._lock:
            self._levels[name] = (0.0, self._store.clock.now())

    def describe(self) -> dict[str, dict[str, float]]:
        with self._lock:
            return {
                name: {"rate": rate, "burst": burst, "left": round(self._level(name), 3)}
                for name, (rate, burst) in self._rates.items()
            }

    def _level(self, name: str) -> float:
        rate, burst = self._rates[name]
        now = self._store.clock.now()
        level, seen = self._levels.get(name, (burst, now))
        level = min(burst, level + max(0.0, now - seen) * rate)
        self._levels[name] = (level, now)
        return level
