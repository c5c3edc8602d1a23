from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels.models import Channel
from inventory.models import Product, Warehouse
from orders.models import SalesOrder


class Oversell(models.Model):
    """A case: an order took the last units twice. Tells which window let it through and what would
    have closed it; the timeline is put together from stored facts."""

    class Window(models.TextChoices):
        NOT_TOLD = "not_told", _("The number was not told in time")
        IN_FLIGHT = "in_flight", _("Sold while the number was on its way")
        NOT_IMPORTED = "not_imported", _("An order of another channel came in late")
        CHANGED_THERE = "changed_there", _("The channel's number was changed there")
        STOCK_FELL = "stock_fell", _("Stock fell after it was sold")
        SOLD_HERE = "sold_here", _("Sold here beyond what was left")
        UNKNOWN = "unknown", _("Not found out yet")

    product = models.ForeignKey(Product, models.CASCADE, related_name="oversells")
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="+")
    order = models.ForeignKey(
        SalesOrder, models.SET_NULL, null=True, blank=True, related_name="oversells"
    )
    channel = models.ForeignKey(
        Channel, models.SET_NULL, null=True, blank=True, related_name="oversells"
    )
    short = models.PositiveIntegerField(_("units short"))
    window = models.CharField(max_length=13, choices=Window.choices, default=Window.UNKNOWN)
    window_seconds = models.FloatField(
        null=True, blank=True, help_text=_("How long the window was open.")
    )
    advice = models.TextField(_("what would have prevented it"), blank=True)
    timeline = models.JSONField(default=list, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    investigated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("oversell case")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "warehouse"],
                condition=Q(closed_at=None),
                name="one_open_oversell_per_product_and_warehouse",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(investigated_at=None), name="oversell_uninvestigated"
            )
        ]

    def __str__(self) -> str:
        return gettext("%(sku)s: %(units)s short") % {"sku": self.product.sku, "units": self.short}
