"""The past moment that the communicated table is asked about, in the site's time zone."""

from __future__ import annotations

import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext

from desk import moments
from desk.errors import Refused

PARAMETER = "as_of"


def asked(request: HttpRequest) -> datetime.datetime | None:
    """The moment asked for, None for now. A day alone means its end. Raises Refused."""
    text = request.GET.get(PARAMETER, "").strip()
    if not text:
        return None
    moment = _read(text)
    if moment is None:
        raise Refused(
            gettext("“%(text)s” is no date and time: give one such as 2026-11-21 14:05.")
            % {"text": text[:40]},
            field=PARAMETER,
        )
    now = timezone.now()
    is_today = len(text) == 10 and timezone.localtime(now).date() == parse_date(text)
    if moment > now and not is_today:
        raise Refused(
            gettext("%(text)s is to come: give a past moment, %(now)s at the latest.")
            % {"text": text[:40].replace("T", " ", 1), "now": moments.minute(now)},
            field=PARAMETER,
        )
    return min(moment, now)


def _read(text: str) -> datetime.datetime | None:
    try:
        moment = parse_datetime(text.replace(" ", "T", 1))
        day = parse_date(text) if len(text) == 10 else None
        if day is not None:
            moment = datetime.datetime.combine(day, datetime.time.max)
        if moment is not None and timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        if moment is not None:
            timezone.localtime(moment)  # overflows at the ends of time: no page could show it
        return moment.astimezone(datetime.UTC) if moment else None
    except (ValueError, OverflowError):
        return None


def retyped(text: str) -> str:
    """What a person typed, as the input shows it again; what is no moment, as it is."""
    moment = _read(text.strip())
    return typed(moment) if moment else text[:40]


def typed(moment: datetime.datetime) -> str:
    """As an input for date and time takes it, to the second."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S")
