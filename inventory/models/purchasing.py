from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.models.product import Product
from inventory.models.warehouse import Warehouse


class PurchaseOrder(models.Model):
    """Units ordered from a supplier; its open lines are *incoming* at the warehouse."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    number = models.CharField(max_length=40, unique=True)
    supplier = models.CharField(max_length=120, blank=True)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="purchase_orders")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT)
    expected_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number


class PurchaseOrderLine(models.Model):
    """`received` counts units received in any way; only inventory.receiving changes it."""

    purchase_order = models.ForeignKey(PurchaseOrder, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    ordered = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["purchase_order", "product"], name="one_line_per_purchase_order_and_product"
            ),
            models.CheckConstraint(condition=Q(ordered__gt=0), name="ordered_is_positive"),
            models.CheckConstraint(
                condition=Q(received__lte=F("ordered")), name="received_at_most_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.received} of {self.ordered}"


class Receipt(models.Model):
    """Goods that came in at once. Staged units wait in `ReceiptLine.staged` until put away."""

    class Mode(models.TextChoices):
        DIRECT = "direct", _("Direct to stock")
        STAGED = "staged", _("To staging, put away later")
        CROSS_DOCK = "cross_dock", _("Cross-dock to a waiting order")

    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="receipts")
    mode = models.CharField(max_length=10, choices=Mode.choices)
    key = models.CharField(max_length=100, unique=True)
    actor = models.CharField(max_length=150, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"R-{self.pk}"


class ReceiptLine(models.Model):
    """`put_away` counts units of a staged receipt that are in stock by now."""

    receipt = models.ForeignKey(Receipt, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    put_away = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(put_away__lte=F("quantity")), name="put_away_at_most_received"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.product_id}"
