from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.models.product import Product
from inventory.models.warehouse import Warehouse


class Stocktake(models.Model):
    """A count of chosen products in one warehouse against a frozen expectation."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        CANCELED = "canceled", _("Canceled")

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="stocktakes")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    note = models.CharField(max_length=255, blank=True)
    opened_by = models.CharField(max_length=150, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_by = models.CharField(max_length=150, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"ST-{self.pk}"


class StocktakeLine(models.Model):
    """`expected` is what the ledger said at `expected_movement` (the level's last on-hand movement
    then); a later on-hand movement makes the count worthless, so a recount is demanded."""

    stocktake = models.ForeignKey(Stocktake, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    expected = models.IntegerField()
    expected_movement = models.BigIntegerField(
        default=0,
        help_text=_("Number of the level's last movement of stock, 0 when there is none."),
    )
    counted = models.PositiveIntegerField(null=True, blank=True)
    counted_by = models.CharField(max_length=150, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stocktake", "product"], name="one_line_per_stocktake_and_product"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.counted} of {self.expected}"

    @property
    def variance(self) -> int | None:
        """Counted less expected; None while not counted."""
        return None if self.counted is None else self.counted - self.expected
