"""Finds what the rows of a file name, many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext

from inventory.files.rows import Row

_FIND = """
SELECT given.sku, product.id, product.sku, product.name, product.barcode, product.is_active,
    product.is_excluded,
    EXISTS (SELECT FROM inventory_bundlecomponent WHERE bundle_id = product.id)
FROM unnest(%s::text[]) AS given(sku)
JOIN inventory_product product ON upper(product.sku) = upper(given.sku)
"""

_LOCK = """
SELECT product.id FROM inventory_product product
WHERE upper(product.sku) IN (SELECT upper(sku) FROM unnest(%s::text[]) AS given(sku))
ORDER BY product.id FOR NO KEY UPDATE
"""


class Found(NamedTuple):
    """A product, as files compare it."""

    id: int
    sku: str
    name: str
    barcode: str
    is_active: bool
    is_excluded: bool
    is_bundle: bool


def products(skus: Collection[str]) -> dict[str, Found]:
    """Products by SKU as it was given, upper and lower case counting as the same; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [sorted(set(skus))])
        return {row[0]: Found(*row[1:]) for row in cursor.fetchall()}


def lock_products(skus: Collection[str]) -> None:
    """Nobody else changes these products until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(set(skus))])


def skus_of(rows: Iterable[Row]) -> list[str]:
    """The SKUs that rows name, as far as they could be read."""
    return [row.values["sku"] for row in rows if "sku" in row.values]


def stocked(rows: Sequence[Row], *, is_bundle_allowed: bool) -> list[tuple[Row, Found]]:
    """The rows whose product exists; of the others it is said that it does not."""
    found = products(skus_of(rows))
    pairs = []
    for row in rows:
        product = found.get(row.values["sku"])
        if product is None:
            row.refuse(
                "sku", gettext("No product has this SKU: correct it, or load the products first.")
            )
        elif product.is_bundle and not is_bundle_allowed:
            row.refuse(
                "sku",
                gettext("This is a bundle and has no stock of its own: name its components."),
            )
        else:
            row.product_id = product.id
            pairs.append((row, product))
    return pairs
