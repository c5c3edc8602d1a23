"""How much of everything is made, from the three numbers that a person gives."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_PRODUCTS = 100
MOST = 20_000_000


class UnfitSizeError(ValueError):
    """A number that can not be made; the message names the option and the remedy."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rows asked for, and shares that follow from them. Raises UnfitSizeError."""

    products: int
    levels: int
    movements: int

    def __post_init__(self) -> None:
        if not LEAST_PRODUCTS <= self.products <= MOST:
            raise UnfitSizeError(f"--products: give a number from {LEAST_PRODUCTS} to {MOST}.")
        if not self.products // 10 <= self.levels <= 4 * self.products:
            raise UnfitSizeError(
                f"--levels: for {self.products} products give a number from"
                f" {self.products // 10} to {4 * self.products}."
            )
        if not 3 * self.products <= self.movements <= 10 * MOST:
            raise UnfitSizeError(
                f"--movements: for {self.products} products give a number from"
                f" {3 * self.products} to {10 * MOST}."
            )

    @property
    def bundles(self) -> int:
        """Products made of others: the last ones."""
        return self.products // 200

    @property
    def stocked(self) -> int:
        """Products with stock: the first ones; one in a hundred was never counted."""
        return self.products - self.bundles - self.products // 100

    @property
    def pairs(self) -> int:
        """Stock levels: every fourth product lies at a second warehouse, too."""
        return self.stocked + self.stocked // 4

    def as_counts(self) -> dict[str, int]:
        """Everything that is made, by name."""
        return {
            "products": self.products,
            "bundles": self.bundles,
            "stocked": self.stocked,
            "pairs": self.pairs,
            "levels": self.levels,
            "movements": self.movements,
            "orders": self.movements * 7 // 100,
            "purchase_orders": max(4, self.movements // 500),
            "transfers": max(4, self.movements // 2_500),
            "stocktakes": max(4, self.movements // 10_000),
            "publications": max(100, self.levels // 2),
            "batches": max(8, self.levels // 400),
            "observations": max(20, self.levels // 20),
            "runs": max(40, self.levels // 100),
            "logs": max(100, self.products // 2),
            "findings": max(20, self.levels // 100),
            "oversells": max(20, self.products // 400),
            "notices": max(20, self.movements // 50),
            "events": max(40, self.movements // 25),
        }
