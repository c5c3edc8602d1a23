"""Quantity rules as a person keeps them: global profiles, their versions, and selling lists."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.models.channel import Channel
from channels.rules import LARGEST, Mode, Unknown


class Profile(models.Model):
    """A global profile: a named quantity rule, for any number of channels and selling lists. What
    it says is its newest version; a listing without a profile shows the product's value."""

    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("global profile")
        constraints = [
            models.UniqueConstraint(
                Upper("name"),
                name="profile_name_unique_ignoring_case",
                violation_error_message=_(
                    "A global profile with this name exists (upper and lower"
                    " case count as the same): choose another name, or edit that one."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ProfileVersion(models.Model):
    """What a profile said from a moment on. Never changed: a change of the profile adds one."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(help_text=_("From 1."))
    mode = models.CharField(
        _("item quantity mode"),
        max_length=13,
        choices=[(mode.value, _(mode.label)) for mode in Mode],
        default=Mode.PRODUCT_VALUE.value,
    )
    quantity = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(LARGEST)],
        help_text=_("Of a custom quantity, or of “not more than”."),
    )
    buffer = models.PositiveIntegerField(
        _("safety buffer"),
        default=0,
        validators=[MaxValueValidator(LARGEST)],
        help_text=_("Units kept back from this channel."),
    )
    percentage = models.PositiveSmallIntegerField(
        _("percentage of stock"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Of the quantity at hand, rounded down to whole units."),
    )
    minimum = models.PositiveIntegerField(
        _("minimum before zero"),
        default=0,
        validators=[MaxValueValidator(LARGEST)],
        help_text=_("Fewer than these are shown as 0."),
    )
    unknown = models.CharField(
        _("stock that was never counted"),
        max_length=4,
        choices=[(each.value, _(each.label)) for each in Unknown],
        default=Unknown.HOLD.value,
    )
    warehouse_ids = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text=_("Only their stock counts, of those that feed the location; none named is all."),
    )
    began_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["profile_id", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "number"], name="one_version_per_profile_and_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} version {self.number}"


class SellingList(models.Model):
    """Listings of one channel under one profile."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="selling_lists")
    name = models.CharField(max_length=80)
    profile = models.ForeignKey(Profile, models.PROTECT, related_name="selling_lists")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["channel_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "name"], name="one_selling_list_per_channel_and_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.channel})"


class ProfilePeriod(models.Model):
    """Which profile a channel (no list), or one of its selling lists, went by from when until when;
    open-ended while it does. Without a profile there is no period."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="profile_periods")
    selling_list = models.ForeignKey(
        SellingList, models.CASCADE, null=True, related_name="profile_periods"
    )
    profile = models.ForeignKey(Profile, models.PROTECT, related_name="periods")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["channel_id", "began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "selling_list"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="one_open_profile_period",
            )
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} from {self.began_at}"


class MembershipPeriod(models.Model):
    """From when until when a listing was in a selling list."""

    listing = models.ForeignKey(
        "channels.Listing", models.CASCADE, related_name="membership_periods"
    )
    selling_list = models.ForeignKey(SellingList, models.RESTRICT, related_name="members_once")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["listing_id", "began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing"], condition=Q(ended_at=None), name="one_open_membership_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} in {self.selling_list_id} from {self.began_at}"
