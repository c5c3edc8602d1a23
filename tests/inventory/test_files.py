"""What the rows of each kind of file mean, taken out, mended and brought in again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db.models import QuerySet

from inventory import bundles, counting
from inventory.files import kinds
from inventory.files.kinds import Kind
from inventory.files.rows import Doing, Effect, Row
from inventory.models import Product, StockLevel, Stocktake, StocktakeLine, Warehouse
from tests.factories import make_product, make_warehouse, stock

pytestmark = pytest.mark.django_db


def judged(code: str, *rows: Sequence[str]) -> list[Row]:
    kind = kinds.get(code)
    parsed = [
        kind.parse(number, dict(zip(kind.columns, cells, strict=False)))
        for number, cells in enumerate(rows, start=2)
    ]
    kind.judge(parsed)
    return parsed


def why(code: str, *cells: str) -> str:
    [row] = judged(code, cells)
    assert row.effect == Effect.ERROR
    return row.problems[0].message


def again(kind: Kind, chosen: QuerySet[Any]) -> set[Effect]:
    """What becomes of a list that is taken out and brought in as it is."""
    rows = [kind.cells(record) for record in kind.records(chosen)]
    assert rows
    return {row.effect for row in judged(kind.code, *rows)}


def test_what_is_taken_out_and_brought_in_changes_nothing(
    product: Product, warehouse: Warehouse
) -> None:
    odd = make_product(sku="=1+1", name=" 'Odd\nname", barcode="0012", is_active=False)
    make_product(sku="PLAIN", is_excluded=True)
    stock(product, warehouse, 40)
    stock(odd, make_warehouse(can_go_negative=True), 2)
    stocktake = counting.open(warehouse, [product.pk, odd.pk])
    counting.record(stocktake, {product.pk: 39})

    for code, chosen in (
        ("products", Product.objects.all()),
        ("barcodes", Product.objects.all()),
        ("opening_stock", StockLevel.objects.all()),
        ("counts", Stocktake.objects.all()),
    ):
        assert again(kinds.get(code), chosen) == {Effect.SAME}, code


def test_a_column_that_is_missing_or_empty_leaves_a_switch_as_it_is(product: Product) -> None:
    Product.objects.filter(pk=product.pk).update(is_excluded=True, barcode="1")
    [row] = judged("products", ["MUG-1", "Blue mug"])
    [other] = judged("products", ["MUG-1", "Blue mug", "1", "", ""])

    assert (row.effect, other.effect) == (Effect.SAME, Effect.SAME)


def test_upper_and_lower_case_name_the_same_product(product: Product) -> None:
    [row] = judged("barcodes", ["mug-1", "4006381333931"])

    assert (row.effect, row.product_id) == (Effect.CHANGED, product.pk)
    assert row.changes == [("barcode", "", "4006381333931")]


def test_a_barcode_that_another_product_has_asks_for_a_second_look(product: Product) -> None:
    make_product(sku="CUP-1", barcode="4006381333931")
    [row] = judged("barcodes", ["MUG-1", "4006381333931"])

    assert "CUP-1 has this barcode, too" in row.warning


def test_zeros_that_a_spreadsheet_dropped_are_warned_about(product: Product) -> None:
    [row] = judged("barcodes", ["MUG-1", "12345678905"])

    assert "012345678905" in row.warning


def test_what_does_not_exist_is_named_with_the_remedy(
    product: Product, warehouse: Warehouse
) -> None:
    mirror = make_warehouse(code="glass", name="Glass", is_mirror=True)
    closed = counting.open(warehouse, [product.pk])
    counting.cancel(closed)

    assert "No product has this SKU" in why("barcodes", "NONE", "1")
    assert "No product has this SKU" in why("opening_stock", "NONE", "main", "1")
    assert "such as" in why("opening_stock", "MUG-1", "nowhere", "1")
    assert "mirror" in why("opening_stock", "MUG-1", mirror.code, "1")
    assert "below 0" in why("opening_stock", "MUG-1", "main", "-1")
    assert "empty" in why("opening_stock", "MUG-1", "main", "")
    assert "not open any more" in why("counts", str(closed), "MUG-1", "1")
    assert "no such stocktake" in why("counts", "ST-999999", "MUG-1", "1")
    assert "is no stocktake" in why("counts", "yesterday", "MUG-1", "1")
    assert "needs a name" in why("products", "NEW-1", "")


def test_a_bundle_is_not_counted(product: Product, warehouse: Warehouse) -> None:
    bundle = make_product(sku="SET")
    bundles.compose(bundle.pk, {product.pk: 2})

    assert "name its components" in why("opening_stock", "SET", "main", "1")


def test_counts_are_written_down_and_what_is_missing_is_put_on_the_stocktake(
    product: Product, warehouse: Warehouse
) -> None:
    other = make_product(sku="CUP-1")
    stocktake = counting.open(warehouse, [product.pk])
    rows = judged("counts", [str(stocktake), "MUG-1", "4"], [str(stocktake.pk), "CUP-1", "5"])
    kinds.get("counts").write(rows, Doing("ana", "UP-1", "", "k"))

    assert [row.effect for row in rows] == [Effect.CHANGED, Effect.NEW]
    lines = StocktakeLine.objects.filter(stocktake=stocktake)
    assert dict(lines.values_list("product", "counted")) == {product.pk: 4, other.pk: 5}


def test_every_template_is_a_file_that_could_be_read() -> None:
    for kind in kinds.every():
        assert len(kind.example) == len(kind.columns)
        row = kind.parse(2, dict(zip(kind.columns, kind.example, strict=True)))
        assert row.problems == []
