"""What the server saw: a bounded log of requests and running counters."""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Any

LENGTH = 2000
Entry = dict[str, Any]


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
            self._counters[f"operation.{entry['operation']}"] += 1
            self._counters[f"status.{entry['status']}"] += 1
            self._counters["throttled"] += entry["status"] == 429
            for kind in entry["faults"]:
                self._counters[f"fault.{kind}"] += 1

    def entries(self, after: int = 0, operation: str = "") -> list[Entry]:
        """Entries with a number above `after`, of one operation when it is named."""
        with self._lock:
            return [
                entry
                for entry in self._entries
                if entry["number"] > after and operation in ("", entry["operation"])
            ]

    def counters(self) -> dict[str, int]:
        with self._lock:
            return {"requests": 0, "throttled": 0, **self._counters}

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._counters.clear()
