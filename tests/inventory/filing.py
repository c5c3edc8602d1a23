"""Files for tests: bytes of CSV and XLSX, and an upload that was checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook


def csv_bytes(
    *rows: Sequence[object], encoding: str = "utf-8", separator: str = ",", ending: str = "\r\n"
) -> bytes:
    made = io.StringIO()
    csv.writer(made, delimiter=separator, lineterminator=ending).writerows(rows)
    return made.getvalue().encode(encoding)


def xlsx_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
