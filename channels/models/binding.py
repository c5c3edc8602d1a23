"""Which order here is which order there. Foreign identities live on this floor, never below."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels.models.channel import Channel
from orders.models import Asn, SalesOrder, SalesOrderLine


class ChannelOrder(models.Model):
    """An order of a channel, bound once to ours. Without an order of ours it is parked: `reason`
    says why, and it is tried again whenever the channel tells it again."""

    NUMBER = 255
    """Characters of a number that are kept."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="orders")
    external_id = models.CharField(max_length=120)
    number = models.CharField(max_length=NUMBER)
    order = models.OneToOneField(
        SalesOrder, models.PROTECT, null=True, blank=True, related_name="binding"
    )
    reason = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)
    placed_at = models.DateTimeField(_("placed at the channel"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed at the channel"))
    heard_at = models.DateTimeField(_("first heard of"), default=timezone.now, editable=False)
    taken_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_id"], name="one_order_per_channel_and_external_id"
            )
        ]
        indexes = [
            models.Index(
                fields=["channel", "taken_at"],
                condition=~Q(reason=""),
                name="channel_order_waiting",
            ),
            models.Index(Upper("number"), name="channel_order_by_number"),
            models.Index(Upper("external_id"), name="channel_order_by_id"),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.channel})"


class ChannelOrderLine(models.Model):
    """A line there and the line here; without one of ours its item is unknown to us."""

    channel_order = models.ForeignKey(ChannelOrder, models.CASCADE, related_name="lines")
    external_id = models.CharField(max_length=120)
    sku = models.CharField(_("SKU"), max_length=255, blank=True)
    ordered = models.PositiveIntegerField(default=0, help_text=_("As the channel last told it."))
    returned = models.PositiveIntegerField(
        default=0, help_text=_("Units the channel put back into stock that were booked here, too.")
    )
    order_line = models.OneToOneField(
        SalesOrderLine, models.PROTECT, null=True, blank=True, related_name="binding"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel_order", "external_id"], name="one_binding_per_line_and_external_id"
            )
        ]

    def __str__(self) -> str:
        return gettext("%(sku)s of %(order)s") % {"sku": self.sku, "order": self.channel_order}


class Transmission(models.Model):
    """A sent ASN on its way to the channel that the order came from."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Refused")

    asn = models.OneToOneField(Asn, models.CASCADE, related_name="transmission")
    channel_order = models.ForeignKey(ChannelOrder, models.CASCADE, related_name="transmissions")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.WAITING)
    external_id = models.CharField(_("id at the channel"), max_length=120, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(status="waiting"), name="transmission_waiting"),
            models.Index(fields=["id"], condition=Q(status="failed"), name="transmission_refused"),
        ]

    def __str__(self) -> str:
        channel = self.channel_order.channel
        return gettext("%(asn)s to %(channel)s") % {"asn": self.asn, "channel": channel}
