from django.db import models

from channels.models import Channel


class Backlog(models.Model):
    """How much waits for a channel of which so much is due that counting what of it may be sent is
    too slow for a page; counted every minute. Other channels have none."""

    channel = models.OneToOneField(
        Channel, models.CASCADE, primary_key=True, related_name="kept_backlog"
    )
    waiting = models.PositiveIntegerField(help_text="Levels that are due and may be sent.")
    oldest_due_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.waiting} for {self.channel_id}"
