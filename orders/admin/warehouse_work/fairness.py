"""Whether what came goes to those who wait for it: no order takes more than it lacks, and none what
an older one is owed. The page proposes it so; a sheet that was typed may say anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from desk import numbers
from desk.saying import gettext
from inventory.models import Product
from orders.admin.warehouse_work.bundling import PART, Given
from orders.admin.warehouse_work.waiting import Share
from orders.errors import OverShipped
from orders.fulfilment import demand_shippable
from orders.models import SalesOrderLine

ORDER = "order"
"""What the id of a sheet's line begins with: units for an order's line."""


class Sheet(NamedTuple):
    """What a sheet says: units by order and its line, of components by order's line for their
    bundle, and by product for the shelf."""

    by_order: Mapping[int, Mapping[int, int]]
    parts: Given
    shelf: Mapping[int, int]

    @property
    def plain(self) -> dict[int, int]:
        """Units by order's line."""
        return {line: units for each in self.by_order.values() for line, units in each.items()}


def demand_fair(sheet: Sheet, shares: Mapping[int, Sequence[Share]], warehouse_id: int) -> None:
    """Raises OverShipped for the first line that takes too much, WrongState where nothing of its
    order may leave. What the purchase order itself refuses is left to receiving."""
    plain, came = sheet.plain, Counter(sheet.shelf)
    meant = {share.line.pk for found in shares.values() for share in found if not share.each}
    lines = SalesOrderLine.objects.filter(pk__in=plain, warehouse=warehouse_id)
    for line in lines.select_related("order", "product").order_by("pk"):
        if line.pk not in meant:
            demand_shippable(line.order)
            raise _not_waiting(line)
        came[line.product_id] += plain[line.pk]
    for units in sheet.parts.values():
        came.update(units)
    for product, found in shares.items():
        taken = [(share, _taken(plain, sheet.parts, product, share)) for share in found]
        _demand_fair(product, taken, came[product])


def _demand_fair(product: int, taken: Sequence[tuple[Share, int]], came: int) -> None:
    """Of one product, of which so many `came`: the oldest order first."""
    older: tuple[Share, int] | None = None
    for share, units in taken:
        fair = min(share.units, came)
        if units > fair:
            raise _too_much(share, product, (units, fair), older)
        if units < fair and older is None:
            older = (share, fair - units)
        came -= fair


def _taken(plain: Mapping[int, int], parts: Given, product: int, share: Share) -> int:
    """Units that this order takes. Of components more may be given than it takes: they are left
    over, and told."""
    if not share.each:
        return plain.get(share.line.pk, 0)
    return min(parts.get(share.line, {}).get(product, 0), share.units)


def _too_much(
    share: Share, product: int, units: tuple[int, int], older: tuple[Share, int] | None
) -> OverShipped:
    order, (asked, most) = share.line.order, units
    sku = Product.objects.values_list("sku", flat=True).get(pk=product)
    field = f"line_{ORDER}-{share.line.pk}"
    if share.each:
        field = f"line_{PART}-{share.line.pk}-{product}"
    values = {"order": order, "sku": sku, "asked": asked, "most": most}
    if older is None:
        text = gettext(
            "%(order)s lacks %(most)d of %(sku)s; %(asked)d were entered. Enter %(most)d there,"
            " and the rest at the other lines of %(sku)s, or set it aside."
        )
        return OverShipped(numbers.said(text, values), field=field)
    text = gettext(
        "%(sku)s for %(order)s: %(asked)d entered, but %(older)s has waited longer and is owed"
        " %(owed)d more of what came. Enter those at the line of %(older)s first, which leaves"
        " %(most)d for %(order)s."
    )
    values |= {"older": older[0].line.order, "owed": older[1]}
    return OverShipped(numbers.said(text, values), field=field)


def _not_waiting(line: SalesOrderLine) -> OverShipped:
    text = gettext(
        "%(sku)s for %(order)s: none of what comes is meant for it. What it lacks is on the shelf,"
        " or orders that have waited longer come first. Clear its line, and enter the units at"
        " another one."
    )
    values = {"sku": line.product.sku, "order": line.order}
    return OverShipped(text % values, field=f"line_{ORDER}-{line.pk}")
