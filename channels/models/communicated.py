from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models.channel import Channel
from channels.models.keys import PlaceKey
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
        OFF = "off", _("Not communicated")
        EXCLUDED = "excluded", _("Excluded")
        NEW = "new", _("New")
        SKIPPED = "skipped", _("Skipped")
        ERROR = "error", _("Error")
        PENDING = "pending", _("Pending")
        PENDING_UPDATE = "pending_update", _("Pending Qty Update")
        UNCONFIRMED = "unconfirmed", _("Unconfirmed")
        OUT_OF_STOCK = "out_of_stock", _("Out of stock")
        LINKED = "linked", _("Linked")
        SOURCE = "source", _("Source of a mirror")

    id = PlaceKey(primary_key=True)
    level = models.ForeignKey(ListingLevel, models.DO_NOTHING, null=True, related_name="+")
    listing = models.ForeignKey(Listing, models.DO_NOTHING, related_name="+")
    product = models.ForeignKey(Product, models.DO_NOTHING, related_name="+")
    channel = models.ForeignKey(Channel, models.DO_NOTHING, related_name="+")
    location = models.ForeignKey(Location, models.DO_NOTHING, null=True, related_name="+")
    on_hand = models.BigIntegerField(_("quantity in stock"))
    committed = models.BigIntegerField(_("quantity on orders"))
    available = models.BigIntegerField(_("quantity at hand"))
    backordered = models.BigIntegerField(_("quantity backordered"))
    is_known = models.BooleanField(_("counted"))
    acknowledged = models.IntegerField(_("acknowledged"), null=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True)
    is_due = models.BooleanField(_("pending"))
    told_at = models.DateTimeField(_("unconfirmed since"), null=True)
    is_buyable = models.BooleanField(_("active at the channel"), null=True)
    selling_list = models.ForeignKey(SellingList, models.DO_NOTHING, null=True, related_name="+")
    profile = models.ForeignKey(Profile, models.DO_NOTHING, null=True, related_name="+")
    state = models.CharField(max_length=14, choices=State.choices)
    reason = models.CharField(max_length=40)

    class Meta:
        managed = False
        db_table = "channels_communicated"
        ordering = ["product__sku", "channel_id", "location_id"]
        verbose_name = _("communicated quantity")
        verbose_name_plural = _("Communicate inventory to external sources")
        default_permissions = ["view"]
        permissions = [("send_communicated", "Can confirm and send quantities to channels by hand")]

    def __str__(self) -> str:
        return f"{self.product} at {self.location or self.channel}"
