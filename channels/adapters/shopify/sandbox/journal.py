"""What the shop's server saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from channels.rehearsing import journal
from channels.rehearsing.journal import LENGTH, Entry

SUMS = {"replays": "replays", "lines_written": "lines_written", "points_spent": "actual_cost"}
"""Counters that add up a number of each request: the counter's name and the number's."""


class Journal(journal.Journal):
    """Counts outcomes, root fields, faults and what the calls cost."""

    from_zero = ("requests", "throttled", *SUMS)

    def counts(self, entry: Entry) -> Mapping[str, int]:
        counts = Counter({name: entry.get(key, 0) for name, key in SUMS.items()})
        counts[f"outcome.{entry['outcome']}"] = 1
        counts["throttled"] = entry["outcome"] == "throttled"
        counts.update(f"field.{field}" for field in entry.get("root_fields", ()))
        if entry.get("fault"):
            counts[f"fault.{entry['fault']}"] = 1
        return counts

    def entries(self, after: int = 0, limit: int = LENGTH) -> list[Entry]:
        """Entries with a number above `after`; the newest `limit` of them."""
        return self.after(after)[-limit:]
