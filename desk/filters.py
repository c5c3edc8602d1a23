"""Filters that lists of every floor share."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateTimeFilter


class RecordFilter(AutocompleteSelectFilter):
    """By a record that is looked up by typing, among however many."""

    lookup_val: Any

    def choices(self, changelist: Any) -> Iterator[Any]:
        """What to type into. An address that names no record leaves it empty."""
        given = str(self.lookup_val or "")
        if not (given.isascii() and given.isdecimal()):
            self.lookup_val = None
        found: Iterator[Any] = super().choices(changelist)
        return found


class MomentFilter(RangeDateTimeFilter):
    """From and to, in the time zone that the lists show. A day without a time counts whole."""

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        since = self._moment("from", datetime.time.min)
        until = self._moment("to", datetime.time.max)
        if since:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": since})
        if until:
            queryset = queryset.filter(**{f"{self.parameter_name}__lte": until})
        return queryset

    def _moment(self, end: str, otherwise: datetime.time) -> datetime.datetime | None:
        day_text = self.used_parameters.get(f"{self.parameter_name}_{end}_0")
        time_text = self.used_parameters.get(f"{self.parameter_name}_{end}_1")
        if not day_text:
            return None
        try:
            day = parse_date(day_text)
            at = parse_time(time_text) if time_text else otherwise
        except ValueError as error:
            raise IncorrectLookupParameters from error
        if day is None or at is None:
            raise IncorrectLookupParameters
        return timezone.make_aware(datetime.datetime.combine(day, at))
