from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from inventory.models import Product, Warehouse

_LIVE = Q(archived_at=None, dispatched_at=None)


class SalesOrder(models.Model):
    """A customer's order. What it still holds of the stock is orders.commitments' business.

    `source` is a plain text for filtering, such as a channel's name: orders work without channels.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        CANCELED = "canceled", _("Canceled")

    number = models.CharField(max_length=60, unique=True)
    source = models.CharField(max_length=120, blank=True, db_index=True)
    customer = models.CharField(max_length=160, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    archived_at = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Handled elsewhere: its units are no longer held.")
    )
    is_unpaid = models.BooleanField(
        _("awaiting payment"),
        default=False,
        editable=False,
        help_text=_("Its units are held, but must not leave before the channel says it is paid."),
    )
    placed_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "archived_at"], name="order_by_status"),
            models.Index(fields=["placed_at"], name="order_by_time"),
            models.Index(
                fields=["placed_at", "id"],
                condition=_LIVE & Q(status="open"),
                name="order_to_ship",
            ),
            models.Index(fields=["-id"], condition=_LIVE, name="order_live"),
            models.Index(
                fields=["id"], condition=_LIVE & Q(status="canceled"), name="order_canceled"
            ),
            models.Index(fields=["id"], condition=Q(is_unpaid=True), name="order_unpaid"),
            models.Index(Upper("number"), name="order_number_begins"),
            models.Index(Upper("customer"), name="order_customer_begins"),
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
    notified = models.PositiveIntegerField(_("on sent ASNs"), default=0, editable=False)
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
        indexes = [
            models.Index(
                fields=["product", "warehouse"],
                condition=Q(shipped__lt=F("ordered")),
                name="order_line_to_ship",
            ),
            *(
                models.Index(fields=["order"], condition=condition, name=f"order_line_{name}")
                for name, condition in (
                    ("left", Q(shipped__lt=F("ordered"))),
                    ("held", Q(ordered__gt=F("notified"))),
                    ("untold", Q(shipped__gt=F("notified"))),
                    ("ahead", Q(notified__gt=F("shipped"))),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ordered} of {self.product_id}"
