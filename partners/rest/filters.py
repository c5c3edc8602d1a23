"""Filters of lists. An unknown parameter is refused: a misspelt filter must not give all."""

from __future__ import annotations

import datetime
import re
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.utils import extend_schema_field

from partners.rest import words
from partners.rest.problems import Problem


class MomentField(forms.CharField):
    """A time with its zone, as in bodies."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        return moment(text)


def moment(text: str) -> datetime.datetime:
    """A time with its zone. Raises ValidationError with the remedy."""
    # An offset's plus sign means a blank in an address, unless it is escaped.
    text = text.replace(" ", "+")
    try:
        found = parse_datetime(text) if _MOMENT.match(text) else None
    except ValueError:
        found = None
    if found is None:
        raise ValidationError("Give a time with its zone, such as 2026-01-31T09:00:00Z.")
    return found


_MOMENT = re.compile(words.MOMENT)


class MomentFilter(django_filters.Filter):
    """Compares with a time."""

    field_class = MomentField


class FlagField(forms.CharField):
    """true or false; Django's own would take anything else for no answer, and give all."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text not in {"", "true", "false"}:
            raise ValidationError("Give true or false.")
        return text == "true" if text else None


@extend_schema_field(bool)
class FlagFilter(django_filters.Filter):
    """Whether something is so."""

    field_class = FlagField


class IdField(forms.RegexField):
    """An id, as answers give it."""

    default_error_messages = {"invalid": "Give an id: a whole number."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[0-9]{1,18}\Z", **kwargs)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        return int(text) if text else None


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": 10**18 - 1})
class IdFilter(django_filters.Filter):
    """Of the one with this id."""

    field_class = IdField


class DayFilter(django_filters.DateFilter):
    """Compares with a calendar day, such as 2026-01-31."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, input_formats=["%Y-%m-%d"], **kwargs)


class Filters(FilterSet):
    """Parents of every list's filters."""


class FilterBackend(DjangoFilterBackend):
    """Refuses what a filter can not take, naming the parameter."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        filters = self.get_filterset(request, queryset, view)
        if filters is None:
            return queryset
        if not filters.is_valid():
            errors = [
                {"parameter": name, "detail": str(each.message), "code": each.code or "invalid"}
                for name, data in filters.errors.as_data().items()
                for error in data
                for each in [_filled(error)]
            ]
            first = errors[0]
            raise Problem(400, "invalid", f"{first['parameter']}: {first['detail']}", errors)
        return filters.qs


def _filled(error: ValidationError) -> ValidationError:
    """With its parameters put into its message."""
    return ValidationError(" ".join(error.messages), code=error.code)
