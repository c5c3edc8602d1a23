from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels.models import Channel, ListingLevel


class Finding(models.Model):
    """A level that shows another number at the channel than it should, with the cause. Open until
    it is mended or has gone by itself."""

    class Cause(models.TextChoices):
        ORDER = "order", _("Order not imported yet")
        EDIT = "edit", _("Changed at the channel")
        REJECTED = "rejected", _("Write rejected")
        NOT_MAPPED = "not_mapped", _("Not mapped")
        PENDING = "pending", _("Not sent yet")
        NOT_APPLIED = "not_applied", _("Accepted, never shown")
        UNEXPLAINED = "unexplained", _("Unexplained")

    class Outcome(models.TextChoices):
        MENDED = "mended", _("Mended")
        GONE = "gone", _("Right by itself")

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="findings")
    level = models.ForeignKey(ListingLevel, models.CASCADE, related_name="findings")
    cause = models.CharField(max_length=11, choices=Cause.choices)
    shown = models.IntegerField(
        _("channel shows"),
        null=True,
        blank=True,
        help_text=_("Empty when it is not tracked there."),
    )
    believed = models.IntegerField(_("we believed"), null=True, blank=True)
    should = models.IntegerField(_("should show"), null=True, blank=True)
    committed_there = models.IntegerField(_("on orders there"), null=True, blank=True)
    committed_here = models.IntegerField(_("of its orders held here"), null=True, blank=True)
    message = models.TextField(blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=6, choices=Outcome.choices, blank=True)
    closed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = _("drift")
        constraints = [
            models.UniqueConstraint(
                fields=["level"], condition=Q(closed_at=None), name="one_open_finding_per_level"
            )
        ]
        indexes = [
            models.Index(fields=["channel"], condition=Q(closed_at=None), name="finding_open")
        ]

    def __str__(self) -> str:
        text = gettext("%(cause)s: %(shown)s shown, %(should)s right")
        cause = self.get_cause_display()
        return text % {"cause": cause, "shown": self.shown, "should": self.should}
