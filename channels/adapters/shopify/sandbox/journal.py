"""What the server saw: a bounded log of requests and running counters."""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Any

LENGTH = 2000
Entry = dict[str, Any]
SUMS = {"replays": "replays", "lines_written": "lines_written", "points_spent": "actual_cost"}
"""Counters that add up a number of each request: the counter's name and the number's."""
COUNTED_FROM_ZERO = ("requests", "throttled", *SUMS)


class Journal:
    """The last requests, oldest first, and counters since the start or the last reset."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=LENGTH)
        self._counters: Counter[str] = Counter()
        self._number = 0

    def add(self, entry: Entry) -> None:
        with self._lock:
            self._number += 1
            self._entries.append({"number": self._number, **entry})
            self._counters["requests"] += 1
            self._counters[f"outcome.{entry['outcome']}"] += 1
            self._counters["throttled"] += entry["outcome"] == "throttled"
            for name, key in SUMS.items():
                self._counters[name] += entry.get(key, 0)
            for field in entry.get("root_fields", ()):
                self._counters[f"field.{field}"] += 1
            if entry.get("fault"):
                self._counters[f"fault.{entry['fault']}"] += 1

    def entries(self, after: int = 0, limit: int = LENGTH) -> list[Entry]:
        """Entries with a number above `after`; the newest `limit` of them."""
        with self._lock:
            found = [entry for entry in self._entries if entry["number"] > after]
        return found[-limit:]

    def counters(self) -> dict[str, int]:
        with self._lock:
            zeros = dict.fromkeys(COUNTED_FROM_ZERO, 0)
            return dict(sorted({**zeros, **self._counters}.items()))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._counters.clear()
