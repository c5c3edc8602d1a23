from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.models.product import Product
from inventory.models.warehouse import Warehouse


class Transfer(models.Model):
    """Units on their way between two warehouses: incoming at the destination while in transit."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_TRANSIT = "in_transit", _("In transit")
        RECEIVED = "received", _("Received")

    source = models.ForeignKey(Warehouse, models.PROTECT, related_name="transfers_out")
    destination = models.ForeignKey(Warehouse, models.PROTECT, related_name="transfers_in")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    note = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("destination")),
                name="transfer_between_two_warehouses",
                violation_error_message=_("Choose two different warehouses."),
            ),
        ]

    def __str__(self) -> str:
        return f"TR-{self.pk}"


class TransferLine(models.Model):
    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "product"], name="one_line_per_transfer_and_product"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="transferred_is_positive"),
        ]

    def __str__(self) -> str:
        text = gettext("%(units)d of product %(number)d")
        return text % {"units": self.quantity, "number": self.product_id}
