"""What the cells of a file may hold, in both directions: the library's widgets, made strict.

A widget raises ValueError with what is wrong and the remedy; the library gathers those of one row.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext
from import_export.widgets import Widget

MOST = 2_147_483_647
"""Units that a stock level can hold."""

YES, NO = "yes", "no"
_FLAGS = dict.fromkeys(("yes", "y", "true", "1", "x", "on", "da", "ja", "oui"), True)
_FLAGS |= dict.fromkeys(("no", "n", "false", "0", "off", "nu", "nein", "non"), False)

_SHORTENED = re.compile(r"[+-]?\d+([.,]\d+)?E\+\d+", re.IGNORECASE)
_DATED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_WHOLE = re.compile(r"([+-]?\d{1,12})([.,]0{0,2})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}([., ]\d{3})+([.,]\d*)?")
_BROKEN = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

GTIN_LENGTHS = (8, 12, 13, 14)


def flag(value: bool) -> str:  # noqa: FBT001 - the value itself
    """A switch, as files and diffs write it."""
    return YES if value else NO


class TextWidget(Widget):
    """Text of at most `most` characters, spaces around it dropped."""

    def __init__(self, most: int, *, is_required: bool = False) -> None:
        super().__init__()
        self.most, self.is_required = most, is_required

    def clean(self, value: Any, row: Any = None, **_: Any) -> str:
        """Raises ValueError."""
        text = str(value or "").strip()
        if _CONTROL.search(text):
            raise ValueError(gettext("There is an invisible character in it: type it again."))
        if "\ufffd" in text:
            raise ValueError(
                gettext(
                    "A letter could not be read: save the file as “CSV UTF-8”, or choose its"
                    " encoding when you upload it."
                )
            )
        if text in _BROKEN:
            raise ValueError(
                gettext("The spreadsheet shows an error here: correct its formula, save, retry.")
            )
        if len(text) > self.most:
            raise ValueError(
                gettext("%(given)d characters are too many: %(most)d at most.")
                % {"given": len(text), "most": self.most}
            )
        if not text and self.is_required:
            raise ValueError(gettext("This cell is empty: fill it in, or delete the row."))
        return text


class CodeWidget(TextWidget):
    """A code that spreadsheets like to take for a number or a date: a SKU, a barcode."""

    def clean(self, value: Any, row: Any = None, **_: Any) -> str:
        """Raises ValueError where digits are lost for good."""
        text = super().clean(value, row)
        if _SHORTENED.fullmatch(text):
            raise ValueError(
                gettext(
                    "The spreadsheet shortened this number and lost digits: format the column as"
                    " text, then enter it again."
                )
            )
        if _DATED.fullmatch(text):
            raise ValueError(
                gettext(
                    "The spreadsheet took this for a date: format the column as text, then enter it"
                    " again."
                )
            )
        return text


class FlagWidget(Widget):
    """Yes or no; None where the cell is empty, which leaves the switch as it is."""

    def clean(self, value: Any, row: Any = None, **_: Any) -> bool | None:
        """Raises ValueError."""
        text = str(value or "").strip().casefold()
        if not text:
            return None
        if text not in _FLAGS:
            raise ValueError(gettext("This is neither yes nor no: write one of the two."))
        return _FLAGS[text]

    def render(self, value: Any, obj: Any = None, **_: Any) -> str:
        """Yes or no, the same in every language, so that every file can be read anywhere."""
        return "" if value is None else flag(bool(value))


class UnitsWidget(Widget):
    """A whole number of units, 0 or more; 12.0 and 12,00 are what spreadsheets make of 12."""

    def __init__(self, *, is_required: bool = False) -> None:
        super().__init__()
        self.is_required = is_required

    def clean(self, value: Any, row: Any = None, **_: Any) -> int | None:
        """Raises ValueError."""
        text = str(value or "").strip()
        if not text:
            if self.is_required:
                raise ValueError(gettext("This cell is empty: write a number, 0 or more."))
            return None
        if _GROUPED.fullmatch(text):  # 1.000 is a thousand here, and 1 there
            raise ValueError(
                gettext("Write the number in digits alone, such as 1000, without point or comma.")
            )
        found = _WHOLE.fullmatch(text)
        if not (found and text.isascii()):
            raise ValueError(
                gettext("This is no whole number: write digits alone, such as 12 or 1500.")
            )
        units = int(found[1])
        if units < 0:
            raise ValueError(gettext("Units can not be below 0."))
        if units > MOST:
            raise ValueError(
                gettext("That is more than a stock level can hold (%(most)s).") % {"most": MOST}
            )
        return units


def lost_zeros(barcode: str, before: str) -> str:
    """The barcode with the leading zeros that a spreadsheet seems to have dropped; "" if none.

    It is what was there before, or what makes a number of a wrong length a valid GTIN.
    """
    if not (barcode.isascii() and barcode.isdigit()) or barcode.startswith("0"):
        return ""
    if before != barcode and before.isdigit() and before.lstrip("0") == barcode:
        return before
    if len(barcode) in GTIN_LENGTHS:
        return ""
    for length in GTIN_LENGTHS:
        if length > len(barcode) >= length - 3 and _is_gtin(barcode.zfill(length)):
            return barcode.zfill(length)
    return ""


def _is_gtin(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (GS1)."""
    weighed = sum(
        int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))
    )
    return weighed % 10 == 0
