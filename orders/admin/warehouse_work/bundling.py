"""Components at the dock that an order for a bundle waits for: what they are scanned as, and how
many bundles they make with what is on the shelf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.utils.timesince import timesince

from desk.saying import gettext
from inventory.admin.warehouse_work import sheets
from inventory.models import Product, Receipt
from orders.admin.warehouse_work.waiting import Share
from orders.errors import UnknownLine
from orders.models import SalesOrderLine

PART = "part"
"""What the id of a sheet's line begins with: units of a component for an order's line."""

Given = Mapping[SalesOrderLine, Mapping[int, int]]
"""Units by component's product id, by the order's line for the bundle."""


def line_id(share: Share, product_id: int) -> str:
    """The id of a sheet's line."""
    return f"{PART}-{share.line.pk}-{product_id}"


def note(share: Share) -> str:
    """Which order's bundle it goes into."""
    return gettext("for order %(order)s, into bundle %(sku)s (%(each)d each), %(age)s old") % {
        "order": share.line.order,
        "sku": share.line.product.sku,
        "each": share.each,
        "age": timesince(share.line.order.placed_at, depth=1),
    }


def split(numbers: dict[str, int]) -> dict[SalesOrderLine, dict[int, int]]:
    """Take the lines of components out of a sheet's numbers. Raises UnknownLine."""
    found: dict[int, dict[int, int]] = {}
    for name in [each for each in numbers if each.startswith(f"{PART}-")]:
        units, ids = numbers.pop(name), name.split("-")[1:]
        if len(ids) != 2 or not all(sheets.is_id(each) for each in ids):
            raise UnknownLine(gettext("A line is not known: load the page again."), field="units")
        if units:
            found.setdefault(int(ids[0]), {})[int(ids[1])] = units
    lines = SalesOrderLine.objects.select_related("product", "order").in_bulk(found)
    if len(lines) < len(found):
        raise UnknownLine(gettext("An order's line is gone: load the page again."), field="units")
    return {lines[pk]: units for pk, units in sorted(found.items())}


def plan(shares: Mapping[int, Sequence[Share]], given: Given) -> dict[SalesOrderLine, int]:
    """How many bundles of each line leave whole, of what came and what the shelf has for them."""
    meant: dict[int, dict[int, Share]] = {}
    for product, found in shares.items():
        for share in found:
            if share.each:
                meant.setdefault(share.line.pk, {})[product] = share
    return {line: _whole(meant.get(line.pk, {}), units) for line, units in given.items()}


def _whole(shares_of: Mapping[int, Share], units: Mapping[int, int]) -> int:
    made = [
        min(share.bundles, (share.here + units.get(product, 0)) // share.each)
        for product, share in shares_of.items()
    ]
    return min(made, default=0)


class Left(NamedTuple):
    """Units by component's product id that went into none of the bundles that left."""

    line: SalesOrderLine
    bundles: int
    units: Mapping[int, int]


def told(found: Sequence[Left], rest: Receipt.Mode) -> list[str]:
    """What is said of components that are left over: of which order, and where they are now."""
    ids = {product for each in found for product in each.units}
    skus = dict(Product.objects.filter(pk__in=ids).values_list("pk", "sku")) if ids else {}
    return [
        _form(each.bundles, rest)
        % {
            "order": each.line.order,
            "sku": each.line.product.sku,
            "units": ", ".join(
                f"{units} × {skus.get(product, product)}"
                for product, units in sorted(each.units.items())
            ),
        }
        for each in found
    ]


def _form(bundles: int, rest: Receipt.Mode) -> str:
    is_staged = rest == Receipt.Mode.STAGED
    if bundles and is_staged:
        return gettext("Left over of whole %(sku)s for %(order)s, and in staging: %(units)s.")
    if bundles:
        return gettext("Left over of whole %(sku)s for %(order)s, and in stock: %(units)s.")
    if is_staged:
        return gettext(
            "What came for %(order)s makes no whole %(sku)s yet, and the order waits."
            " In staging: %(units)s."
        )
    return gettext(
        "What came for %(order)s makes no whole %(sku)s yet, and the order waits."
        " In stock: %(units)s."
    )
