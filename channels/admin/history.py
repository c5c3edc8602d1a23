"""What a place was told, and what was read there."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from channels import reasons, rules
from channels.models import Communicated, Observation, Publication
from channels.models.publication import Status
from desk.cells import ago

HISTORY = 50

STATUS_COLORS = {
    Status.QUEUED: "info",
    Status.SENT: "info",
    Status.ACCEPTED: "success",
    Status.OBSERVED: "success",
    Status.REJECTED: "danger",
    Status.EXPIRED: "warning",
}

ACKNOWLEDGED = {Status.ACCEPTED, Status.OBSERVED}


@dataclass(frozen=True, slots=True)
class Event:
    """A number told or read. `delta` is what a message changed, None when that was not known."""

    at: datetime.datetime
    what: str
    delta: int | None
    status: str
    color: str
    detail: str
    sentence: str

    @property
    def when(self) -> str:
        return ago(self.at)

    @property
    def change(self) -> str:
        return "" if self.delta is None else f"({self.delta:+d})"


def history_of(row: Communicated) -> list[Event]:
    """The last messages and readings of this level, the latest first."""
    if row.level_id is None:
        return []
    messages = Publication.objects.filter(level=row.level_id)[:HISTORY]
    readings = Observation.objects.filter(level=row.level_id)[:HISTORY]
    events = [*map(_message, messages), *map(_reading, readings)]
    return sorted(events, key=lambda event: event.at, reverse=True)[:HISTORY]


def _message(publication: Publication) -> Event:
    code = "" if publication.status in ACKNOWLEDGED else publication.code
    return Event(
        at=publication.created_at,
        what="Number taken away"
        if publication.quantity is None
        else f"Told {publication.quantity}",
        delta=publication.delta,
        status=publication.get_status_display(),
        color=STATUS_COLORS[Status(publication.status)],
        detail=" ".join(filter(None, [reasons.label(code) if code else "", publication.message])),
        sentence=rules.describe(publication.explanation),
    )


def _reading(observation: Observation) -> Event:
    """What was read there, or what an order of the channel made of our belief."""
    shown = "unknown" if observation.available is None else observation.available
    believed = "unknown" if observation.believed is None else observation.believed
    return Event(
        at=observation.read_at,
        what=f"Read {shown}" if observation.is_read else f"Now {shown}",
        delta=None,
        status="Read" if observation.is_read else "Order",
        color="",
        detail=f"We believed: {believed}."
        if observation.is_read
        else f"An order of the channel changed its own number; we believed {believed} before.",
        sentence="",
    )
