"""A file, read once: its columns known, its rows counted and kept aside on disk, not in memory."""

from __future__ import annotations

import difflib
import itertools
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from django.utils.translation import gettext, ngettext

from desk import numbers
from inventory.files import decoding, workbooks
from inventory.files.errors import Unreadable
from inventory.files.kinds import Kind
from inventory.files.rows import LONGEST
from inventory.files.writing import bare

MOST_BYTES = 25 * 1024 * 1024
MOST_ROWS = 100_000
_MOST_COLUMNS = 100
_MOST_CELL = 1_000
"""Characters: no cell that is accepted has so many."""
IGNORED = frozenset({"row", "why"})
"""Columns of the list of refused rows, which comes back when it is mended."""


@dataclass(slots=True)
class Sheet:
    """`total` rows with something in them. `repeats`: rows that are about the same, each with the
    number of another."""

    kept: IO[str]
    total: int = 0
    how: str = ""
    repeats: dict[int, int] = field(default_factory=dict)

    def rows(self, after: int = 0) -> Iterator[tuple[int, dict[str, str], bool]]:
        """Number, cells by column, and whether there were more cells than columns; the first
        `after` ones are left out."""
        self.kept.seek(0)
        for line in itertools.islice(self.kept, after, None):
            number, cells, is_long = json.loads(line)
            yield number, cells, is_long


@contextmanager
def opened(content: bytes, kind: Kind, encoding: str = "") -> Iterator[Sheet]:
    """Read a file. `encoding` is one of decoding.ENCODINGS, or "" to find it out.

    Raises Unreadable: no such file, other columns, no rows or too many.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(
            gettext("The file is larger than %(most)d MB: split it.")
            % {"most": MOST_BYTES // 1024 // 1024}
        )
    with tempfile.TemporaryFile("w+", encoding="utf-8") as kept:
        sheet = Sheet(kept)
        found = _records(sheet, content, kind, encoding)
        columns = _columns(_header(found), kind)
        _keep(sheet, found, columns, kind)
        if not sheet.total:
            raise Unreadable(gettext("There is no row below the header: nothing to do."))
        yield sheet


def _records(sheet: Sheet, content: bytes, kind: Kind, encoding: str) -> Iterator[Sequence[str]]:
    if content.startswith((workbooks.MAGIC, workbooks.OLD_MAGIC)):
        sheet.how = "XLSX"
        return workbooks.records(content)
    name = encoding or decoding.encoding_of(content)
    name = "utf-8-sig" if name == "utf-8" else name
    sheet.how = name.removesuffix("-sig").upper().replace("CP", "Windows-")
    return decoding.records(content, name, kind.columns)


def _header(found: Iterator[Sequence[str]]) -> list[str]:
    header = next(found, None)
    if header is None or not any(cell.strip() for cell in header):
        raise Unreadable(
            gettext("The file is empty: its first row must name the columns. Take a template.")
        )
    names = [_plain(cell) for cell in header[: _MOST_COLUMNS + 1]]
    while names and not names[-1]:
        names.pop()
    if len(names) > _MOST_COLUMNS:
        raise Unreadable(gettext("The file has too many columns: take a template."))
    return names


def _plain(cell: str) -> str:
    words = bare(cell.strip().strip("\ufeff").strip()).lower().split()
    return "_".join(words).replace("\x00", "")[:LONGEST]


def _columns(names: Sequence[str], kind: Kind) -> list[str]:
    """The columns in the file's order; "" for those ignored."""
    known = kind.columns
    expected = {"columns": ", ".join(known)}
    for name in names:
        if name in known or name in IGNORED:
            if names.count(name) > 1:
                raise Unreadable(
                    gettext("Column “%(name)s” is there twice: delete one.") % {"name": name}
                )
            continue
        like = difflib.get_close_matches(name, known, n=1)
        said = {"name": name, **expected, "like": like[0] if like else ""}
        if like:
            raise Unreadable(
                gettext(
                    "Column “%(name)s” is not known: do you mean “%(like)s”? A file of this kind"
                    " has the columns %(columns)s."
                )
                % said
            )
        raise Unreadable(
            gettext(
                "Column “%(name)s” is not known: rename or delete it. A file of this kind has the"
                " columns %(columns)s."
            )
            % said
        )
    missing = [name for name in kind.required if name not in names]
    if missing:
        raise Unreadable(
            ngettext(
                "Column %(missing)s is missing. The first row must name them: %(columns)s.",
                "Columns %(missing)s are missing. The first row must name them: %(columns)s.",
                len(missing),
            )
            % {"missing": ", ".join(missing), **expected}
        )
    return ["" if name in IGNORED else name for name in names]


def _keep(sheet: Sheet, found: Iterator[Sequence[str]], columns: Sequence[str], kind: Kind) -> None:
    firsts: dict[tuple[str, ...], int] = {}
    for number, record in enumerate(found, start=2):
        if not any(cell.strip() for cell in record):
            continue
        if sheet.total == MOST_ROWS:
            raise Unreadable(
                gettext("The file has more than %(most)s rows: split it.")
                % {"most": numbers.shown(MOST_ROWS)}
            )
        cells = {
            column: bare(cell[:_MOST_CELL].strip())
            for column, cell in itertools.zip_longest(columns, record[: len(columns)], fillvalue="")
            if column
        }
        is_long = any(cell.strip() for cell in record[len(columns) :])
        sheet.kept.write(json.dumps([number, cells, is_long]) + "\n")
        sheet.total += 1
        first = firsts.setdefault(kind.name_of(cells), number)
        if first != number:
            sheet.repeats[number] = first
            sheet.repeats.setdefault(first, number)
