from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.models.channel import Channel
from channels.models.location import Location
from inventory.models import Product

# Refusals that say nothing about the product: it is told again, or never was to be.
PASSING = ("", "stale", "outcome_unknown", "breaker", "not_fed")
UNKNOWN = "stock_unknown"

LEFT_ALONE = Q(is_once=True, is_update_asked=False)
"""A level whose number was told once: it should show whatever it shows."""

DUE = Q(stale_version__gt=F("pushed_version"))
ASKED = DUE & Q(is_update_asked=True, acknowledged_at__isnull=False)
"""Due because somebody asked for an update of what had been told before."""

DIFFERS = (
    Q(should__isnull=False, acknowledged__isnull=False) & ~Q(should=F("acknowledged")) & ~LEFT_ALONE
)
"""The channel shows another number than it should, by the last tally. What it shows is known: what
is not is due, and stands under that."""

UNTALLIED = Q(stale_version__gt=F("tallied_version")) | (
    LEFT_ALONE
    & ~Q(should=F("acknowledged"))
    & (Q(should__isnull=False) | Q(acknowledged__isnull=False))
)
"""What it should show may have changed since it was tallied. A number left alone follows what the
channel shows, which no mark tells."""

REFUSED = ~Q(reason__in=[*PASSING, UNKNOWN])


class Listing(models.Model):
    """A product as offered on one channel. Exists once the channel was ticked for the product."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        LINKED = "linked", _("Linked")
        SKIPPED = "skipped", _("Skipped")
        ERROR = "error", _("Error")

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="listings")
    product = models.ForeignKey(Product, models.PROTECT, related_name="listings")
    is_ticked = models.BooleanField(
        _("communicated"), default=True, help_text=_("Off: the channel keeps the number it has.")
    )
    is_excluded = models.BooleanField(_("excluded from sync"), default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    reason = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(_("id at the channel"), max_length=120, blank=True)
    item_id = models.CharField(_("stock item at the channel"), max_length=120, blank=True)
    title = models.CharField(_("name at the channel"), max_length=255, blank=True)
    selling_list = models.ForeignKey(
        "channels.SellingList",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="listings",
        help_text=_("Decides its global profile; without one the channel's own goes."),
    )
    ticked_at = models.DateTimeField(default=timezone.now)
    eligible_at = models.DateTimeField(
        _("first sent from"),
        default=timezone.now,
        help_text=_("The day after ticking, by schedule."),
    )
    onboarded_at = models.DateTimeField(_("first sent"), null=True, blank=True)

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
            ),
            models.Index(
                fields=["selling_list", "id"], condition=Q(is_ticked=True), name="listing_in_list"
            ),
            models.Index(
                fields=["channel", "id"],
                condition=Q(selling_list__isnull=True),
                name="listing_in_no_list",
            ),
            models.Index(
                fields=["product", "channel"], condition=Q(is_ticked=True), name="listing_ticked"
            ),
            models.Index(
                fields=["external_id"], condition=~Q(external_id=""), name="listing_external_id"
            ),
            models.Index(fields=["reason", "id"], condition=~Q(reason=""), name="listing_reason"),
            *(
                models.Index(fields=["id"], condition=condition, name=name)
                for name, condition in (
                    ("listing_off", Q(is_ticked=False)),
                    ("listing_excluded", Q(is_excluded=True)),
                    ("listing_new", Q(state="new")),
                    ("listing_skipped", Q(state="skipped")),
                    ("listing_in_error", Q(state="error")),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} on {self.channel}"


class ListingLevel(models.Model):
    """A listing at a location: what the channel last acknowledged, and whether it is due.

    Due means stale_version > pushed_version: whatever changes what the level should show adds 1 to
    stale_version in its own transaction; a push records the version it read (DESIGN section 5).
    """

    # Both are covered by longer indexes; one of their own would cost every mark.
    listing = models.ForeignKey(Listing, models.CASCADE, related_name="levels", db_index=False)
    location = models.ForeignKey(Location, models.CASCADE, related_name="levels", db_index=False)
    acknowledged = models.IntegerField(
        null=True, blank=True, help_text=_("What we believe the channel shows; empty is unknown.")
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the number was read; empty when it was told.")
    )
    stale_version = models.BigIntegerField(default=1)
    pushed_version = models.BigIntegerField(default=0)
    stale_at = models.DateTimeField(default=timezone.now, help_text=_("Due since."))
    is_falling = models.BooleanField(
        default=False, help_text=_("Stock fell since the last push: told before what rose.")
    )
    is_update_asked = models.BooleanField(
        _("pending quantity update"),
        default=True,
        help_text=_(
            "Its number is to be told even if the profile tells it once only: it is new, or"
            " somebody asked for an update."
        ),
    )
    told = models.IntegerField(
        null=True,
        blank=True,
        help_text=_("A number the channel took and does not show yet, as far as we have seen."),
    )
    told_at = models.DateTimeField(_("unconfirmed since"), null=True, blank=True)
    is_buyable = models.BooleanField(
        _("active at the channel"),
        null=True,
        blank=True,
        help_text=_("Whether the channel offers it for sale; empty when it does not say."),
    )
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When it was last compared with the channel.")
    )
    reason = models.CharField(
        max_length=40,
        blank=True,
        help_text=_("Why the last attempt did not end in an acknowledgement."),
    )
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    should = models.IntegerField(
        null=True, blank=True, help_text=_("What it should show, by the last tally; empty: none.")
    )
    is_once = models.BooleanField(
        default=False, db_default=False, help_text=_("Its profile tells a number once only.")
    )
    tallied_version = models.BigIntegerField(
        default=-1, db_default=-1, help_text=_("The stale_version that the last tally read.")
    )

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
            # As the tally's: the location comes last.
            *(
                models.Index(fields=[column, "id", "location"], name=f"listing_level_{column}")
                for column in ("acknowledged", "acknowledged_at")
            ),
            *(
                models.Index(fields=["id"], condition=condition, name=f"listing_level_{name}")
                for name, condition in (
                    ("untallied", UNTALLIED),
                    ("asked", ASKED),
                    ("differs", DIFFERS),
                    ("unknown", Q(reason=UNKNOWN)),
                    ("refused", REFUSED),
                    ("inactive", Q(is_buyable=False)),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id}@{self.location_id}"

    @property
    def is_due(self) -> bool:
        return self.stale_version > self.pushed_version
