from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from channels.models.channel import Channel
from channels.models.keys import PlaceKey
from channels.models.listing import Listing, ListingLevel
from channels.models.location import Location
from channels.models.profile import SellingList
from inventory.models import Product, Warehouse


class Tally(models.Model):
    """The quantities behind a listing level as they were when it was last tallied: what the
    communicated table is sorted by, and never what it tells."""

    level = models.OneToOneField(
        ListingLevel, models.CASCADE, primary_key=True, related_name="tally"
    )
    on_hand = models.BigIntegerField(_("quantity in stock"))
    committed = models.BigIntegerField(_("quantity on orders"))
    available = models.GeneratedField(
        expression=F("on_hand") - F("committed"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    should = models.IntegerField(_("should send"), null=True)
    # The level's, which never changes; it goes with it.
    location = models.ForeignKey(
        Location, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    is_known = models.BooleanField(_("counted"))

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        # The level follows in each, so that many equal numbers have one order; and the location, so
        # that a channel's rows are found along it without a look at those of the others.
        indexes = [
            models.Index(fields=[column, "level", "location"], name=f"tally_by_{column}")
            for column in ("on_hand", "committed", "available", "should")
        ]

    def __str__(self) -> str:
        return f"{self.level_id}: {self.available}"


class Entry(models.Model):
    """One row of the communicated table as it is found: a listing at a location, or a listing
    without any level, with plain columns alone, so that indexes serve every filter and order.

    on_hand to tallied_location are the last tally's; None where there was none yet.
    """

    id = PlaceKey(primary_key=True)
    level = models.ForeignKey(ListingLevel, models.DO_NOTHING, null=True, related_name="+")
    listing = models.ForeignKey(Listing, models.DO_NOTHING, related_name="+")
    product = models.ForeignKey(Product, models.DO_NOTHING, related_name="+")
    channel = models.ForeignKey(Channel, models.DO_NOTHING, related_name="+")
    location = models.ForeignKey(Location, models.DO_NOTHING, null=True, related_name="+")
    selling_list = models.ForeignKey(SellingList, models.DO_NOTHING, null=True, related_name="+")
    mirror = models.ForeignKey(Warehouse, models.DO_NOTHING, null=True, related_name="+")
    sku = models.CharField(max_length=64)
    is_ticked = models.BooleanField()
    is_excluded = models.BooleanField()
    is_product_excluded = models.BooleanField()
    is_product_active = models.BooleanField()
    listing_state = models.CharField(max_length=8)
    ticked_at = models.DateTimeField()
    acknowledged = models.IntegerField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    is_buyable = models.BooleanField(null=True)
    is_update_asked = models.BooleanField(null=True)
    is_once = models.BooleanField(null=True)
    stale_version = models.BigIntegerField(null=True)
    pushed_version = models.BigIntegerField(null=True)
    tallied_version = models.BigIntegerField(null=True)
    should = models.IntegerField(null=True)
    reason = models.CharField(max_length=40, null=True)  # noqa: DJ001 - null without a level
    on_hand = models.BigIntegerField(null=True)
    committed = models.BigIntegerField(null=True)
    available = models.BigIntegerField(null=True)
    tallied_should = models.IntegerField(null=True)
    tallied_location = models.ForeignKey(Location, models.DO_NOTHING, null=True, related_name="+")

    class Meta:
        managed = False
        db_table = "channels_entry"
        ordering = ["sku", "channel_id", "location_id"]
        verbose_name = _("row of the communicated table")
        verbose_name_plural = _("rows of the communicated table")
        default_permissions: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.id
