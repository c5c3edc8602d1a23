"""Moments and days as people read them, on the pages of every floor."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from desk.formats import DAY, EXACT, MINUTE, SECOND


def day(moment: datetime.date) -> str:
    """2026-11-21; of a moment, in the time zone of the pages."""
    return date_format(_local(moment), DAY)


def minute(moment: datetime.datetime) -> str:
    """2026-11-21 14:05"""
    return date_format(_local(moment), MINUTE)


def second(moment: datetime.datetime) -> str:
    """2026-11-21 14:05:12: where it matters what came first."""
    return date_format(_local(moment), SECOND)


def exact(moment: datetime.datetime) -> str:
    """2026-11-21 14:05:12 UTC: what stands by itself."""
    return date_format(_local(moment), EXACT)


def clock(moment: datetime.datetime) -> str:
    """14:05:12: where the day is known."""
    return date_format(_local(moment), "H:i:s")


def hour(moment: datetime.datetime) -> str:
    """14:05"""
    return date_format(_local(moment), "H:i")


def lately(moment: datetime.datetime) -> str:
    """Of today, the time alone; else with its day."""
    return clock(moment) if timezone.localdate(moment) == timezone.localdate() else second(moment)


def weekday(moment: datetime.date) -> str:
    """Monday, 2026-11-23"""
    return date_format(_local(moment), f"l, {DAY}")


def _local(moment: Any) -> Any:
    is_aware = isinstance(moment, datetime.datetime) and timezone.is_aware(moment)
    return timezone.localtime(moment) if is_aware else moment
