from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _


class Product(models.Model):
    """A sellable unit, known by its SKU."""

    sku = models.CharField(
        _("SKU"), max_length=64, help_text=_("Your code for this unit; the same at every channel.")
    )
    name = models.CharField(max_length=255)
    barcode = models.CharField(max_length=64, blank=True, db_index=True)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("An inactive product is not communicated to any channel."),
    )
    is_excluded = models.BooleanField(
        _("excluded from sync"),
        default=False,
        help_text=_("Keep the product, but never communicate its stock to any channel."),
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
                violation_error_message=_(
                    "A product with this SKU exists (upper and lower case count"
                    " as the same). Edit that product, or choose another SKU."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["sku"], name="product_by_sku"),
            models.Index(fields=["name"], name="product_by_name"),
            models.Index(
                fields=["sku"], condition=Q(is_active=False), name="product_inactive_by_sku"
            ),
            models.Index(
                fields=["sku"], condition=Q(is_excluded=True), name="product_excluded_by_sku"
            ),
            # And product_by_parts, over trigrams of SKU, name and barcode: see migration 0002.
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"
