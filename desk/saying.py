"""Sentences that can be kept and said again to each reader, in his own language.

`gettext` and `ngettext` here are Django's, but what they make, and what `%` makes of it, still
knows what it was made of: saved by `as_data`, said again by `again`. Named numbers are given, and
kept, as they are (`{"units": 1234}`), and written as each reader's language does; an id is no such
number: give it as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

from desk import numbers


class Sentence(str):
    """A text in the language of whoever asked for it. `forms`: the English one, or the one for a
    single thing and the one for many (`number` chooses); `values`: what stands in it."""

    forms: tuple[str, ...]
    number: int | None
    values: Any

    def __new__(
        cls, text: str, forms: tuple[str, ...], number: int | None = None, values: Any = None
    ) -> Sentence:
        """As text it is just that."""
        made = super().__new__(cls, text)
        made.forms, made.number, made.values = forms, number, values
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (str(self), self.forms, self.number, self.values)

    def __mod__(self, values: Any) -> Sentence:
        return Sentence(_filled(str(self), values), self.forms, self.number, values)


def gettext(message: str) -> str:
    """As Django's; a Sentence."""
    return Sentence(translation.gettext(message), (message,))


def ngettext(singular: str, plural: str, number: int) -> str:
    """As Django's; a Sentence."""
    text = translation.ngettext(singular, plural, number)
    return Sentence(text, (singular, plural), number)


def together(sentences: Iterable[str]) -> str:
    """Several, one after the other, as a Sentence."""
    each = tuple(sentences)
    return Sentence(" ".join(each), (" ".join(["%s"] * len(each)),), None, each)


def as_data(text: str) -> dict[str, Any]:
    """As JSON can keep it. A text that is no Sentence stays the text it is."""
    if not isinstance(text, Sentence):
        return {"text": str(text)}
    data: dict[str, Any] = {"forms": list(text.forms)}
    if text.number is not None:
        data["number"] = text.number
    if text.values is not None:
        data["values"] = _kept(text.values)
    return data


def again(data: Mapping[str, Any]) -> str:
    """What as_data kept, in the language of now. Raises what a kept value that is none of ours
    raises: KeyError, IndexError, TypeError, ValueError."""
    if "text" in data:
        return str(data["text"])
    forms, number = data["forms"], data.get("number")
    if number is not None:
        form = translation.ngettext(forms[0], forms[1], number)
    else:
        form = translation.gettext(forms[0]) if forms[0] else ""
    return _filled(form, _said(data["values"])) if "values" in data else form


def _filled(form: str, values: Any) -> str:
    return numbers.said(form, values) if isinstance(values, Mapping) else form % values


def _kept(value: Any) -> Any:
    """A tuple as a list, names with their values as such, a sentence as its data, and whatever
    JSON does not know as the text it is shown as."""
    if isinstance(value, Sentence):
        return {"said": as_data(value)}
    if isinstance(value, Promise):
        with translation.override("en"):  # a label, whose English is what it is translated by
            return {"said": {"forms": [str(value)]}}
    if isinstance(value, Mapping):
        return {"named": {str(name): _kept(each) for name, each in value.items()}}
    if isinstance(value, tuple):
        return [_kept(each) for each in value]
    return value if isinstance(value, int | float) else str(value)


def _said(kept: Any) -> Any:
    if isinstance(kept, list):
        return tuple(_said(each) for each in kept)
    if isinstance(kept, dict):
        if "said" in kept:
            return again(kept["said"])
        return {name: _said(each) for name, each in kept["named"].items()}
    return kept
