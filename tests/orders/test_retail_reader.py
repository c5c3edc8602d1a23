"""A file that is not what it should be is refused by line and field, before anything is loaded."""

import gzip
from pathlib import Path

import pytest

from orders.retail.reader import Malformed, read
from tests.orders.retail_files import HEADER, line, write


def refusal(path: Path) -> str:
    with pytest.raises(Malformed) as caught:
        list(read(path))
    return str(caught.value)


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (line(quantity="six"), "Line 3, Quantity: 'six'"),
        (line(quantity="1.5"), "Line 3, Quantity: '1.5'"),
        (line(quantity=""), "Line 3, Quantity: ''"),
        (line(quantity="99999999999"), "Line 3, Quantity: '99999999999'"),
        (line(quantity="٣"), "Line 3, Quantity: '٣'"),
        (line(at="01/03/2011 9:00"), "Line 3, InvoiceDate: '01/03/2011 9:00'"),
        (line(at=""), "Line 3, InvoiceDate: ''"),
        (line(at="2011-02-28 09:00"), "Line 3, InvoiceDate: 2011-02-28"),
        (line(price="free"), "Line 3, UnitPrice: 'free'"),
        (line(price="nan"), "Line 3, UnitPrice: 'nan'"),
        (line(invoice=""), "Line 3, InvoiceNo: empty"),
        (line(code=" "), "Line 3, StockCode: empty"),
        (line(text="MUG, BLUE"), "Line 3: 9 fields, 8 expected"),
        ("1,10001", "Line 3: 2 fields, 8 expected"),
        (line(text='"never closed'), "Line 4: unexpected end of data"),
    ],
)
def test_a_malformed_line_is_named_with_its_field(tmp_path: Path, bad: str, named: str) -> None:
    assert named in refusal(write(tmp_path, line(), bad))


def test_text_that_is_not_utf_8_is_named_with_its_field(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("\n".join([HEADER, line(), line(text="CAFÉ SIGN")]).encode("latin-1"))

    assert "Line 3, Description: not UTF-8" in refusal(path)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("InvoiceNo,Quantity\n1,2\n", encoding="utf-8")
    assert "StockCode, Description, InvoiceDate, UnitPrice, CustomerID is missing" in refusal(path)

    path.write_text("", encoding="utf-8")
    assert "found nothing" in refusal(path)


def test_a_cut_or_false_archive_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress("\n".join([HEADER, *[line()] * 500]).encode())
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(whole[:-20])
    assert "ended before" in refusal(path)
    path.write_bytes(b"not gzip at all")
    assert "Not a gzipped file" in refusal(path)


def test_a_line_is_read_as_it_stands(tmp_path: Path) -> None:
    text = line(code="85123a", quantity=-6, text="  WHITE  HEART ", price="0.0", customer="17850.0")
    (row,) = read(write(tmp_path, text))

    assert (row.line, row.invoice, row.code, row.spelling) == (2, "1", "85123A", "85123a")
    assert (row.text, row.quantity, row.is_free, row.customer) == ("WHITE HEART", -6, True, "17850")
    assert row.at.isoformat() == "2011-03-01T09:00:00+00:00"


def test_summer_times_are_local_times(tmp_path: Path) -> None:
    (row,) = read(write(tmp_path, line(at="2011-07-01 09:00:30")))
    assert row.at.isoformat() == "2011-07-01T09:00:30+01:00"


def test_columns_may_stand_in_any_order_and_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    names = HEADER.split(",")
    values = line().split(",")
    path = tmp_path / "turned.csv"
    lines = [",".join(names[::-1]), ",".join(values[::-1])]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    (row,) = read(path)

    assert (row.code, row.quantity, row.customer) == ("10001", 1, "7")
