from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels.models import Channel

EMPTY = Q(
    kind="due",
    status="finished",
    requested_by="",
    sent=0,
    unchanged=0,
    skipped=0,
    failed=0,
    held=0,
)
"""Started by themselves, and found nothing to tell."""


class Run(models.Model):
    """One execution against one channel, with its progress and its end."""

    class Kind(models.TextChoices):
        DUE = "due", _("Changes")
        NEW = "new", _("New products")
        BULK = "bulk", _("Chosen products")
        HARD = "hard", _("Hard sync of all")
        ORDERS = "orders", _("Orders in")
        COMPARE = "compare", _("Comparison")

    class Trigger(models.TextChoices):
        CHANGE = "change", _("Stock changed")
        SCHEDULE = "schedule", _("Schedule")
        PERSON = "person", _("By hand")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Stopped by an error")
        INTERRUPTED = "interrupted", _("Interrupted")
        PAUSED = "paused", _("Waits for approval")

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    trigger = models.CharField(max_length=8, choices=Trigger.choices)
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.QUEUED)
    requested_by = models.CharField(max_length=150, blank=True)
    product_ids = models.JSONField(
        default=list, blank=True, help_text=_("Chosen products; empty means all.")
    )
    total = models.PositiveIntegerField(default=0, help_text=_("Listing levels to look at."))
    sent = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(
        default=0, help_text=_("Zeros not told because they were too many at once.")
    )
    approved_by = models.CharField(
        max_length=150, blank=True, help_text=_("Who approved that so many are set to 0.")
    )
    refused_by = models.CharField(
        max_length=150, blank=True, help_text=_("Who decided that the held zeros stay untold.")
    )
    approved_levels = models.JSONField(
        default=list, blank=True, help_text=_("Listing levels whose zeros a person approved.")
    )
    preview = models.JSONField(
        null=True, blank=True, help_text=_("What the run was about to tell when it was paused.")
    )
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("sync run")
        indexes = [
            models.Index(fields=["channel", "-id"], name="run_by_channel"),
            models.Index(
                fields=["channel"],
                condition=Q(status__in=["queued", "running"]),
                name="run_unfinished",
            ),
            models.Index(fields=["channel"], condition=Q(status="paused"), name="run_paused"),
            models.Index(fields=["id"], condition=EMPTY, name="run_empty"),
            models.Index(fields=["-id"], condition=~EMPTY, name="run_not_empty"),
        ]

    def __str__(self) -> str:
        return gettext("Run %(number)s") % {"number": self.pk}

    @property
    def done(self) -> int:
        """Listing levels dealt with so far."""
        return self.sent + self.unchanged + self.skipped + self.failed + self.held
