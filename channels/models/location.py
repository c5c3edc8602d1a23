from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models.channel import Channel
from inventory.models import Warehouse


class Location(models.Model):
    """A channel's place for stock: fed by the warehouses named here, or the source of a mirror
    warehouse, never both."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="locations")
    external_id = models.CharField(max_length=120)
    name = models.CharField(max_length=160)
    is_active = models.BooleanField(_("active at the channel"), default=True, editable=False)
    is_enabled = models.BooleanField(
        _("in use"), default=True, help_text=_("Off: nothing is sent to this location.")
    )
    warehouses = models.ManyToManyField(
        Warehouse,
        blank=True,
        related_name="+",
        help_text=_("Their stock is added up and shown at this location."),
    )

    mirror = models.OneToOneField(
        Warehouse,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The other way round: the stock shown here becomes this warehouse's."),
    )

    class Meta:
        ordering = ["channel_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_id"], name="one_location_per_channel_and_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.channel})"


class FeedPeriod(models.Model):
    """From when until when a warehouse fed a location; open-ended while it does. Kept so that any
    past moment can be explained with the mapping of that moment."""

    location = models.ForeignKey(Location, models.CASCADE, related_name="periods")
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    is_released = models.BooleanField(
        default=False,
        help_text=_(
            "The location became a mirror's source since: what it shows is not ours to zero."
        ),
    )

    class Meta:
        ordering = ["location_id", "warehouse_id", "began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["location", "warehouse"],
                condition=Q(ended_at=None),
                name="one_open_period_per_location_and_warehouse",
            )
        ]

    def __str__(self) -> str:
        return f"{self.warehouse_id} → {self.location_id} from {self.began_at}"


class Feed(models.Model):
    """Which warehouse feeds which location now, the default location's share included: a view."""

    id = models.CharField(max_length=40, primary_key=True)
    channel = models.ForeignKey(Channel, models.DO_NOTHING, related_name="+")
    location = models.ForeignKey(Location, models.DO_NOTHING, related_name="feeds")
    warehouse = models.ForeignKey(Warehouse, models.DO_NOTHING, related_name="feeds")

    class Meta:
        managed = False
        db_table = "channels_feed"
        ordering = ["location_id", "warehouse_id"]

    def __str__(self) -> str:
        return f"{self.warehouse_id} → {self.location_id}"
