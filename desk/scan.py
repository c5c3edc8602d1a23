"""Sheets that a scanner fills: lines with units to count, filled by scanning or typing.

The page is templates/admin/stockcast/scan.html with scan.js; its head tells the contract.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.errors import Refused

LARGEST = 1_000_000_000
"""More units than any line needs, and far enough from where a level's integer overflows."""

SHOWN = 500
"""Rows on a page; further lines are known to the scanner, and shown once they were scanned."""

_PREFIX = "line_"
_WAS = "was_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row. `id` is the caller's own, and what units are posted under; several lines may bear
    one SKU, and are filled in their order.

    `expected` None: not told (a blind count). `done`: units of earlier, such as received before.
    `start`: what counting begins with, sent only when it changes; `now`: what was typed and not
    taken yet. `was`: posted back as it is, so that a verb can tell what the person saw. `note`:
    where the line comes from, in a few words.
    """

    id: str
    sku: str
    name: str
    barcode: str = ""
    expected: int | None = None
    done: int = 0
    start: str = ""
    now: str = ""
    was: str = ""
    note: str = ""

    @property
    def left(self) -> int | None:
        """Units that are still to come."""
        return None if self.expected is None else self.expected - self.done

    def as_data(self) -> list[Any]:
        """As scan.js reads it; short, for there may be thousands."""
        told = [self.id, self.sku, self.name, self.barcode, self.expected, self.done]
        return [*told, self.now, self.was, self.note, self.start]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What one page scans. `document` and `owner` name what is kept in the browser until it is
    sent; `key` makes sending it twice harmless; `lookup` answers for codes of no line.

    `is_limited`: more than what is left is refused while scanning already. `is_told`: what is
    expected is shown. `is_count`: the last column is how far a count is off, not what is left.
    """

    document: str
    owner: str
    key: str
    lines: Sequence[Line]
    lookup: str = ""
    is_limited: bool = True
    is_told: bool = True
    is_count: bool = False
    known: Sequence[Line] = ()
    """Further lines that the scanner knows, of which no row is shown yet."""
    error: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)
    """Words that replace LABELS on this page."""

    @property
    def rows(self) -> Sequence[Line]:
        """The lines that the page shows from the start: those with a number always."""
        kept = [line for line in self.lines[SHOWN:] if line.now]
        return [*self.lines[:SHOWN], *kept]

    @property
    def words(self) -> dict[str, str]:
        """What the page says."""
        return {name: str(text) for name, text in {**LABELS, **self.labels}.items()}

    def as_data(self) -> dict[str, Any]:
        """What scan.js works with."""
        return {
            "storage": f"{self.owner}|{self.document}",
            "key": self.key,
            "lookup": self.lookup,
            "isLimited": self.is_limited,
            "isCount": self.is_count,
            "isRefused": bool(self.error),
            "lines": [line.as_data() for line in [*self.lines, *self.known]],
            "words": self.words | {name: str(text) for name, text in _MESSAGES.items()},
        }

    def kept(self, typed: Mapping[str, str], key: str, error: Refused) -> Sheet:
        """The same sheet with what was posted, and why it was refused."""
        lines = [replace(line, now=typed.get(line.id, line.now)) for line in self.lines]
        return replace(self, lines=lines, key=key or self.key, error=error.message)


LABELS: Mapping[str, Any] = {
    "expected": _("Expected"),
    "done": _("Done"),
    "now": _("Now"),
    "left": _("Left"),
    "submit": _("Send"),
    "code": _("Scan or type a barcode or SKU"),
    "over": _("%(sku)s: only %(left)s left. Set the rest aside, or correct the document first."),
    "empty": _("No lines."),
}
"""Words of a sheet that a page may replace; "over" keeps its placeholders."""

