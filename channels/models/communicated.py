from django.db import models

from channels.models.channel import Channel
from channels.models.listing import Listing, ListingLevel
from channels.models.location import Location
from channels.models.profile import Profile, SellingList
from inventory.models import Product


class Communicated(models.Model):
    """One row of the communicated-inventory table: the stock behind a listing at a location, and
    what the channel was told. A view, so it can be filtered and sorted on any quantity and is never
    stale. A listing without any level has one row without location.
    """

    class State(models.TextChoices):
        OFF = "off", "Not communicated"
        EXCLUDED = "excluded", "Excluded"
        NEW = "new", "New"
        SKIPPED = "skipped", "Skipped"
        ERROR = "error", "Error"
        PENDING = "pending", "Pending"
        PENDING_UPDATE = "pending_update", "Pending Qty Update"
        UNCONFIRMED = "unconfirmed", "Unconfirmed"
        OUT_OF_STOCK = "out_of_stock", "Out of stock"
        LINKED = "linked", "Linked"
        SOURCE = "source", "Source of a mirror"

    id = models.CharField(max_length=60, primary_key=True)
    level = models.ForeignKey(ListingLevel, models.DO_NOTHING, null=True, related_name="+")
    listing = models.ForeignKey(Listing, models.DO_NOTHING, related_name="+")
    product = models.ForeignKey(Product, models.DO_NOTHING, related_name="+")
    channel = models.ForeignKey(Channel, models.DO_NOTHING, related_name="+")
    location = models.ForeignKey(Location, models.DO_NOTHING, null=True, related_name="+")
    on_hand = models.BigIntegerField("quantity in stock")
    committed = models.BigIntegerField("quantity on orders")
    available = models.BigIntegerField("quantity at hand")
    backordered = models.BigIntegerField("quantity backordered")
    is_known = models.BooleanField("counted")
    acknowledged = models.IntegerField("acknowledged", null=True)
    acknowledged_at = models.DateTimeField("acknowledged at", null=True)
    is_due = models.BooleanField("pending")
    told_at = models.DateTimeField("unconfirmed since", null=True)
    is_buyable = models.BooleanField("active at the channel", null=True)
    selling_list = models.ForeignKey(SellingList, models.DO_NOTHING, null=True, related_name="+")
    profile = models.ForeignKey(Profile, models.DO_NOTHING, null=True, related_name="+")
    state = models.CharField(max_length=14, choices=State.choices)
    reason = models.CharField(max_length=40)

    class Meta:
        managed = False
        db_table = "channels_communicated"
        ordering = ["product__sku", "channel_id", "location_id"]
        verbose_name = "communicated quantity"
        verbose_name_plural = "Communicate inventory to external sources"
        default_permissions = ["view"]
        permissions = [("send_communicated", "Can confirm and send quantities to channels by hand")]

    def __str__(self) -> str:
        return f"{self.product} at {self.location or self.channel}"
