from django.db import models
from django.db.models.functions import Upper


class Product(models.Model):
    """A sellable unit, known by its SKU."""

    sku = models.CharField(
        "SKU", max_length=64, help_text="Your code for this unit; the same at every channel."
    )
    name = models.CharField(max_length=255)
    barcode = models.CharField(max_length=64, blank=True, db_index=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="An inactive product is not communicated to any channel."
    )
    is_excluded = models.BooleanField(
        "excluded from sync",
        default=False,
        help_text="Keep the product, but never communicate its stock to any channel.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["sku"]
        constraints = [
            # Scanners and several marketplaces fold case: two SKUs that differ by case alone
            # would sooner or later be taken for each other.
            models.UniqueConstraint(
                Upper("sku"),
                name="product_sku_unique_ignoring_case",
                violation_error_message="A product with this SKU exists (upper and lower case count"
                " as the same). Edit that product, or choose another SKU.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"
