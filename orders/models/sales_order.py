from django.db import models
from django.db.models import F, Q

from inventory.models import Product, Warehouse


class SalesOrder(models.Model):
    """A customer's order. What it still holds of the stock is orders.commitments' business.

    `source` is a plain text for filtering, such as a channel's name: orders work without channels.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        CANCELED = "canceled", "Canceled"

    number = models.CharField(max_length=60, unique=True)
    source = models.CharField(max_length=120, blank=True, db_index=True)
    customer = models.CharField(max_length=160, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    archived_at = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(
        null=True, blank=True, help_text="Handled elsewhere: its units are no longer held."
    )
    is_unpaid = models.BooleanField(
        "awaiting payment",
        default=False,
        editable=False,
        help_text="Its units are held, but must not leave before the channel says it is paid.",
    )
    placed_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "archived_at"], name="order_by_status"),
            models.Index(fields=["placed_at"], name="order_by_time"),
        ]

    def __str__(self) -> str:
        return self.number


class SalesOrderLine(models.Model):
    """ordered: units the customer wants. shipped: units that left. notified: units on sent ASNs.
    returned: units that came back. Only the verbs of the orders floor change the counters."""

    order = models.ForeignKey(SalesOrder, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="order_lines")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+")
    ordered = models.PositiveIntegerField()
    shipped = models.PositiveIntegerField(default=0, editable=False)
    notified = models.PositiveIntegerField("on sent ASNs", default=0, editable=False)
    returned = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(shipped__lte=F("ordered")), name="shipped_at_most_ordered"
            ),
            models.CheckConstraint(
                condition=Q(notified__lte=F("ordered")), name="notified_at_most_ordered"
            ),
            models.CheckConstraint(
                condition=Q(returned__lte=F("shipped")), name="returned_at_most_shipped"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ordered} of {self.product_id}"
