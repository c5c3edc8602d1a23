"""A push at work: how it tells, what it counted, and what it keeps for a bulk message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from channels.contract import Adapter, Mode
from channels.models import Channel
from syncjobs import acknowledgements, claims, delivery, records, resuming
from syncjobs.breaker import Guard
from syncjobs.claims import Claim
from syncjobs.delivery import Line
from syncjobs.models import Run


@dataclass(slots=True)
class Bulk:
    """The increases of a large run. At a channel that has such a message under way they wait."""

    is_open: bool
    size: int
    kept: dict[int, Line] = field(default_factory=dict)

    @classmethod
    def of(cls, channel: Channel, adapter: Adapter) -> Bulk | None:
        """None where the adapter has no such messages, or too little is due for one."""
        if not adapter.bulk_size or claims.count_due(channel) < adapter.bulk_from:
            return None
        if resuming.has_given_up(channel):  # behind one that is stuck there others would wait, too
            return None
        return cls(not resuming.is_submitting(channel), adapter.bulk_size)

    def keep(self, lines: Sequence[Line]) -> list[Line]:
        """Take increases as far as there is room; those beyond wait. Returns the others."""
        rises = [line for line in lines if line.is_increase]
        acknowledgements.wait(line.claim for line in rises)
        for line in rises if self.is_open else ():
            if len(self.kept) < self.size or line.claim.level_id in self.kept:
                self.kept[line.claim.level_id] = line
        return [line for line in lines if not line.is_increase]


@dataclass(slots=True)
class Push:
    """One run at work: how it tells, and what may hold its zeros back. In an interlude it tells
    what it was not started for, so only what it really sends is counted."""

    run: Run
    channel: Channel
    adapter: Adapter
    mode: Mode
    guard: Guard
    is_interlude: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    bulk: Bulk | None = None

    def keep_for_bulk(self, lines: Sequence[Line]) -> Sequence[Line]:
        """Without the increases, where those go in bulk at the end of the run."""
        return lines if self.bulk is None else self.bulk.keep(lines)

    def release(self, claim: Claim) -> None:
        """It is decided anew: what was kept of it before is not to be sent."""
        if self.bulk is not None:
            self.bulk.kept.pop(claim.level_id, None)

    def send_bulk(self) -> None:
        """Send what was kept for it. Zeros and decreases never are: they can not wait."""
        if self.bulk is not None and self.bulk.kept:
            lines = list(self.bulk.kept.values())
            delivery.submit(self.channel, self.adapter, lines, f"run {self.run.pk}")
            self.count(sent=len(lines))
            self.show_progress()

    def count(self, **counts: int) -> None:
        """Add to what `show_progress` writes down."""
        self.counts.update(counts)

    def show_progress(self) -> None:
        """Write the counts down, once per chunk rather than with every message."""
        is_real = {"sent", "failed"} if self.is_interlude else set(self.counts)
        records.count(self.run, **{name: self.counts[name] for name in is_real})
        self.counts.clear()
