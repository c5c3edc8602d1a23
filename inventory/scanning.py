"""What a scanner read, or a person typed, becomes a product.

A scanner may put in front what kind of symbol it read (AIM: "]E0", "]C1", ...), and a GS1 symbol
holds more than a product's number: (01) number (10) lot (17) best before, and so on. Both are left
aside. One number has several lengths: 0012345678905 (EAN), 012345678905 (UPC), 00012345678905
(GTIN); all are tried, the code as it was read first. scan.js does the same on the page.
"""

from __future__ import annotations

import re

from django.db.models import Q
from django.utils.translation import gettext

from inventory.errors import AmbiguousCode, InactiveProduct, UnknownCode
from inventory.models import Product

LONGEST = 200
"""Characters that are looked at; no symbol that names a product holds more."""

_AIM = re.compile(r"^\][A-Za-z]\d")
_GS1 = re.compile(r"^(?:\(01\)|01)(\d{14})(?=$|\D|\d{2})")
_NAMED = 5
_SHOWN = 40


def candidates(code: str) -> list[str]:
    """The codes that may be meant, likeliest first; empty when nothing was read."""
    printable = "".join(each for each in code[:LONGEST] if each.isprintable() or each == "\x1d")
    bare = _AIM.sub("", printable.strip()).strip().strip("\x1d")
    found = [bare]
    if element := _GS1.match(bare):
        found.append(element[1])
    for number in list(found):
        if number.isascii() and number.isdigit() and 8 <= len(number) <= 14:
            short = number.lstrip("0")
            found += [short.zfill(length) for length in (13, 12, 14, 8) if len(short) <= length]
    return [each for each in dict.fromkeys(found) if each]


def find(code: str) -> Product:
    """The product whose barcode this is, else the one whose SKU it is (upper and lower case count
    as the same).

    An inactive product gives way to an active one of the same barcode. Two statements at most.
    Raises UnknownCode, AmbiguousCode (a barcode of several products), InactiveProduct.
    """
    wanted = candidates(code)
    if not wanted:
        raise UnknownCode(gettext("Nothing was read: scan again, or type the SKU."), field="code")
    found = _by_barcode(wanted) or list(Product.objects.filter(_sku_is(wanted[0]))[:1])
    if not found:
        raise nothing_has(wanted[0])
    active = [product for product in found if product.is_active]
    if not active:
        raise InactiveProduct(
            gettext("%(sku)s is archived: activate the product first, or set the units aside.")
            % {"sku": found[0].sku},
            field="code",
        )
    if len(active) > 1:
        raise AmbiguousCode(
            gettext(
                "The barcode %(code)s belongs to %(skus)s: type the SKU of the one in your hand."
            )
            % {"code": wanted[0][:_SHOWN], "skus": ", ".join(each.sku for each in active[:_NAMED])},
            field="code",
        )
    return active[0]


def nothing_has(code: str) -> UnknownCode:
    """What is said of a code that leads to nothing."""
    text = gettext(
        "No product has the code %(code)s: check the label, type the SKU, or give the product this"
        " barcode first."
    )
    return UnknownCode(text % {"code": code[:_SHOWN]}, field="code")


def _sku_is(code: str) -> Q:
    return Q(sku__iexact=code)


def _by_barcode(wanted: list[str]) -> list[Product]:
    """The products of the likeliest barcode that any product has."""
    rows = Product.objects.filter(barcode__in=wanted).order_by("sku")[: _NAMED * len(wanted)]
    found = list(rows)
    for code in wanted:
        if same := [product for product in found if product.barcode == code]:
            return same
    return []
