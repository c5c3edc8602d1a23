"""Writes small files with the columns of Online Retail."""

from pathlib import Path

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def line(
    invoice: str = "1",
    code: str = "10001",
    quantity: object = 1,
    at: str = "2011-03-01 09:00",
    text: str = "BLUE MUG",
    price: object = "2.50",
    customer: str = "7",
) -> str:
    """One line; the defaults are one mug ordered in the morning."""
    return f"{invoice},{code},{text},{quantity},{at},{price},{customer},United Kingdom"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "invoices.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path
