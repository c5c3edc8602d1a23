"""What bundles are made of, and how a line for a bundle becomes the lines of its components."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext

from inventory.errors import InvalidLines
from inventory.lines import Line
from inventory.models import BundleComponent, Product, Reason, State


class Part(NamedTuple):
    """Units of one component in one bundle."""

    component_id: int
    quantity: int
    sku: str


Parts = Mapping[int, Sequence[Part]]
"""The parts of each bundle, in the order of their components' primary keys."""

SOLD = frozenset({Reason.SHIP, Reason.RETURN})
"""What can happen to a bundle's units in stock: a customer gets them, or gives them back."""


def parts_of(product_ids: Collection[int]) -> dict[int, list[Part]]:
    """The parts of those products that are bundles, in one indexed query."""
    found: dict[int, list[Part]] = {}
    rows = BundleComponent.objects.filter(bundle__in=product_ids)
    for bundle, component, quantity, sku in rows.order_by("bundle_id", "component_id").values_list(
        "bundle_id", "component_id", "quantity", "component__sku"
    ):
        found.setdefault(bundle, []).append(Part(component, quantity, sku))
    return found


def explode(lines: Sequence[Line], parts: Parts, reason: Reason) -> list[Line]:
    """The same lines, those for bundles replaced by their components'.

    Raises InvalidLines where a bundle is handled like stock of its own.
    """
    exploded = []
    for position, line in enumerate(lines):
        if line.product_id not in parts:
            exploded.append(line)
            continue
        if line.state != State.COMMITTED and (line.reason or reason) not in SOLD:
            raise _not_stocked(line.product_id, f"lines.{position}.product_id")
        exploded += [
            line._replace(
                product_id=part.component_id,
                delta=line.delta * part.quantity,
                bundle_id=line.product_id,
            )
            for part in parts[line.product_id]
        ]
    return exploded


def demand_stocked(product_ids: Collection[int]) -> None:
    """Raises InvalidLines when one of the products is a bundle: it has no stock to count."""
    found = BundleComponent.objects.filter(bundle__in=product_ids).order_by("bundle_id").first()
    if found is not None:
        raise _not_stocked(found.bundle_id, "product")


def _not_stocked(bundle_id: int, field: str) -> InvalidLines:
    sku = Product.objects.values_list("sku", flat=True).get(pk=bundle_id)
    skus = ", ".join(part.sku for part in parts_of([bundle_id])[bundle_id])
    return InvalidLines(
        gettext(
            "%(sku)s is a bundle and has no stock of its own: receive, count and move"
            " its components (%(skus)s) instead."
        )
        % {"sku": sku, "skus": skus},
        field=field,
    )


def is_repeat(lines: Sequence[Line], stored: Sequence[Line], parts: Parts) -> bool:
    """Whether the stored lines are what these became, also when a bundle was composed anew since:
    a key that did its work does it once."""
    rest = deque(stored)
    return all(_stand_for(_take(rest), line, parts) for line in lines) and not rest


def _take(rest: deque[Line]) -> list[Line]:
    """The stored lines that one given line became: itself, or one for each component."""
    taken: list[Line] = []
    while rest and (not taken or _belongs(rest[0], taken[-1])):
        taken.append(rest.popleft())
    return taken


def _belongs(line: Line, before: Line) -> bool:
    """Components ascend within one bundle, so the same bundle twice in a row is told apart."""
    if line.bundle_id is None or line.product_id <= before.product_id:
        return False
    return _place(line, line.bundle_id) == _place(before, before.bundle_id)


def _stand_for(stored: Sequence[Line], line: Line, parts: Parts) -> bool:
    if not stored:
        return False
    if stored[0].bundle_id is None:
        return _place(stored[0], stored[0].product_id) == _place(line, line.product_id) and (
            stored[0].delta == line.delta
        )
    if _place(stored[0], stored[0].bundle_id) != _place(line, line.product_id):
        return False
    deltas = {each.product_id: each.delta for each in stored}
    now = {part.component_id: part.quantity for part in parts.get(line.product_id, ())}
    if deltas.keys() == now.keys() and len({deltas[each] / now[each] for each in now}) == 1:
        return all(deltas[each] == line.delta * now[each] for each in now)
    # Composed anew since: of what it was then, only this much can be told.
    return all(delta % line.delta == 0 and delta // line.delta > 0 for delta in deltas.values())


def _place(line: Line, product_id: int | None) -> tuple[int | None, int, str]:
    return product_id, line.warehouse_id, str(line.state)
