from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from channels.models.channel import Channel
from channels.models.location import Location
from inventory.models import Product


class Listing(models.Model):
    """A product as offered on one channel. Exists once the channel was ticked for the product."""

    class State(models.TextChoices):
        NEW = "new", "New"
        LINKED = "linked", "Linked"
        SKIPPED = "skipped", "Skipped"
        ERROR = "error", "Error"

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="listings")
    product = models.ForeignKey(Product, models.PROTECT, related_name="listings")
    is_ticked = models.BooleanField(
        "communicated", default=True, help_text="Off: the channel keeps the number it has."
    )
    is_excluded = models.BooleanField("excluded from sync", default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    reason = models.CharField(max_length=40, blank=True)
    external_id = models.CharField("id at the channel", max_length=120, blank=True)
    item_id = models.CharField("stock item at the channel", max_length=120, blank=True)
    title = models.CharField("name at the channel", max_length=255, blank=True)
    selling_list = models.ForeignKey(
        "channels.SellingList",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="listings",
        help_text="Decides its global profile; without one the channel's own goes.",
    )
    ticked_at = models.DateTimeField(default=timezone.now)
    eligible_at = models.DateTimeField(
        "first sent from", default=timezone.now, help_text="The day after ticking, by schedule."
    )
    onboarded_at = models.DateTimeField("first sent", null=True, blank=True)

    class Meta:
        ordering = ["channel_id", "product_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "product"], name="one_listing_per_channel_and_product"
            ),
            models.UniqueConstraint(
                fields=["channel", "item_id"],
                condition=~Q(item_id=""),
                name="one_listing_per_channel_and_item",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "eligible_at"],
                condition=Q(state="new"),
                name="listing_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.product} on {self.channel}"


class ListingLevel(models.Model):
    """A listing at a location: what the channel last acknowledged, and whether it is due.

    Due means stale_version > pushed_version: whatever changes what the level should show adds 1 to
    stale_version in its own transaction; a push records the version it read (DESIGN section 5).
    """

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="levels")
    location = models.ForeignKey(Location, models.CASCADE, related_name="levels")
    acknowledged = models.IntegerField(
        null=True, blank=True, help_text="What we believe the channel shows; empty is unknown."
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(
        null=True, blank=True, help_text="When the number was read; empty when it was told."
    )
    stale_version = models.BigIntegerField(default=1)
    pushed_version = models.BigIntegerField(default=0)
    stale_at = models.DateTimeField(default=timezone.now, help_text="Due since.")
    is_falling = models.BooleanField(
        default=False, help_text="Stock fell since the last push: told before what rose."
    )
    is_update_asked = models.BooleanField(
        "pending quantity update",
        default=True,
        help_text="Its number is to be told even if the profile tells it once only: it is new, or"
        " somebody asked for an update.",
    )
    told = models.IntegerField(
        null=True,
        blank=True,
        help_text="A number the channel took and does not show yet, as far as we have seen.",
    )
    told_at = models.DateTimeField("unconfirmed since", null=True, blank=True)
    is_buyable = models.BooleanField(
        "active at the channel",
        null=True,
        blank=True,
        help_text="Whether the channel offers it for sale; empty when it does not say.",
    )
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was last compared with the channel."
    )
    reason = models.CharField(
        max_length=40,
        blank=True,
        help_text="Why the last attempt did not end in an acknowledgement.",
    )
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "location"], name="one_level_per_listing_and_location"
            )
        ]
        indexes = [
            models.Index(
                fields=["location", "-is_falling", "stale_at", "id"],
                condition=Q(stale_version__gt=F("pushed_version")),
                name="listing_level_due",
            ),
            models.Index(
                F("location"),
                F("checked_at").asc(nulls_first=True),
                F("id"),
                name="listing_level_unchecked",
            ),
            models.Index(
                fields=["location", "told_at"],
                condition=Q(told_at__isnull=False),
                name="listing_level_unconfirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id}@{self.location_id}"

    @property
    def is_due(self) -> bool:
        return self.stale_version > self.pushed_version
