from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners.models.encrypted import EncryptedJSONField
from partners.models.partner import Partner


class Webhook(models.Model):
    """An address of a partner's that is told of events. Its secret signs what is sent there.

    secret: {"current": "whsec_…"}, and for a while after a rotation "previous", "previous_until".
    Written by partners.telling alone.
    """

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="webhooks")
    url = models.URLField(_("address"), max_length=500)
    topics = ArrayField(models.CharField(max_length=60))
    secret = EncryptedJSONField(default=dict, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_reason = models.TextField(blank=True, editable=False)
    failing_since = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("Nothing was taken since then.")
    )
    failures = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Attempts that failed, one after the other.")
    )
    retry_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("It rests until then.")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.url


def message_id(event_id: int) -> str:
    """What a receiver knows an event by; the same each time that it is sent."""
    return f"evt_{event_id}"


class Event(models.Model):
    """Something that happened, as partners are told it; stored in the transaction that made it so,
    and only if somebody listens. `resource` names what it is about: events of one resource are
    told in the order of their numbers.

    warehouse_ids, channel_id: who is told must see all of these. row_id: of the row that it is
    about, where its floor has a rule for that (partners.sight)."""

    topic = models.CharField(max_length=60)
    resource = models.CharField(max_length=80)
    data = models.JSONField()
    warehouse_ids = ArrayField(models.BigIntegerField(), default=list)
    channel_id = models.BigIntegerField(null=True, blank=True)
    row_id = models.BigIntegerField(null=True, blank=True)
    happened_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["happened_at"], name="event_by_time")]

    def __str__(self) -> str:
        return f"{self.topic} {self.resource}"


class Delivery(models.Model):
    """An event on its way to one webhook: at least once, after those before it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        GIVEN_UP = "given_up", _("Given up")

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    resource = models.CharField(
        max_length=80, help_text=_("The event's, for the order of telling.")
    )
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    replays = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Times that it was to be told anew.")
    )
    tried_at = models.DateTimeField(_("first attempt"), null=True, blank=True)
    next_at = models.DateTimeField(_("next attempt"), db_default=Now())
    answered = models.PositiveSmallIntegerField(_("last answer"), null=True, blank=True)
    problem = models.TextField(blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "event"], name="one_delivery_per_webhook_and_event"
            )
        ]
        indexes = [
            models.Index(
                fields=["webhook", "resource", "id"],
                condition=Q(status="waiting"),
                name="delivery_waiting",
            ),
            models.Index(
                fields=["webhook", "next_at", "id"],
                condition=Q(status="waiting"),
                name="delivery_due",
            ),
        ]

    def __str__(self) -> str:
        text = gettext("%(message)s to webhook %(number)d")
        return text % {"message": message_id(self.event_id), "number": self.webhook_id}
