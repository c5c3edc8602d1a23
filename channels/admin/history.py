"""What a place was told, and what was read there."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels import reasons
from channels.admin import retelling
from channels.admin.cells import when
from channels.admin.chart import Point
from channels.admin.stored import ERRORS
from channels.models import Observation, Publication
from channels.models.publication import Status
from desk import moments, numbers

HISTORY = 50
LATE = datetime.timedelta(seconds=30)
"""An answer that takes longer was lost on the way, or is given by a channel that takes its time."""
LOOKED_AT = 300
"""Messages and readings that a chart is made of, at most."""

STATUS_COLORS = {
    Status.QUEUED: "info",
    Status.SENT: "info",
    Status.ACCEPTED: "success",
    Status.OBSERVED: "success",
    Status.REJECTED: "danger",
    Status.EXPIRED: "warning",
}

STATUS_MEANINGS = {
    Status.QUEUED: _("It waits to be sent."),
    Status.SENT: _("It was sent, and no answer came yet."),
    Status.ACCEPTED: _("The channel took the number; it was not read back there since."),
    Status.OBSERVED: _("The channel took the number, and was seen to show it afterwards."),
    Status.REJECTED: _("The channel refused the number."),
    Status.EXPIRED: _("No answer came in time: what the channel shows is read, and told anew."),
}
"""What each status means, in a sentence."""

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
    is_past: bool = False
    """Whether it is told on a page of a past moment."""

    @property
    def when(self) -> str:
        return when(self.at, is_past=self.is_past)

    @property
    def change(self) -> str:
        return "" if self.delta is None else f"({numbers.change(self.delta)})"


@dataclass(frozen=True, slots=True)
class History:
    """The last messages and readings of a level, the latest first, and what they draw: (moment,
    number) of what it should have shown and of what the channel showed."""

    events: Sequence[Event] = ()
    should: Sequence[Point] = ()
    shown: Sequence[Point] = ()


def history_of(level_id: int | None, until: datetime.datetime | None = None) -> History:
    """Up to a moment, or now. Two queries, none without a level."""
    if level_id is None:
        return History()
    told = Publication.objects.filter(level=level_id)
    read = Observation.objects.filter(level=level_id)
    if until is not None:
        told, read = told.filter(created_at__lte=until), read.filter(read_at__lte=until)
    messages, readings = list(told[:LOOKED_AT]), list(read[:LOOKED_AT])
    events = [*map(_message, messages[:HISTORY]), *map(_reading, readings[:HISTORY])]
    latest = sorted(events, key=lambda event: event.at, reverse=True)[:HISTORY]
    return History(
        [replace(event, is_past=until is not None) for event in latest],
        [(each.due_since or each.created_at, each.quantity or 0) for each in messages],
        [*_taken(messages), *_seen(readings)],
    )


def _taken(messages: Sequence[Publication]) -> Iterator[Point]:
    for each in messages:
        if each.answered_at and each.status in ACKNOWLEDGED:
            number = each.quantity if each.acknowledged is None else each.acknowledged
            yield each.answered_at, number or 0


def _seen(readings: Sequence[Observation]) -> Iterator[Point]:
    for each in readings:
        if each.available is not None:
            yield each.read_at, each.available


def _message(publication: Publication) -> Event:
    code = "" if publication.status in ACKNOWLEDGED else publication.code
    return Event(
        at=publication.created_at,
        what=gettext("Number taken away")
        if publication.quantity is None
        else gettext("Told %(number)s") % {"number": numbers.shown(publication.quantity)},
        delta=publication.delta,
        status=publication.get_status_display(),
        color=STATUS_COLORS[Status(publication.status)],
        detail=" ".join(
            filter(
                None,
                [
                    _taken_later(publication),
                    reasons.label(code) if code else "",
                    ERRORS.said(publication.message),
                ],
            )
        ),
        sentence=retelling.sentence(publication.explanation),
    )


def _taken_later(publication: Publication) -> str:
    """When it was first sent and when it was taken, where its answer was long in coming: one that
    was lost is asked for again under the same key."""
    taken = publication.answered_at
    is_taken = taken is not None and publication.status in ACKNOWLEDGED
    if taken is None or not is_taken or taken - publication.created_at < LATE:
        return ""
    sent = publication.created_at
    is_same_day = timezone.localdate(sent) == timezone.localdate(taken)
    return gettext("Sent %(sent)s, taken %(taken)s.") % {
        "sent": moments.clock(sent),
        "taken": moments.clock(taken) if is_same_day else moments.second(taken),
    }


def _reading(observation: Observation) -> Event:
    """What was read there, or what an order of the channel made of our belief."""
    unknown = gettext("unknown")
    shown, believed = (
        unknown if each is None else numbers.shown(each)
        for each in (observation.available, observation.believed)
    )
    what = gettext("Read %(number)s") if observation.is_read else gettext("Now %(number)s")
    if observation.is_read:
        detail = gettext("We believed: %(number)s.")
    else:
        detail = gettext(
            "An order of the channel changed its own number; we believed %(number)s before."
        )
    return Event(
        at=observation.read_at,
        what=what % {"number": shown},
        delta=None,
        status=gettext("Read") if observation.is_read else gettext("Order"),
        color="",
        detail=detail % {"number": believed},
        sentence="",
    )
