from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.models.product import Product


class BundleComponent(models.Model):
    """One kind of unit in a bundle. A product with components is a bundle: it has no stock of its
    own, only that of its components. Only inventory.bundles writes these."""

    bundle = models.ForeignKey(Product, models.PROTECT, related_name="components")
    component = models.ForeignKey(Product, models.PROTECT, related_name="bundles")
    quantity = models.PositiveIntegerField(_("units in one bundle"), default=1)

    class Meta:
        ordering = ["bundle_id", "component_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bundle", "component"], name="one_line_per_bundle_and_component"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="bundle_holds_something"),
            models.CheckConstraint(
                condition=~Q(bundle=F("component")), name="bundle_is_not_its_own_component"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.component}"
