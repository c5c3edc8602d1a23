"""Files as people really have them: read whole, or refused with the remedy."""

from __future__ import annotations

import datetime
import io
import zipfile

import pytest

from inventory.files import decoding, kinds, sheets, workbooks, writing
from inventory.files.cells import CodeWidget, UnitsWidget, lost_zeros
from inventory.files.errors import Unreadable
from tests.inventory.filing import csv_bytes, xlsx_bytes

HEADER = ["sku", "name", "barcode"]


def read(content: bytes, kind: str = "products", encoding: str = "") -> list[dict[str, str]]:
    with sheets.opened(content, kinds.get(kind), encoding) as sheet:
        return [cells for _number, cells, _is_long in sheet.rows()]


def refusal(content: bytes, kind: str = "products") -> str:
    with pytest.raises(Unreadable) as refused:
        read(content, kind)
    return refused.value.message


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Cană țărănească"),
        ("utf-8-sig", "Cană țărănească"),
        ("utf-16", "Cană țărănească"),
        ("cp1250", "Cană ţărănească, łóżko"),
        ("cp1252", "Crème brûlée, pâté"),
    ],
)
def test_letters_survive_whatever_wrote_them(encoding: str, name: str) -> None:
    content = csv_bytes(HEADER, ["A-1", name, ""], encoding=encoding)

    assert read(content)[0]["name"] == name


def test_the_person_may_say_which_encoding_it_is() -> None:
    content = csv_bytes(HEADER, ["A-1", "łą", ""], encoding="cp1250")

    assert read(content, encoding="cp1250")[0]["name"] == "łą"


@pytest.mark.parametrize("separator", list(decoding.SEPARATORS))
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_any_usual_separator_and_line_end_will_do(separator: str, ending: str) -> None:
    content = csv_bytes(HEADER, ["A-1", "Mug, blue", "1"], separator=separator, ending=ending)

    assert read(content) == [{"sku": "A-1", "name": "Mug, blue", "barcode": "1"}]


def test_a_separator_that_is_said_and_lines_within_quotes_are_understood() -> None:
    content = b'sep=;\r\nSKU;Name\r\nA-1;"Mug\r\nblue"\r\n\r\nA-2;Cup\r\n'
    with sheets.opened(content, kinds.get("products")) as sheet:
        rows = list(sheet.rows())

    assert [(number, cells["name"]) for number, cells, _ in rows] == [
        (2, "Mug\r\nblue"),
        (4, "Cup"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "file is empty"),
        (b"\r\n\r\n", "file is empty"),
        (b"sku,name\r\n", "no row below the header"),
        (b"sku,nmae\nA,B\n", "do you mean \u201cname\u201d"),
        (b"sku,colour\nA,B\n", "\u201ccolour\u201d is not known"),
        (b"name,barcode\nA,B\n", "Column sku is missing"),
        (b"sku,name,Name\nA,B,C\n", "is there twice"),
        (b"\x7fELF\x00\x00\x00sku", "neither a CSV nor an XLSX"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel file"),
        (b"PK\x03\x04 nonsense", "is damaged"),
        (b'sku,name\nA,"' + b"x" * 200_000, "never closed"),
        (b"a," * 200 + b"b\n1\n", "too many columns"),
    ],
)
def test_what_can_not_be_read_is_refused_with_the_remedy(content: bytes, words: str) -> None:
    assert words in refusal(content)


def test_more_rows_than_the_limit_are_refused() -> None:
    rows = "".join(f"S{number},x\n" for number in range(sheets.MOST_ROWS + 1))

    assert "more than 100,000 rows" in refusal(f"sku,name\n{rows}".encode())


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"a" * (workbooks.MOST_KEPT + 1))

    assert len(made.getvalue()) < 100_000
    assert "unpacks to too much" in refusal(made.getvalue())


def test_a_workbook_with_entities_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>')

    assert "not one that a spreadsheet writes" in refusal(made.getvalue())


def test_numbers_that_a_spreadsheet_made_are_codes_again() -> None:
    day = datetime.datetime(2026, 3, 1)  # noqa: DTZ001 - as spreadsheets keep them
    content = xlsx_bytes(
        [
            HEADER,
            [123.0, "Mug", 4006381333931],
            [None, None, None],
            ["A", True, 1.5],
            [day, "x", 1234567890123456789],
        ]
    )
    rows = read(content)

    assert rows[0] == {"sku": "123", "name": "Mug", "barcode": "4006381333931"}
    assert rows[1] == {"sku": "A", "name": "yes", "barcode": "1.5"}
    assert rows[2]["barcode"] == "1.23457E+18"
    with pytest.raises(ValueError, match="took this for a date"):
        CodeWidget(64).clean(rows[2]["sku"])


@pytest.mark.parametrize("text", ["4.00638E+12", "4,00638E+12", "1E+05"])
def test_a_shortened_barcode_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="lost digits"):
        CodeWidget(64).clean(text)


@pytest.mark.parametrize("text", ["a\x00b", "x" * 65, "#REF!", "caf\ufffd"])
def test_a_code_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        CodeWidget(64).clean(text)


@pytest.mark.parametrize(
    "text", ["-1", "1.5", "ten", "1e3", "99999999999", "9" * 13, "٣", "1 000", "--1"]
)
def test_units_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        UnitsWidget().clean(text)


@pytest.mark.parametrize(
    "text", ["1.000", "12.000", "1,000", "0.000", "1.234.567", "1,234,567", "1.000,00", "1 000"]
)
def test_what_may_be_a_thousand_is_never_taken_for_one(text: str) -> None:
    with pytest.raises(ValueError, match="digits alone, such as 1000, without point or comma"):
        UnitsWidget().clean(text)


@pytest.mark.parametrize(
    ("text", "units"),
    [("12", 12), ("12.0", 12), ("12,00", 12), ("12.", 12), ("+3", 3), ("1000.00", 1000)],
)
def test_units_as_spreadsheets_write_them(text: str, units: int) -> None:
    assert UnitsWidget().clean(text) == units


@pytest.mark.parametrize(
    ("barcode", "before", "whole"),
    [
        ("12345678905", "", "012345678905"),
        ("4006381333931", "", ""),
        ("123", "0123", "0123"),
        ("CODE-1", "", ""),
        ("11", "", ""),
    ],
)
def test_lost_zeros_are_noticed(barcode: str, before: str, whole: str) -> None:
    assert lost_zeros(barcode, before) == whole


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@x", "'=x", "''=x", "it's", "'quoted'", "＝x", " =x", "\t=x", "007", ""],
)
def test_a_formula_is_harmless_and_comes_back_as_it_was(text: str) -> None:
    written = writing.harmless(text)

    assert not written.lstrip(" \n").startswith(("=", "+", "-", "@", "\t", "＝"))
    assert writing.bare(written) == text


def test_both_forms_hold_the_same_and_a_spreadsheet_finds_no_formula() -> None:
    rows = [["=HYPERLINK(1)", "a\nb", "0012"], ["A", 'say "x"', ""]]
    as_csv = "".join(writing.csv_lines(HEADER, rows)).encode()
    with writing.xlsx_file(HEADER, rows) as made:
        as_xlsx = made.read()

    assert read(as_csv) == read(as_xlsx)
    assert read(as_csv)[0] == {"sku": "=HYPERLINK(1)", "name": "a\nb", "barcode": "0012"}
    with zipfile.ZipFile(io.BytesIO(as_xlsx)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_list_that_no_spreadsheet_should_hold_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writing, "SHEET_ROWS", 2)
    with pytest.raises(writing.TooMany):
        writing.xlsx_file(HEADER, [["a"], ["b"], ["c"]])
