"""Moments, days and numbers in templates, written as everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import template

from desk import moments, numbers

register = template.Library()


def _or_nothing(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """What is not there is written as nothing, as templates do."""
    return lambda value: "" if value is None or value == "" else write(value)


for _name in ("day", "minute", "second", "exact", "clock", "hour"):
    register.filter(_name, _or_nothing(getattr(moments, _name)))
register.filter("number", _or_nothing(numbers.shown))
register.filter("change", _or_nothing(numbers.change))
