"""Receipts: what a channel was told, under which key, why, and what it answered."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels.models.channel import Channel
from channels.models.listing import ListingLevel


class Status(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent, no answer yet")
    ACCEPTED = "accepted", _("Accepted")
    OBSERVED = "observed", _("Seen at the channel")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")


OPEN = [Status.QUEUED, Status.SENT]
"""Of a message that has no answer yet, and of its receipts."""


class Batch(models.Model):
    """One message to a channel: the exact payload and its idempotency key, stored before the call.

    `payload` is JSON text, not a JSON column: a repeat must be the same to the byte.
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="batches")
    key = models.UUIDField(unique=True)
    mode = models.CharField(max_length=8)
    payload = models.TextField()
    cause = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    zeroed = models.PositiveIntegerField(default=0, help_text=_("Lines that turn a number into 0."))
    created_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    handle = models.TextField(
        blank=True, help_text=_("By which the channel is asked for an answer that takes its time.")
    )
    asked_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was last asked."))

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = _("batches")
        indexes = [
            models.Index(
                fields=["channel", "id"],
                condition=Q(status__in=["queued", "sent"]),
                name="batch_unfinished",
            ),
            models.Index(
                fields=["channel", "created_at"], condition=Q(zeroed__gt=0), name="batch_zeroing"
            ),
            models.Index(
                fields=["channel", "answered_at"], condition=Q(mode="bulk"), name="batch_in_bulk"
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class Publication(models.Model):
    """The immutable receipt of one number told to one channel. Only status, code, message,
    acknowledged, answered_at and observed_at change, from queued to an end."""

    # Both are covered by the indexes below; one of their own would cost every number told.
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="publications", db_index=False)
    level = models.ForeignKey(
        ListingLevel, models.CASCADE, related_name="publications", db_index=False
    )
    position = models.PositiveIntegerField(help_text=_("Line within the batch, from 0."))
    quantity = models.PositiveIntegerField(
        _("told"), null=True, help_text=_("What the level was to show; empty: no number at all.")
    )
    expected = models.IntegerField(
        null=True, help_text=_("What we believed it showed; empty when not compared.")
    )
    version = models.BigIntegerField(help_text=_("The level's stale_version that was read."))
    due_since = models.DateTimeField(
        null=True,
        help_text=_("When the change that it tells was committed; empty for a sync by hand."),
    )
    acknowledged = models.IntegerField(
        null=True, help_text=_("What we believed the channel to show once it had accepted.")
    )
    explanation = models.JSONField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.QUEUED)
    code = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    observed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When it was seen at the channel, or given up.")
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "position"], name="one_publication_per_batch_and_position"
            )
        ]
        indexes = [
            models.Index(fields=["level", "-id"], name="publication_by_level"),
            # Rows lie in the order they were answered, near enough: a fraction of the cost.
            BrinIndex(fields=["answered_at"], name="publication_by_answer", autosummarize=True),
            BrinIndex(fields=["created_at"], name="publication_by_time", autosummarize=True),
            # What is seldom found on the way through all; a number that was taken pays nothing.
            models.Index(
                fields=["status", "-id"],
                condition=Q(status__in=["rejected", "expired"]),
                name="publication_refused",
            ),
        ]

    def __str__(self) -> str:
        status = self.get_status_display()
        if self.quantity is None:
            return gettext("Number taken away (%(status)s)") % {"status": status}
        return gettext("%(number)d told (%(status)s)") % {"number": self.quantity, "status": status}

    @property
    def delta(self) -> int | None:
        """The change asked for; None when a number was not known, or is none."""
        if self.quantity is None or self.expected is None:
            return None
        return self.quantity - self.expected


class Observation(models.Model):
    """A change of what we believe a channel shows that we did not cause by telling it: read there,
    or (`is_read` False) derived from an order of that channel, which took the units itself. A
    number that can not be derived is empty: unknown."""

    level = models.ForeignKey(ListingLevel, models.CASCADE, related_name="observations")
    available = models.IntegerField(null=True)
    committed = models.IntegerField(null=True)
    believed = models.IntegerField(null=True)
    is_read = models.BooleanField(default=True)
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["level", "-id"], name="observation_by_level")]

    def __str__(self) -> str:
        return f"{self.available} read, {self.believed} believed"
