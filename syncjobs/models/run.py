from django.db import models
from django.db.models import Q
from django.utils import timezone

from channels.models import Channel


class Run(models.Model):
    """One execution against one channel, with its progress and its end."""

    class Kind(models.TextChoices):
        DUE = "due", "Changes"
        NEW = "new", "New products"
        BULK = "bulk", "Chosen products"
        HARD = "hard", "Hard sync of all"
        ORDERS = "orders", "Orders in"
        COMPARE = "compare", "Comparison"

    class Trigger(models.TextChoices):
        CHANGE = "change", "Stock changed"
        SCHEDULE = "schedule", "Schedule"
        PERSON = "person", "By hand"

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Stopped by an error"
        INTERRUPTED = "interrupted", "Interrupted"
        PAUSED = "paused", "Waits for approval"

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    trigger = models.CharField(max_length=8, choices=Trigger.choices)
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.QUEUED)
    requested_by = models.CharField(max_length=150, blank=True)
    product_ids = models.JSONField(
        default=list, blank=True, help_text="Chosen products; empty means all."
    )
    total = models.PositiveIntegerField(default=0, help_text="Listing levels to look at.")
    sent = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(
        default=0, help_text="Zeros not told because they were too many at once."
    )
    approved_by = models.CharField(
        max_length=150, blank=True, help_text="Who approved that so many are set to 0."
    )
    refused_by = models.CharField(
        max_length=150, blank=True, help_text="Who decided that the held zeros stay untold."
    )
    approved_levels = models.JSONField(
        default=list, blank=True, help_text="Listing levels whose zeros a person approved."
    )
    preview = models.JSONField(
        null=True, blank=True, help_text="What the run was about to tell when it was paused."
    )
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "sync run"
        indexes = [
            models.Index(fields=["channel", "-id"], name="run_by_channel"),
            models.Index(
                fields=["channel"],
                condition=Q(status__in=["queued", "running"]),
                name="run_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk}"

    @property
    def done(self) -> int:
        """Listing levels dealt with so far."""
        return self.sent + self.unchanged + self.skipped + self.failed + self.held
