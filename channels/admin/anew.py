"""Sentences that Stockcast stored in English, said anew in the language of whoever reads them.

What is stored stays as it is. A sentence is known again by its form: its English text, with holes
where names and numbers stand. What is not known, such as a channel's own words, is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import override

from channels.reasons import ENGLISH
from desk import numbers

Say = Callable[[str], str]
"""What stood in a hole, in the reader's words."""

MOST = 1000
"""Characters of a text that is said anew: names chosen by people, and a channel's own words, are
within, and no such text costs a reader's page its time."""

_HOLE = re.compile(r"%\((\w+)\)([sd])|(%%)")
_COUNTED = re.compile(r"%\((\w+)\)d")
_FILLS = {"s": ".+?", "d": r"[+-]?\d+"}
_OTHER = re.compile(r".+?(?:[.!?](?= )|$)", re.DOTALL)
"""A sentence of whatever form."""


def is_readable(text: str) -> bool:
    """Whether a stored text is looked at at all; a longer one is shown as it is."""
    return len(text) <= MOST


def _counted(words: str) -> str:
    """A stored number as the reader's language writes it; a change keeps its sign."""
    return (numbers.change if words.startswith("+") else numbers.shown)(int(words))


class Form(NamedTuple):
    """A text marked for translation, with holes as `%(name)s` and `%(number)d`; `holes` says how
    what stood in some of them is said."""

    text: Any
    holes: Mapping[str, Say] = {}

    def say(self, found: re.Match[str]) -> str:
        """The same in the reader's language."""
        if not found.re.groups:
            return str(self.text)
        text = str(self.text)
        counted = dict.fromkeys(_COUNTED.findall(text), _counted)
        holes = {**counted, **self.holes}
        values = {
            name: holes[name](value) if name in holes else value
            for name, value in found.groupdict().items()
        }
        return numbers.said(text, values)


class _Found(NamedTuple):
    """A form that fits; the less stands in its holes the better: none of that is a sentence of its
    own then."""

    filled: int
    end: int
    form: Form
    match: re.Match[str]


class Phrasebook:
    """Forms that are looked for together."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._forms = tuple(forms)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Form]]:
        with override(ENGLISH):
            return [(_pattern(str(form.text)), form) for form in self._forms]

    def said(self, text: str) -> str:
        """A text of one or more sentences."""
        if not is_readable(text):
            return text
        pieces = list(self._pieces(text))
        if not any(is_ours for _, is_ours in pieces):
            return text
        return " ".join(words for words, _ in pieces)

    def line(self, text: str) -> str | None:
        """A text that is one sentence, whatever points there are within; None: it is not ours."""
        if not is_readable(text):
            return None
        found = [
            (sum(map(len, match.groups())), form.say(match))
            for pattern, form in self._patterns
            for match in [pattern.fullmatch(text)]
            if match
        ]
        return min(found)[1] if found else None

    def unknown(self, text: str) -> list[str]:
        """Its sentences that are none of ours; a long text is none as a whole."""
        if not is_readable(text):
            return [text]
        return [words for words, is_ours in self._pieces(text) if not is_ours]

    def _pieces(self, text: str) -> Iterator[tuple[str, bool]]:
        """Sentence by sentence, and whether it is ours."""
        at = 0
        while at < len(text):
            best = self._best(text, at)
            if best is not None:
                yield best.form.say(best.match), True
                at = best.end
            else:
                other = _OTHER.match(text, at)
                at = other.end() if other else len(text)
                yield other.group() if other else "", False
            at += len(text) - at - len(text[at:].lstrip())

    def _best(self, text: str, at: int) -> _Found | None:
        found = [
            _Found(sum(map(len, match.groups())), match.end(), form, match)
            for pattern, form in self._patterns
            for match in [pattern.match(text, at)]
            if match
        ]
        return min(found, key=lambda each: (each.filled, -each.end), default=None)


def _pattern(text: str) -> re.Pattern[str]:
    """Of an English text; a hole that comes again holds the same again.

    What stands between two names is looked for once and never again further on (`(?>`): the next
    name is of any length and takes what is left, so a text costs its length, whatever is in it.
    """
    parts, at, named = [""], 0, set()
    for hole in _HOLE.finditer(text):
        name, kind, percent = hole.groups()
        parts[-1] += re.escape(text[at : hole.start()])
        at = hole.end()
        if percent:
            parts[-1] += "%"
        elif name in named:
            parts[-1] += f"(?P={name})"
        else:
            if kind == "s":
                parts.append("")
            parts[-1] += f"(?P<{name}>{_FILLS[kind]})"
            named.add(name)
    parts[-1] += re.escape(text[at:])
    *before, last = parts
    return re.compile("".join(f"(?>{part})" for part in before) + last + r"(?=\s|$)", re.DOTALL)
