"""Process logs found by words, never by looking through them: each condition has its index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict

from syncjobs.admin.logs.words import Phrase
from syncjobs.models import ProcessLog


@dataclass(frozen=True, slots=True)
class Chip:
    """How a part of the search was understood. `without`: the list without it."""

    kind: str
    text: str
    without: str


def find(lines: QuerySet[ProcessLog], phrases: Sequence[Phrase]) -> QuerySet[ProcessLog]:
    """Lines that every phrase is true of; several products, channels or reasons are either."""
    by_kind: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        by_kind.setdefault("product" if phrase.kind == "part" else phrase.kind, []).append(phrase)
    conditions = [_any(same) for same in by_kind.values()]
    return lines.filter(reduce(and_, conditions, Q()))


def _any(phrases: Sequence[Phrase]) -> Q:
    found = Q()
    for phrase in phrases:
        found |= _condition(phrase)
    return found


def _condition(phrase: Phrase) -> Q:
    if phrase.kind == "part":
        # As it was typed, and as SKUs mostly are: both by the index of beginnings.
        word, *named = phrase.values
        text = str(word)
        begins = Q(sku__startswith=text) | Q(sku__startswith=text.upper())
        return begins | Q(product__in=named) if named else begins
    return Q(**{f"{_COLUMNS[phrase.kind]}__in": phrase.values})


_COLUMNS = {"run": "run", "reason": "code", "channel": "channel", "product": "product"}


def chips(phrases: Sequence[Phrase], query: QueryDict, variable: str) -> list[Chip]:
    """What the words were understood as, each with the way to do without it."""
    return [
        Chip(
            phrase.kind,
            phrase.text,
            _without(query, variable, [each for each in phrases if each is not phrase]),
        )
        for phrase in phrases
    ]


def _without(query: QueryDict, variable: str, left: Sequence[Phrase]) -> str:
    kept: list[tuple[str, Any]] = [
        (name, value)
        for name, values in query.lists()
        if name not in {variable, "p"}
        for value in values
    ]
    words = " ".join(word for phrase in left for word in phrase.words)
    if words:
        kept.append((variable, words))
    return f"?{urlencode(kept)}"
