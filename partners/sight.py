"""What a partner may see. What it may not see does not exist for it: absent from lists, counts and
events, and 404 by its id.

Each floor says so for its own models, once; a floor above may narrow a model below further (an
order of a channel is seen by those who see the channel). A model of which nobody said anything is
refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from partners.models import Partner

M = TypeVar("M", bound=Model)
Rule = Callable[[QuerySet[Any], Partner], QuerySet[Any]]
_rules: dict[type[Model], list[Rule]] = {}


def rule(*models: type[Model]) -> Callable[[Rule], Rule]:
    """Decorates a function that narrows a query over these models to what a partner may see."""

    def add(narrow: Rule) -> Rule:
        for model in models:
            _rules.setdefault(model, []).append(narrow)
        return narrow

    return add


def open_to_all(*models: type[Model]) -> None:
    """Every partner may see all of these."""
    for model in models:
        _rules.setdefault(model, [])


def seen(rows: QuerySet[M], partner: Partner) -> QuerySet[M]:
    """Of these rows, those that the partner may see. Raises LookupError without any rule."""
    if rows.model not in _rules:
        raise LookupError(f"Nobody said who may see {rows.model.__name__}.")
    for narrow in _rules[rows.model]:
        rows = narrow(rows, partner)
    return rows
