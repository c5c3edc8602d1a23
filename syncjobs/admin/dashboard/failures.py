"""What was skipped or refused in the last 24 hours, by reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from channels import reasons
from syncjobs.admin.dashboard.seen import DAY, Seen
from syncjobs.admin.windows import logged_since
from syncjobs.counting import bounded

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Failure:
    """One reason: how many lines of the log, what to do, and the lines."""

    label: str
    advice: str
    number: int
    url: str

    @property
    def text(self) -> str:
        return bounded(self.number)


def failures(seen: Seen) -> list[Failure]:
    """The commonest reasons first."""
    counts: Counter[str] = Counter()
    for (_, code), lines in seen.failures.items():
        counts[code] += lines
    begin, _ = seen.figures.window(DAY)
    return [
        Failure(reasons.label(code), reasons.advice(code), lines, logged_since(begin, code))
        for code, lines in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:SHOWN]
    ]
