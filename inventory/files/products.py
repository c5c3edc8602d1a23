"""Files of products, and of their barcodes alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import Resource

from inventory.files import finding, kinds
from inventory.files.cells import CodeWidget, FlagWidget, TextWidget, flag, lost_zeros
from inventory.files.finding import Found
from inventory.files.rows import Doing, Effect, Row
from inventory.models import Product

Changed = Mapping[str, Sequence[int]]
"""Ids of the products changed, by the name of the field."""

SWITCHES = ("is_active", "is_excluded")

_UPDATE = """
UPDATE inventory_product product
SET name = coalesce(given.name, product.name), barcode = coalesce(given.barcode, product.barcode),
    is_active = coalesce(given.is_active, product.is_active),
    is_excluded = coalesce(given.is_excluded, product.is_excluded)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bool[], %s::bool[])
    AS given(id, name, barcode, is_active, is_excluded)
WHERE product.id = given.id
"""
_FIELDS = ("name", "barcode", *SWITCHES)

_heard: list[Callable[[Changed], None]] = []


def hear(listener: Callable[[Changed], None]) -> None:
    """Tell a floor above of products that a file changed, in the transaction that does; called once
    at start. A signal for each product would cost a statement for each."""
    _heard.append(listener)


class ProductResource(Resource):
    """Columns of a file of products."""

    sku = Field("sku", "sku", CodeWidget(64, is_required=True))
    name = Field("name", "name", TextWidget(255))
    barcode = Field("barcode", "barcode", CodeWidget(64))
    is_active = Field("is_active", "is_active", FlagWidget())
    is_excluded = Field("is_excluded", "is_excluded", FlagWidget())


class BarcodeResource(Resource):
    """Columns of a file of barcodes."""

    sku = Field("sku", "sku", CodeWidget(64, is_required=True))
    barcode = Field("barcode", "barcode", CodeWidget(64))


class Products(kinds.Kind):
    """Adds products and changes those there are."""

    code = "products"
    label = _("Products")
    about = _(
        "Adds new products and changes those you have, found by SKU. A column that is missing, or a"
        " switch without yes or no, stays as it is."
    )
    resource: ClassVar[type[Resource]] = ProductResource
    keys = ("sku",)
    required: ClassVar[tuple[str, ...]] = ("sku",)
    permissions: ClassVar[tuple[str, ...]] = ("inventory.add_product", "inventory.change_product")
    seen_by = "inventory.view_product"
    example: ClassVar[tuple[str, ...]] = ("MUG-1", "Blue mug", "4006381333931", "yes", "no")

    def lock(self, rows: Sequence[Row]) -> None:
        finding.lock_products(finding.skus_of(rows))

    def judge(self, rows: Sequence[Row]) -> None:
        sound = kinds.sound(rows)
        found = finding.products(finding.skus_of(sound))
        for row in sound:
            product = found.get(row.values["sku"])
            if product is None:
                self.judge_unknown(row)
            else:
                self._compare(row, product)
        _warn_of_shared_barcodes(sound)

    def judge_unknown(self, row: Row) -> None:
        """A SKU that no product has yet: it becomes one."""
        if not row.values.get("name"):
            row.refuse("name", gettext("A new product needs a name."))
            return
        given = {"is_active": True, "is_excluded": False}
        given |= {name: value for name, value in row.values.items() if value is not None}
        for column in self.columns:
            if column in given:
                row.change(column, None, _text(given[column]))
        _warn_of_lost_zeros(row, "")
        row.settle(is_new=True)

    def _compare(self, row: Row, product: Found) -> None:
        row.product_id = product.id
        if row.values.get("name") == "":
            row.refuse(
                "name", gettext("A product needs a name: fill it in, or leave this row out.")
            )
            return
        for column in _FIELDS:
            value = row.values.get(column)
            if value is not None:
                row.change(column, _text(getattr(product, column)), _text(value))
        _warn_of_lost_zeros(row, product.barcode)
        row.settle(is_new=False)

    def write(self, rows: Sequence[Row], doing: Doing) -> None:
        added = [row for row in rows if row.effect == Effect.NEW]
        Product.objects.bulk_create(_made(row) for row in added)
        changed = [row for row in rows if row.effect == Effect.CHANGED]
        if changed:
            _update(changed)

    def records(self, chosen: QuerySet[Any]) -> QuerySet[Any]:
        """In the order of their SKUs."""
        columns = ("pk", "sku", *_FIELDS)
        ids = chosen.order_by().values("pk")
        return Product.objects.filter(pk__in=ids).order_by("sku").only(*columns)


class Barcodes(Products):
    """Gives known products their barcodes."""

    code = "barcodes"
    label = _("Barcodes")
    about = _("Gives products you have their barcodes. An empty barcode takes it away.")
    resource = BarcodeResource
    required = ("sku", "barcode")
    permissions = ("inventory.change_product",)
    example = ("MUG-1", "4006381333931")

    def judge_unknown(self, row: Row) -> None:
        row.refuse(
            "sku", gettext("No product has this SKU: correct it, or load the products first.")
        )


def _text(value: Any) -> str:
    return flag(value) if isinstance(value, bool) else str(value).strip()


def _made(row: Row) -> Product:
    given = {name: value for name, value in row.values.items() if value is not None}
    return Product(**given)


def _update(rows: Sequence[Row]) -> None:
    news: list[list[Any]] = [[row.product_id for row in rows]]
    news += [[row.values.get(column) for row in rows] for column in _FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, news)
    changed: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        for change in row.changes:
            changed[change.column].append(row.product_id or 0)
    for listener in _heard:
        listener(changed)


def _warn_of_lost_zeros(row: Row, before: str) -> None:
    whole = lost_zeros(row.values.get("barcode") or "", before)
    if whole:
        row.warning = gettext(
            "Spreadsheets drop zeros at the beginning: is this barcode %(whole)s? Format the column"
            " as text to keep them."
        ) % {"whole": whole}


def _warn_of_shared_barcodes(rows: Sequence[Row]) -> None:
    """A scanner finds only one of two products with the same barcode."""
    given = {
        row.values["barcode"]
        for row in rows
        if any(change.column == "barcode" and change.new for change in row.changes)
    }
    if not given:
        return
    others: dict[str, dict[int, str]] = defaultdict(dict)
    sharing = Product.objects.filter(barcode__in=given).order_by("-pk")
    for barcode, pk, sku in sharing.values_list("barcode", "pk", "sku"):
        others[barcode][pk] = sku
    for row in rows:
        shared = others.get(row.values.get("barcode") or "", {})
        other = next((sku for pk, sku in shared.items() if pk != row.product_id), "")
        if other and row.changes and not row.warning:
            row.warning = gettext("%(sku)s has this barcode, too: a scan may find either.") % {
                "sku": other
            }


kinds.register(Products())
kinds.register(Barcodes())
