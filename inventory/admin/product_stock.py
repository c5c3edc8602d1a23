"""What there is of a product, warehouse by warehouse; of a bundle, what its components make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from inventory import availability
from inventory.models import Product, StockLevel, Warehouse
from inventory.parts import Part, parts_of


class Row(NamedTuple):
    """Units of one product at one warehouse."""

    warehouse: Warehouse
    stock: availability.Stock


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over warehouses. `is_known` False: nobody ever counted or moved any anywhere."""

    on_hand: int
    committed: int
    incoming: int
    staged: int
    is_known: bool

    @property
    def available(self) -> int:
        return self.on_hand - self.committed


@dataclass(frozen=True, slots=True)
class Component:
    """One component: units in one bundle, units at hand everywhere, and how many bundles these
    make, warehouse by warehouse. `is_scarcest`: it is what limits the bundle."""

    part: Part
    available: int
    is_known: bool
    makes: int
    is_scarcest: bool


def rows_of(product: Product) -> list[Row]:
    """One row for each warehouse that ever had any, by its name; two statements for a bundle's
    parts and one for all else."""
    levels = StockLevel.objects.filter(product=product).select_related("warehouse")
    rows = [
        Row(
            level.warehouse,
            availability.Stock(
                level.on_hand, level.committed, level.incoming, level.staged, level.is_known
            ),
        )
        for level in levels
    ]
    return sorted(rows, key=lambda row: (not row.warehouse.is_active, row.warehouse.name))


def rows_of_bundle(bundle: Product) -> list[Row]:
    """One row for each warehouse that has any component."""
    places = Warehouse.objects.in_bulk()
    stock = availability.at([bundle.pk], places)
    rows = [Row(places[place], units) for (_, place), units in stock.items()]
    return sorted(rows, key=lambda row: row.warehouse.name)


def total_of(rows: Sequence[Row]) -> Total:
    """What the rows add up to."""
    held = [row.stock for row in rows]
    return Total(
        sum(each.on_hand for each in held),
        sum(each.committed for each in held),
        sum(each.incoming for each in held),
        sum(each.staged for each in held),
        any(each.is_known for each in held),
    )


def components_of(bundle: Product) -> list[Component]:
    """The components, the one that limits the bundle first; two statements.

    Units at different warehouses make no bundle together: each warehouse makes its own.
    """
    parts = parts_of([bundle.pk]).get(bundle.pk, [])
    places: dict[int, list[StockLevel]] = defaultdict(list)
    for level in StockLevel.objects.filter(product__in=[part.component_id for part in parts]):
        places[level.product_id].append(level)
    made = {
        part.component_id: sum(
            max(level.available, 0) // part.quantity for level in places[part.component_id]
        )
        for part in parts
    }
    least = min(made.values(), default=0)
    found = [
        Component(
            part,
            sum(level.available for level in places[part.component_id]),
            any(level.is_known for level in places[part.component_id]),
            made[part.component_id],
            made[part.component_id] == least,
        )
        for part in parts
    ]
    return sorted(found, key=lambda each: each.makes)
