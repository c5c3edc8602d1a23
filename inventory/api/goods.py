"""Units of products, as the steps of purchase orders and receipts name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from inventory.api.references import find_products, placed
from partners.rest.fields import Body, Text, Whole


class GoodsLine(Body):
    """So many units of a product of the document."""

    sku = Text(max_length=64, help_text="Case does not matter.")
    quantity = Whole(min_value=1)


def units_of(lines: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Units by product id, in the order of the lines."""
    ids = find_products([line["sku"] for line in lines], "lines.{}.sku")
    return dict(zip(ids, (line["quantity"] for line in lines), strict=True))


@contextmanager
def located(units: Mapping[int, int], left: Mapping[int, int]) -> Iterator[None]:
    """What the verb refuses is refused at the line that it means: the first, by product id, that is
    not on the document (`left`: units by product id), or of which fewer are left."""
    place = {product_id: f"lines.{position}" for position, product_id in enumerate(units)}
    absent = (f"{place[each]}.sku" for each in sorted(units.keys() - left.keys()))
    over = (
        f"{place[each]}.quantity"
        for each in sorted(units.keys() & left.keys())
        if units[each] > left[each]
    )
    with placed(product=next(absent, "lines"), quantity=next(over, "lines")):
        yield
