"""From the bytes of an XLSX file to its records, row by row."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from inventory.files.cells import flag
from inventory.files.errors import Unreadable

MAGIC, OLD_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MOST_UNPACKED = 200 * 1024 * 1024
MOST_KEPT = 40 * 1024 * 1024
"""Of what must be kept in memory while a sheet is read, such as its texts."""
MOST_PARTS = 1_000
EXACT = 10**15
"""A spreadsheet's number keeps 15 digits."""

BROKEN = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, OSError)


def records(content: bytes) -> Iterator[Sequence[str]]:
    """The records of the first sheet, blank ones included, as text. Raises Unreadable."""
    if content.startswith(OLD_MAGIC):
        raise Unreadable(
            gettext("This is an old Excel file, or has a password: save it as .xlsx without one.")
        )
    try:
        _demand_sane(content)
        with warnings.catch_warnings():
            # What of styles and extensions is not understood is of no concern here.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet: Any = book.worksheets[0]
            sheet.reset_dimensions()
            for row in sheet.iter_rows(values_only=True):
                yield [_text(value) for value in row]
            book.close()
    except (*BROKEN, IndexError, EOFError) as error:
        raise Unreadable(
            gettext("This XLSX file is damaged: open it in your spreadsheet and save it again.")
        ) from error


def _demand_sane(content: bytes) -> None:
    """Small files may unpack to huge ones; no part is unpacked beyond the size it claims."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        kept = sum(part.file_size for part in parts if "worksheets/" not in part.filename)
        whole = sum(part.file_size for part in parts)
        if len(parts) > MOST_PARTS or whole > MOST_UNPACKED or kept > MOST_KEPT:
            raise Unreadable(
                gettext(
                    "This XLSX file unpacks to too much: keep one sheet without pictures in it, or"
                    " save it as CSV."
                )
            )
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as opened:
                    if b"<!DOCTYPE" in opened.read(1024):
                        raise Unreadable(
                            gettext("This XLSX file is not one that a spreadsheet writes.")
                        )


def _text(value: object) -> str:
    """A cell as a person sees it, but numbers whole: 123.0 is 123."""
    if isinstance(value, bool):
        return flag(value)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date):
        return f"{value.isoformat()} 00:00:00"
    return "" if value is None else str(value)


def _number(value: float) -> str:
    """Digits beyond what a spreadsheet keeps are told as lost."""
    if abs(value) >= EXACT:
        return f"{value:.5E}"
    return str(int(value)) if float(value).is_integer() else repr(value)
