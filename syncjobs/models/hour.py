"""Figures of whole hours, kept so that the first page need not look through what they count."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models import Channel


class Hour(models.Model):
    """One hour that is over, counted once. What counts in it does not change any more."""

    begins_at = models.DateTimeField(unique=True)
    sent = models.PositiveIntegerField(
        help_text="Numbers told, answered within it and not rejected."
    )
    rejected = models.PositiveIntegerField(help_text="Numbers told and rejected within it.")
    median = models.FloatField(
        null=True, help_text="Seconds from commit to acknowledgement, of half of the changes told."
    )
    slowest = models.FloatField(null=True, help_text="The same of 99 of 100.")

    class Meta:
        ordering = ["-begins_at"]

    def __str__(self) -> str:
        return f"{self.begins_at:%Y-%m-%d %H:%M}"


class HourMoved(models.Model):
    """Lines of the ledger within an hour, by their reason."""

    hour = models.ForeignKey(Hour, models.CASCADE, related_name="moved", db_index=False)
    reason = models.CharField(max_length=10)
    lines = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("movements of an hour")
        verbose_name_plural = _("movements by the hour")
        constraints = [
            models.UniqueConstraint(fields=["hour", "reason"], name="one_count_per_hour_and_reason")
        ]

    def __str__(self) -> str:
        return f"{self.lines} {self.reason}"


class HourLogged(models.Model):
    """Process logs within an hour that are no mere information, by channel and reason code."""

    hour = models.ForeignKey(Hour, models.CASCADE, related_name="logged", db_index=False)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    code = models.CharField(max_length=40)
    lines = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("process logs of an hour")
        verbose_name_plural = _("process logs by the hour")
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "channel", "code"], name="one_count_per_hour_channel_and_code"
            ),
            models.CheckConstraint(condition=Q(lines__gt=0), name="only_what_was_logged"),
        ]

    def __str__(self) -> str:
        return f"{self.lines} {self.code}"
