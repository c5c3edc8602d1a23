"""Shopify's search syntax, turned into SQL conditions.

`field:value`, `field:>='value'`, bare words, AND, OR, NOT or a leading minus, parentheses;
neighbours without a connective are joined by AND. A field that does not exist is ignored, not
refused: its condition matches everything and only a warning in `extensions.search` tells of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from channels.adapters.shopify.sandbox.clock import iso, parse_iso

TOKEN = re.compile(
    r"""\s*(?:
        (?P<paren>[()])
      | (?P<minus>-)(?=\S)
      | (?P<name>[A-Za-z_]+):(?P<compare><=|>=|<|>)?\s*
            (?:'(?P<single>(?:\\.|[^'\\])*)'|"(?P<double>(?:\\.|[^"\\])*)"|(?P<plain>[^\s()]+))
      | '(?P<bare_single>(?:\\.|[^'\\])*)'
      | "(?P<bare_double>(?:\\.|[^"\\])*)"
      | (?P<word>[^\s()]+)
    )""",
    re.VERBOSE,
)

Condition = tuple[str, list[object]]
"""An SQL expression and its parameters."""
Field = Callable[[str, str], Condition]
"""Builds the condition of one field from the comparator (`=`, `<`, …) and the value."""
EVERYTHING: Condition = ("1", [])


class SearchError(ValueError):
    """The query can not be read: unbalanced parentheses or a dangling connective."""


@dataclass(slots=True)
class Compiled:
    condition: Condition
    unknown_fields: list[str] = field(default_factory=list)


def compile_query(text: str | None, fields: Mapping[str, Field]) -> Compiled:
    """The condition for a search text. `fields["default"]` serves bare words.

    Raises SearchError when the text can not be read.
    """
    if not text or not text.strip():
        return Compiled(EVERYTHING)
    reader = _Reader(_tokens(text), fields)
    condition = reader.any_of()
    if reader.position != len(reader.tokens):
        raise SearchError("unbalanced parenthesis in the search query")
    return Compiled(condition, reader.unknown)


def _tokens(text: str) -> list[re.Match[str]]:
    tokens: list[re.Match[str]] = []
    position = 0
    while position < len(text.rstrip()):
        match = TOKEN.match(text, position)
        if match is None:
            raise SearchError(f"the search query can not be read from {text[position:]!r}")
        tokens.append(match)
        position = match.end()
    return tokens


class _Reader:
    """Recursive descent over the tokens, building SQL as it goes."""

    def __init__(self, tokens: list[re.Match[str]], fields: Mapping[str, Field]) -> None:
        self.tokens = tokens
        self.fields = fields
        self.position = 0
        self.unknown: list[str] = []

    def any_of(self) -> Condition:
        parts = [self.all_of()]
        while self._word() == "OR":
            self.position += 1
            parts.append(self.all_of())
        return _join(" OR ", parts)

    def all_of(self) -> Condition:
        parts = [self.single()]
        while self.position < len(self.tokens) and self._word() != "OR":
            if self._paren() == ")":
                break
            if self._word() == "AND":
                self.position += 1
            parts.append(self.single())
        return _join(" AND ", parts)

    def single(self) -> Condition:
        if self.position >= len(self.tokens):
            raise SearchError("the search query ends where a term is expected")
        token = self.tokens[self.position]
        self.position += 1
        if token["minus"] or token["word"] == "NOT":
            sql, parameters = self.single()
            return f"NOT ({sql})", parameters
        if token["paren"] == "(":
            return self._group()
        if token["paren"] or token["word"] in ("AND", "OR"):
            raise SearchError(f"unexpected {token[0].strip()!r} in the search query")
        return self._term(token)

    def _group(self) -> Condition:
        condition = self.any_of()
        if self._paren() != ")":
            raise SearchError("a parenthesis is not closed in the search query")
        self.position += 1
        return condition

    def _term(self, token: re.Match[str]) -> Condition:
        if not token["name"]:
            value = token["bare_single"] or token["bare_double"] or token["word"] or ""
            return self.fields["default"]("=", _unescape(value))
        build = self.fields.get(token["name"])
        if build is None or token["name"] == "default":
            self.unknown.append(token["name"])
            return EVERYTHING
        value = token["single"] or token["double"] or token["plain"] or ""
        return build(token["compare"] or "=", _unescape(value))

    def _word(self) -> str | None:
        return self.tokens[self.position]["word"] if self.position < len(self.tokens) else None

    def _paren(self) -> str | None:
        return self.tokens[self.position]["paren"] if self.position < len(self.tokens) else None


def _unescape(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value)


def _join(connective: str, parts: list[Condition]) -> Condition:
    if len(parts) == 1:
        return parts[0]
    sql = connective.join(f"({part})" for part, _ in parts)
    return sql, [parameter for _, parameters in parts for parameter in parameters]


def column(name: str) -> Field:
    """A column compared as text or number; `*` at the end of the value searches by beginning."""

    def build(compare: str, value: str) -> Condition:
        if compare == "=" and value.endswith("*"):
            return f"{name} GLOB ?", [value]
        return f"{name} {compare} ?", [value]

    return build


def number(name: str) -> Field:
    """An id column: takes the plain number or the global id."""

    def build(compare: str, value: str) -> Condition:
        digits = value.rpartition("/")[2]
        return (f"{name} {compare} ?", [int(digits)]) if digits.isdecimal() else ("0", [])

    return build


def moment(name: str) -> Field:
    """A time column. A date alone means its midnight in UTC; what is no date matches nothing."""

    def build(compare: str, value: str) -> Condition:
        try:
            return f"{name} {compare} ?", [iso(parse_iso(value))]
        except ValueError:
            return "0", []

    return build


def choice(conditions: Mapping[str, str]) -> Field:
    """A closed set of values, each with its condition; another value matches nothing."""

    def build(_compare: str, value: str) -> Condition:
        return conditions.get(value.lower(), "0"), []

    return build
