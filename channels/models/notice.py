"""What channels tell us by themselves: stored as it came, answered, looked into afterwards."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.contract import Concern
from channels.models.channel import Channel


class Notice(models.Model):
    """A signed message of a channel. `external_id` is the same on every repeat, so each is stored
    once; `taken_at` is empty until we looked at what it is about."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="notices")
    external_id = models.CharField(_("id at the channel"), max_length=120)
    topic = models.CharField(max_length=80)
    concern = models.CharField(
        _("about"), max_length=8, choices=[(each.value, _(each.value.title())) for each in Concern]
    )
    order_id = models.CharField(_("order at the channel"), max_length=120, blank=True)
    item_id = models.CharField(_("stock item at the channel"), max_length=120, blank=True)
    location_id = models.CharField(_("location at the channel"), max_length=120, blank=True)
    available = models.IntegerField(null=True, blank=True)
    body = models.TextField()
    raised_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True, blank=True)
    message = models.TextField(blank=True, help_text=_("What came of it."))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_id"], name="one_notice_per_channel_and_external_id"
            )
        ]
        indexes = [
            models.Index(
                fields=["channel", "id"], condition=Q(taken_at=None), name="notice_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} of {self.channel}"
