"""Reads the file line by line and believes nothing: a malformed line stops the load, by name."""

from __future__ import annotations

import csv
import gzip
import math
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/London")
COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
)
LARGEST = 2_147_483_647
"""The largest quantity that a movement can bear."""


class Malformed(Exception):  # noqa: N818 - what the file is
    """A line that can not be read. The message names line and field and quotes what is there."""


class Row(NamedTuple):
    """One line of the file. `code` is in upper case, `spelling` as typed; texts are trimmed."""

    line: int
    invoice: str
    code: str
    spelling: str
    text: str
    quantity: int
    at: datetime
    is_free: bool
    customer: str

    @property
    def is_cancellation(self) -> bool:
        return self.invoice.startswith("C")


def read(path: Path) -> Iterator[Row]:
    """Yield the lines of a .csv or .csv.gz file in UTF-8. Raises Malformed."""
    previous = datetime.min.replace(tzinfo=LOCAL)
    with _open(path) as file:
        # Without strict, a quotation mark that is never closed would swallow the rest of the file.
        reader = csv.reader(file, strict=True)
        try:
            header = next(reader, [])
            positions = _positions(header)
            for fields in reader:
                if len(fields) != len(header):
                    raise Malformed(
                        f"Line {reader.line_num}: {len(fields)} fields, {len(header)} expected:"
                        f" {fields!r}"
                    )
                row = _row(reader.line_num, [fields[position] for position in positions])
                if row.at < previous:
                    raise Malformed(
                        f"Line {row.line}, InvoiceDate: {row.at} is earlier than the line before:"
                        " sort the file by InvoiceDate."
                    )
                previous = row.at
                yield row
        except (csv.Error, EOFError, OSError, zlib.error) as error:
            raise Malformed(f"Line {reader.line_num + 1}: {error}") from error


def _open(path: Path) -> IO[str]:
    # Bytes that are not UTF-8 pass as surrogates, so that the field they stand in can be named.
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _positions(header: Sequence[str]) -> list[int]:
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        found = ", ".join(header) or "nothing"
        raise Malformed(f"Line 1: column {', '.join(missing)} is missing; found {found}.")
    return [header.index(name) for name in COLUMNS]


def _row(line: int, fields: Sequence[str]) -> Row:
    invoice, code, text, quantity, at, price, customer = fields
    if not "".join(fields).isascii():
        _demand_text(line, fields)
    spelling = code.strip()
    if not invoice.strip() or not spelling:
        name = "StockCode" if invoice.strip() else "InvoiceNo"
        raise Malformed(f"Line {line}, {name}: empty: {fields!r}")
    return Row(
        line,
        invoice.strip(),
        spelling.upper(),
        spelling,
        " ".join(text.split()),
        _quantity(line, quantity),
        _moment(line, at),
        _is_free(line, price),
        customer.strip().removesuffix(".0"),
    )


def _demand_text(line: int, fields: Sequence[str]) -> None:
    for name, value in zip(COLUMNS, fields, strict=True):
        if any("\udc80" <= letter <= "\udcff" for letter in value):
            raise Malformed(f"Line {line}, {name}: not UTF-8: {value!r}. Save the file as UTF-8.")


def _quantity(line: int, value: str) -> int:
    digits = value.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 10 or int(digits) > LARGEST:
        raise Malformed(
            f"Line {line}, Quantity: {value!r} is not a whole number that we can count."
        )
    return int(value)


@lru_cache(maxsize=4096)
def _parsed(value: str) -> datetime:
    return datetime.fromisoformat(value.strip()).replace(tzinfo=LOCAL)


def _moment(line: int, value: str) -> datetime:
    try:
        return _parsed(value)
    except ValueError:
        raise Malformed(
            f"Line {line}, InvoiceDate: {value!r} is no time such as 2010-12-01 08:26:00."
        ) from None


def _is_free(line: int, value: str) -> bool:
    try:
        price = float(value)
    except ValueError:
        price = math.nan
    if not math.isfinite(price):
        raise Malformed(f"Line {line}, UnitPrice: {value!r} is not a number.")
    return price == 0
