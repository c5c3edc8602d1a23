"""What the seller's server saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from channels.rehearsing import journal
from channels.rehearsing.journal import Entry


class Journal(journal.Journal):
    """Counts operations, statuses and faults."""

    def counts(self, entry: Entry) -> Mapping[str, int]:
        counts = Counter(f"fault.{kind}" for kind in entry["faults"])
        counts[f"operation.{entry['operation']}"] = 1
        counts[f"status.{entry['status']}"] = 1
        counts["throttled"] = entry["status"] == 429
        return counts

    def entries(self, after: int = 0, operation: str = "") -> list[Entry]:
        """Entries with a number above `after`, of one operation when it is named."""
        return [each for each in self.after(after) if operation in ("", each["operation"])]
