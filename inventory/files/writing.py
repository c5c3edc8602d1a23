"""Writes rows out: CSV as a stream, XLSX by a temporary file; memory stays bounded either way.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, and loses it when
the file comes back (`bare`).
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext
from openpyxl import Workbook

from desk import numbers
from desk.errors import Refused

CSV, XLSX = "csv", "xlsx"
SHEET_ROWS = 200_000
"""Rows of an XLSX file: more would take minutes to write, and to open."""
_CHUNK = 500

_FORMULA = tuple("=+-@\t\r＝＋－＠")


class TooMany(Refused):
    """More rows than a spreadsheet should hold."""

    code = "too_many_rows"


def harmless(text: str) -> str:
    """The text as no spreadsheet takes it for a formula; an apostrophe of its own is doubled."""
    if text.isascii() and text.isdigit():
        return text
    bare_text = text.lstrip(" \n'")
    return f"'{text}" if bare_text.startswith(_FORMULA) else text


def bare(text: str) -> str:
    """What `harmless` made harmless, as it was."""
    if text.startswith("'") and text.lstrip(" \n'").startswith(_FORMULA):
        return text[1:]
    return text


def printable(text: str) -> str:
    """Without control characters, which no spreadsheet takes."""
    return "".join(each for each in text if each >= " " or each in "\t\n")


class _Echo:
    """What csv writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a CSV file, some hundred at a time; a mark at the beginning tells Excel that it is
    UTF-8."""
    writer = csv.writer(_Echo())
    waiting = ["\ufeff", writer.writerow(columns)]
    for row in rows:
        waiting.append(writer.writerow([harmless(cell) for cell in row]))
        if len(waiting) >= _CHUNK:
            yield "".join(waiting)
            waiting.clear()
    yield "".join(waiting)


def xlsx_file(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """A temporary XLSX file, at its beginning; codes are text, so that none loses its zeros.

    Raises TooMany.
    """
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    try:
        sheet.append(list(columns))
        for row in _bounded(rows):
            sheet.append([printable(harmless(cell)) for cell in row])
    except BaseException:
        sheet.close()
        sheet._writer.cleanup()  # noqa: SLF001 - else its temporary file stays until we end
        raise
    made = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(made)
    made.seek(0)
    return made


def _bounded(rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    for number, row in enumerate(rows, start=1):
        if number > SHEET_ROWS:
            raise TooMany(
                gettext(
                    "More than %(most)s rows do not suit a spreadsheet: filter the list, or take"
                    " CSV."
                )
                % {"most": numbers.shown(SHEET_ROWS)}
            )
        yield row


def respond(
    name: str, form: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> HttpResponseBase:
    """A download. `form` is CSV or XLSX, `name` the file's without its ending. Raises TooMany."""
    if form == XLSX:
        return FileResponse(xlsx_file(columns, rows), as_attachment=True, filename=f"{name}.{XLSX}")
    return StreamingHttpResponse(
        csv_lines(columns, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.{CSV}"'},
    )
