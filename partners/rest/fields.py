"""Fields that take just what the schema says: a number is a number, not a text that looks like one.

DRF's own are made for forms and would take "5", "yes" or 1.0; what a partner's program mistook, it
should hear of.
"""

from __future__ import annotations

import copy
import datetime
import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.fields import empty

from partners.rest import words
from partners.rest.authentication import caller
from partners.rest.problems import MOST_ERRORS, NON_FIELD

LARGEST = 2_147_483_647
MOST_UNKNOWN = 20
"""Unknown names of one object that are told."""
LONGEST_NAME = 100
"""Characters of an unknown name that are told."""


class Text(serializers.CharField):
    """A text. Blanks at its ends are cut off."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Doer(Text):
    """Who did it, if it was the caller; whoever else works here is not told."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "You, if it was you; empty for everybody else.")
        super().__init__(**kwargs, read_only=True)

    def to_representation(self, value: Any) -> str:
        return str(value) if caller(self.context["request"]).did(str(value)) else ""


class Whole(serializers.IntegerField):
    """A whole number that a column can hold."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", -LARGEST)
        kwargs.setdefault("max_value", LARGEST)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, float) and data.is_integer():
            data = int(data)  # JSON has one kind of number: 5.0 is 5
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(data)


class Units(Whole):
    """A number of units: not negative."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        super().__init__(**kwargs)


class Flag(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Moment(serializers.DateTimeField):
    """A time with its zone; told in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("default_timezone", datetime.UTC)
        super().__init__(**kwargs)

    def to_internal_value(self, value: Any) -> datetime.datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="2026-01-31T09:00:00Z")
        if _MOMENT.match(value) is None:
            self.fail("invalid", format="2026-01-31T09:00:00Z (with its zone)")
        return super().to_internal_value(value)


_MOMENT = re.compile(words.MOMENT)


class Day(serializers.DateField):
    """A calendar day, such as 2026-01-31."""

    def to_internal_value(self, value: Any) -> datetime.date:
        if not isinstance(value, str) or len(value) != len("2026-01-31"):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class Option(serializers.ChoiceField):
    """One of a few words."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            words = ", ".join(map(str, self.choices))
            raise serializers.ValidationError(f"Give one of {words}.", "invalid_choice")
        return super().to_internal_value(data)


class Counted:
    """How a list is taken: it is counted before anything in it is looked at, and nothing more is
    looked at once as much is wrong as is told. A list far too long costs what a short one does."""

    def to_internal_value(self: Any, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if not data and not self.allow_empty:
            self.fail("empty")
        if self.min_length is not None and len(data) < self.min_length:
            self.fail("min_length", min_length=self.min_length)
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return _each(data, self.child.run_validation)


def _each(data: list[Any], validate: Callable[[Any], Any]) -> list[Any]:
    values: list[Any] = []
    errors: dict[Any, Any] = {}
    for position, each in enumerate(data):
        try:
            values.append(validate(each))
        except serializers.ValidationError as error:
            errors[position] = error.detail
            if len(errors) > MOST_ERRORS:
                break
    if errors:
        raise serializers.ValidationError(errors)
    return values


class Several(Counted, serializers.ListField):
    """A list of values. Give it a max_length."""


class Rows(Counted, serializers.ListSerializer):
    """A list of objects. Give it a max_length."""


class Body(serializers.Serializer):
    """A JSON object. A name that it does not know is refused, and so is one that can not be set:
    a partner's typing error must not be taken for consent."""

    def run_validation(self, data: Any = empty) -> Any:
        """A PATCH may leave out fields of what it changes, but not of a line inside it."""
        if data is None and not self.allow_null:
            raise serializers.ValidationError({NON_FIELD: ["Give a JSON object."]}, "null")
        if data is empty or self.parent is None or not getattr(self.root, "partial", False):
            return super().run_validation(data)
        return copy.deepcopy(self).run_validation(data)  # a copy is the root of itself

    def to_internal_value(self, data: Any) -> Any:
        refused = self._refused(data) if isinstance(data, Mapping) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if refused and isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **refused}) from error
            raise
        if refused:
            raise serializers.ValidationError(refused)
        return values

    def _refused(self, data: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
        """What is given that can not be."""
        known = [name for name, field in self.fields.items() if not field.read_only]
        refused = islice((name for name in data if name not in known), MOST_UNKNOWN)
        return {
            name[:LONGEST_NAME]: [
                ErrorDetail(_unknown(known, self.fields.get(name)), "unknown_field")
            ]
            for name in refused
        }


def _unknown(known: list[str], field: Any) -> str:
    if field is not None:
        return "This can not be set."
    return f"There is no such field: {', '.join(known) or 'none can be set'}."


class Nothing(Body):
    """{}, or no body at all: the address says it all."""


class Record(Body, serializers.ModelSerializer):
    """A body that is a model's row."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: Text,
        models.TextField: Text,
        models.SlugField: Text,
        models.IntegerField: Whole,
        models.BigIntegerField: Whole,
        models.PositiveIntegerField: Units,
        models.PositiveSmallIntegerField: Units,
        models.BooleanField: Flag,
        models.DateTimeField: Moment,
        models.DateField: Day,
    }
    serializer_choice_field = Option
