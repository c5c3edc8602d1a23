"""From the bytes of a CSV file to its records: which encoding, which separator."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence

from django.utils.translation import gettext

from inventory.files.errors import Unreadable

ENCODINGS = ("utf-8", "cp1250", "cp1252", "utf-16")
SEPARATORS = (",", ";", "\t", "|")
_HEADER = 64 * 1024
_CHUNK = 1024 * 1024
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Letters of Central Europe, as bytes that are signs or other letters in the West: of these
# between or after plain letters there are none in Western words.
_CENTRAL = re.compile(
    rb"[A-Za-z][\xaa\xb3\xb9\xba\xbe\xbf\xaf\xa3\xa5\xfe\xde\xe3\xf8\xf5\x9e\x9f]"
)
_WESTERN = re.compile(rb"[A-Za-z][\xe0\xe8\xea\xec\xf2\xf1\xe5\xe6\xfb\xef\x92]")


def encoding_of(content: bytes) -> str:
    """What the bytes seem to be written in."""
    for bom, name in _BOMS.items():
        if content.startswith(bom):
            return name
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        central, western = len(_CENTRAL.findall(content)), len(_WESTERN.findall(content))
        return "cp1250" if central > western else "cp1252"
    return "utf-8"


def records(content: bytes, encoding: str, columns: Collection[str]) -> Iterator[Sequence[str]]:
    """The records of a CSV file, blank ones included. Raises Unreadable."""
    if encoding != "utf-16" and b"\x00" in content[:1024]:
        raise Unreadable(
            gettext("This is neither a CSV nor an XLSX file: save your spreadsheet as one of them.")
        )
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors="replace", newline="")
    head = text.read(_HEADER)
    first = re.split(r"\r\n|\r|\n", head, maxsplit=1)[0]
    said = re.fullmatch(r"sep=(.)", first.strip(), re.IGNORECASE)
    separator = said[1] if said else separator_of(first, columns)
    text.seek(0)
    reader = csv.reader(text, delimiter=separator)
    try:
        yield from _without_hint(reader, is_hinted=bool(said))
    except csv.Error as error:
        raise Unreadable(
            gettext(
                "Row %(row)d can not be read: a quote seems to be opened there and never closed."
            )
            % {"row": reader.line_num}
        ) from error


def _without_hint(reader: Iterator[Sequence[str]], *, is_hinted: bool) -> Iterator[Sequence[str]]:
    """Some spreadsheets say in a line of its own which separator they wrote."""
    if is_hinted:
        next(reader, None)
    yield from reader


def separator_of(header: str, columns: Collection[str]) -> str:
    """The separator by which the header names most of the columns that are known."""

    def worth(separator: str) -> tuple[int, int]:
        names = [name.strip(' "\ufeff').lower() for name in header.split(separator)]
        return sum(name in columns for name in names), len(names)

    return max(SEPARATORS, key=worth)
