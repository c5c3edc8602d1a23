from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.sales_order import SalesOrder, SalesOrderLine


class Asn(models.Model):
    """Advance shipping notice: tells the customer's side which units are on their way."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")

    order = models.ForeignKey(SalesOrder, models.PROTECT, related_name="asns")
    status = models.CharField(max_length=5, choices=Status.choices, default=Status.DRAFT)
    carrier = models.CharField(max_length=80, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    tracking_url = models.URLField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("ASN")
        verbose_name_plural = _("ASNs")
        indexes = [
            models.Index(
                fields=["tracking_number"],
                condition=~Q(tracking_number=""),
                name="asn_by_tracking",
            ),
            models.Index(fields=["order"], condition=Q(status="draft"), name="asn_draft"),
        ]

    def __str__(self) -> str:
        return f"ASN-{self.pk}"


class AsnLine(models.Model):
    asn = models.ForeignKey(Asn, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(SalesOrderLine, models.PROTECT, related_name="asn_lines")
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("ASN line")
        constraints = [
            models.UniqueConstraint(
                fields=["asn", "order_line"], name="one_line_per_asn_and_order_line"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="asn_quantity_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.order_line_id}"
