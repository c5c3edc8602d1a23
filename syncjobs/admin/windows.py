"""Addresses of lists from one moment on, or of one hour."""

from __future__ import annotations

import datetime

from django.db.models import Model
from django.utils import timezone

from channels.models import Publication
from channels.models.publication import Status
from desk.cells import list_of
from syncjobs.hours import HOUR
from syncjobs.models import ProcessLog

SENT = ",".join([Status.ACCEPTED, Status.OBSERVED, Status.EXPIRED])
TOLD = ",".join([Status.ACCEPTED, Status.OBSERVED])
TICK = datetime.timedelta(microseconds=1)


def since(
    model: type[Model],
    column: str,
    begin: datetime.datetime,
    end: datetime.datetime | None = None,
    **filters: object,
) -> str:
    """A list from a moment on, until before another; to the microsecond."""
    moments = {**_moment(f"{column}_from", begin)}
    if end is not None:
        moments |= _moment(f"{column}_to", end - TICK)
    return list_of(model, **moments, **filters)


def _moment(parameter: str, moment: datetime.datetime) -> dict[str, str]:
    local = timezone.localtime(moment)
    return {f"{parameter}_0": f"{local:%Y-%m-%d}", f"{parameter}_1": f"{local:%H:%M:%S.%f}"}


def answered_in(hour: datetime.datetime) -> str:
    """Numbers told that were answered in an hour, whatever the answer."""
    return since(Publication, "answered_at", hour, hour + HOUR)


def sent_in(hour: datetime.datetime) -> str:
    """Numbers told in an hour and not rejected."""
    return since(Publication, "answered_at", hour, hour + HOUR, status__in=SENT)


def rejected_in(hour: datetime.datetime) -> str:
    """Numbers that were rejected in an hour."""
    return since(Publication, "answered_at", hour, hour + HOUR, status__exact=Status.REJECTED.value)


def logged_since(begin: datetime.datetime, code: str, **filters: object) -> str:
    """Process logs with a reason, from a moment on."""
    return since(ProcessLog, "created_at", begin, None, code=code, **filters)
