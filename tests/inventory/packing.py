"""What there is of a bundle, and promising it."""

from inventory import availability, ledger
from inventory.ledger import Cause, Line
from inventory.models import Product, State, Warehouse


def numbers(product: Product, warehouse: Warehouse) -> tuple[int, int, int]:
    """In stock, on orders, at hand."""
    held = availability.at([product.pk], [warehouse.pk])[product.pk, warehouse.pk]
    return held.on_hand, held.committed, held.available


def promise(product: Product, warehouse: Warehouse, units: int, key: str = "promise") -> bool:
    line = Line(product.pk, warehouse.pk, State.COMMITTED, units, document="SO-1")
    return ledger.promise([line], Cause(key=key)).is_repeat
