"""The back office of stock. Importing this registers every page."""

from inventory.admin import (
    levels,
    movement,
    product,
    purchasing,
    stocktake,
    transfer,
    warehouse,
)

__all__ = [
    "levels",
    "movement",
    "product",
    "purchasing",
    "stocktake",
    "transfer",
    "warehouse",
]
