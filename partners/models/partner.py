from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Partner(models.Model):
    """Somebody outside who calls our API: a warehouse operator, an agency, a marketplace's tool.

    Which warehouses and channels it may see are kept as ids: they live on floors above. None means
    all, also those to come. What it may not see does not exist for it.
    """

    name = models.CharField(max_length=80, unique=True)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Off: none of its keys opens anything, nothing is sent."),
    )
    warehouse_ids = ArrayField(models.BigIntegerField(), null=True, blank=True, editable=False)
    channel_ids = ArrayField(models.BigIntegerField(), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def sees_all(self) -> bool:
        """Whether nothing is out of its sight."""
        return self.warehouse_ids is None and self.channel_ids is None
