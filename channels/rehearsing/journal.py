"""What a sandbox's server saw: a bounded log of requests and running counters."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Any

LENGTH = 2000
Entry = dict[str, Any]


class Journal:
    """The last requests, oldest first, and counters since the start or the last reset."""

    from_zero: Sequence[str] = ("requests", "throttled")
    """Counters that are told even before anything was counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=LENGTH)
        self._counters: Counter[str] = Counter()
        self._number = 0

    def counts(self, entry: Entry) -> Mapping[str, int]:
        """What a request adds to which counters, beside being one more."""
        raise NotImplementedError

    def add(self, entry: Entry) -> None:
        counts = self.counts(entry)
        with self._lock:
            self._number += 1
            self._entries.append({"number": self._number, **entry})
            self._counters["requests"] += 1
            self._counters.update(counts)

    def after(self, number: int) -> list[Entry]:
        """Entries with a higher number."""
        with self._lock:
            return [entry for entry in self._entries if entry["number"] > number]

    def counters(self) -> dict[str, int]:
        with self._lock:
            return dict(sorted({**dict.fromkeys(self.from_zero, 0), **self._counters}.items()))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._counters.clear()
