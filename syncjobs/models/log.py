from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.models import Channel
from inventory.models import Product
from syncjobs.models.run import Run


class ProcessLog(models.Model):
    """One line about one SKU on one channel: what happened and, by its code, what to do about it.

    Never an alarm: warehouse work goes on whatever stands here.
    """

    class Level(models.TextChoices):
        INFO = "info", _("Info")
        WARNING = "warning", _("Warning")
        ERROR = "error", _("Error")

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="logs")
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="logs")
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="process_logs"
    )
    sku = models.CharField(_("SKU"), max_length=64, blank=True, db_index=True)
    level = models.CharField(max_length=7, choices=Level.choices)
    code = models.CharField(_("reason"), max_length=40)
    message = models.TextField(blank=True)
    order_number = models.CharField(
        _("order"), max_length=255, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("process log")
        indexes = [
            models.Index(fields=["channel", "-id"], name="log_by_channel"),
            models.Index(fields=["-created_at", "-id"], name="log_by_time"),
            models.Index(fields=["code", "-id"], name="log_by_code"),
            models.Index(fields=["-id"], condition=Q(level="error"), name="log_errors"),
        ]

    def __str__(self) -> str:
        return f"{self.sku or self.channel}: {self.code}"
