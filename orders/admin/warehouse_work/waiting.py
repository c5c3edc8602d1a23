"""Which orders wait for what a purchase order brings, the oldest first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.db.models import F

from inventory import availability
from inventory.models import BundleComponent, PurchaseOrder, PurchaseOrderLine
from inventory.parts import Part, parts_of
from orders.models import SalesOrder, SalesOrderLine

LOOKED_AT = 2000
"""Waiting lines that are looked at; beyond them goods go to stock, where they wait for anybody."""


class Share(NamedTuple):
    """Units of a purchase order's line meant for an order's line, which lacks them.

    Where that line is for a bundle, these are units of one component: `each` in one bundle, `here`
    on the shelf for it, so that `bundles` of them can leave whole.
    """

    line: SalesOrderLine
    units: int
    each: int = 0
    here: int = 0
    bundles: int = 0


def awaited(order: PurchaseOrder) -> list[PurchaseOrderLine]:
    """Its lines of which units are still to come."""
    lines = order.lines.filter(received__lt=F("ordered")).select_related("product")
    return list(lines.order_by("product__sku", "pk"))


def shares(order: PurchaseOrder, lines: list[PurchaseOrderLine]) -> Mapping[int, list[Share]]:
    """By product id, who waits for its units and for how many of those to come.

    What already stands on the shelf is for the oldest orders, also what only a bundle needs of it:
    who comes after them waits. Orders that may not be shipped wait for something else. A bundle
    waits for its components, and leaves whole or not at all.
    """
    coming = Counter({line.product_id: line.ordered - line.received for line in lines})
    needed = {*coming, *_components(_bundles_with(coming))}
    # Whatever else takes these from the shelf. What such a bundle needs besides is looked at on the
    # shelf alone: in doubt the older order keeps its units.
    parts = _bundles_with(needed)
    shelf = _shelf({*needed, *_components(parts)}, order.warehouse_id)
    found: dict[int, list[Share]] = defaultdict(list)
    for line in _wanting({*needed, *parts}, order.warehouse_id):
        if line.product_id in parts:
            meant = _for_bundle(line, parts[line.product_id], shelf, coming)
        else:
            meant = _for_line(line, shelf, coming)
        for product, share in meant:
            found[product].append(share)
    return found


def _bundles_with(product_ids: Collection[int]) -> Mapping[int, Sequence[Part]]:
    """The bundles that any of these products is in."""
    rows = BundleComponent.objects.filter(component__in=product_ids)
    return parts_of(rows.values_list("bundle_id", flat=True))


def _components(parts: Mapping[int, Sequence[Part]]) -> set[int]:
    return {part.component_id for each in parts.values() for part in each}


def _shelf(product_ids: set[int], warehouse_id: int) -> Counter[int]:
    stock = availability.at(product_ids, [warehouse_id])
    return Counter({product: max(0, level.on_hand) for (product, _place), level in stock.items()})


def _for_line(
    line: SalesOrderLine, shelf: Counter[int], coming: Counter[int]
) -> list[tuple[int, Share]]:
    product, wanted = line.product_id, line.ordered - line.shipped
    here = min(wanted, shelf[product])
    shelf[product] -= here
    units = min(wanted - here, coming[product])
    coming[product] -= units
    return [(product, Share(line, units))] if units else []


def _for_bundle(
    line: SalesOrderLine, parts: Sequence[Part], shelf: Counter[int], coming: Counter[int]
) -> list[tuple[int, Share]]:
    """First those that the shelf can make, then those that it can with what comes."""
    wanted = line.ordered - line.shipped
    ready = min([wanted, *(shelf[part.component_id] // part.quantity for part in parts)])
    for part in parts:
        shelf[part.component_id] -= ready * part.quantity
    bundles = min(
        [
            wanted - ready,
            *(
                (shelf[part.component_id] + coming[part.component_id]) // part.quantity
                for part in parts
            ),
        ]
    )
    found = []
    for part in parts:
        product, needed = part.component_id, bundles * part.quantity
        here = min(needed, shelf[product])
        shelf[product] -= here
        coming[product] -= needed - here
        if needed > here:
            share = Share(line, needed - here, part.quantity, here, bundles)
            found.append((product, share))
    return found


def _wanting(product_ids: set[int], warehouse_id: int) -> list[SalesOrderLine]:
    return list(
        SalesOrderLine.objects.filter(
            product__in=product_ids,
            warehouse=warehouse_id,
            shipped__lt=F("ordered"),
            order__archived_at=None,
            order__dispatched_at=None,
            order__is_unpaid=False,
        )
        .exclude(order__status=SalesOrder.Status.CANCELED)
        .select_related("order", "product")
        .order_by("order__placed_at", "order_id", "pk")[:LOOKED_AT]
    )