_MESSAGES: Mapping[str, Any] = {
    "counted": _("%(name)s: %(now)s"),
    "countedOf": _("%(name)s: %(now)s of %(expected)s"),
    "ready": _("Ready: scan the first item."),
    "undone": _("Taken back: %(sku)s, now %(now)s"),
    "nothingToUndo": _("Nothing to take back."),
    "nothingYet": _("Nothing is counted yet: scan an item, or type a number."),
    "again": _("Press Enter again to send. Units: %(units)s, lines: %(lines)s."),
    "several": _("%(code)s belongs to several products here: type the SKU of the one in hand."),
    "foreign": _("%(code)s is not on this document: set it aside."),
    "offline": _("%(code)s is not on this page, and there is no connection: scan it again later."),
    "number": _("%(sku)s: give a whole number, 0 or more."),
    "unsent": _("Not sent yet, scans: %(scans)s. They are kept in this browser."),
    "restored": _("Your scans are still here. Go on, or send them. Scans: %(scans)s."),
    "alreadySent": _("Your last scans had been sent already: this is what is left."),
    "sending": _("Sending…"),
    "total": _("Units: %(now)s, lines: %(lines)s"),
    "totalOf": _("%(now)s of %(expected)s units"),
    "totalOver": _("%(now)s of %(expected)s units: %(over)s too many"),
}


def key_of(data: Mapping[str, Any]) -> str:
    """The key under which a sheet was posted. Raises Refused without a usable one."""
    key = str(data.get("key", "")).strip()
    if not is_key(key):
        raise Refused(gettext("This page is too old: load it again."), field="key")
    return key


def is_key(text: str) -> bool:
    """Whether it can be a sheet's key: the database keeps neither NUL nor half a letter."""
    return 0 < len(text) <= 64 and text.isprintable()


def typed(data: Mapping[str, Any]) -> dict[str, str]:
    """What was typed or scanned, by line, untouched lines left out; numbers as they were written.

    scan.js sends one field `lines` (JSON: line to number), a page without it a field for each.
    """
    found = {name: str(data[name]) for name in data if name.startswith(_PREFIX)}
    given = {name.removeprefix(_PREFIX): text.strip() for name, text in found.items()}
    return {line: text for line, text in (given | _packed(data, "lines")).items() if text}


def seen(data: Mapping[str, Any]) -> dict[str, str]:
    """The `was` of the posted lines, by line."""
    found = {name: str(data[name]) for name in data if name.startswith(_WAS)}
    return {name.removeprefix(_WAS): text for name, text in found.items()} | _packed(data, "was")


def units(given: Mapping[str, str]) -> dict[str, int]:
    """The same as numbers, by line. Raises Refused for what is no number of units."""
    numbers = {}
    for line, text in given.items():
        is_number = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))
        if not is_number or int(text) > LARGEST:
            raise Refused(
                gettext("“%(text)s” is no number of units: give a whole number, 0 or more.")
                % {"text": text[:40]},
                field=f"{_PREFIX}{line}",
            )
        numbers[line] = int(text)
    return numbers


def found(line: Line) -> JsonResponse:
    """A lookup's answer: the page counts on this line from now on."""
    return JsonResponse({"line": line.as_data()})


def refused(error: Refused) -> JsonResponse:
    """A lookup's answer: why the code does not belong here, and what to do with the item."""
    return JsonResponse({"refused": error.message})


def was_sent(*, is_sent: bool) -> JsonResponse:
    """A lookup's answer to ?sent=key: whether a sheet of that key was carried out."""
    return JsonResponse({"isSent": is_sent})


def _packed(data: Mapping[str, Any], name: str) -> dict[str, str]:
    try:
        packed = json.loads(data.get(name) or "{}")
    except (ValueError, RecursionError):
        packed = None
    if not isinstance(packed, dict):
        raise Refused(gettext("This page is too old: load it again."), field=name)
    return {_sayable(line): _sayable(text).strip() for line, text in packed.items()}


def _sayable(value: Any) -> str:
    """As text that can be shown: JSON can write half a letter, of which no page can be made."""
    return str(value).encode("utf-8", "replace").decode()
