from __future__ import annotations

import datetime
import secrets
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels import registry
from partners.models.encrypted import EncryptedJSONField


def validate_time_zone(value: str) -> None:
    """Refuse a name the time zone database does not know."""
    if value not in available_timezones():
        raise ValidationError(f"“{value}” is no time zone: write one such as Europe/Bucharest.")


def make_hook_key() -> str:
    """What makes a channel's webhook address unguessable: 43 characters that suit an address."""
    return secrets.token_urlsafe(32)


class Channel(models.Model):
    """One connected account: a store, a seller, a company."""

    class DriftPolicy(models.TextChoices):
        MEND = "mend", _("Mend it and report it")
        REPORT = "report", _("Report it only")

    class Matching(models.TextChoices):
        SKU = "sku", "SKU"
        BARCODE = "barcode", _("Barcode")
        NAME = "name", _("Exact name")

    kind = models.CharField(max_length=40, choices=registry.choices)
    name = models.CharField(max_length=120, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    settings = models.JSONField(default=dict, blank=True)
    credentials = EncryptedJSONField(default=dict, blank=True, editable=False)
    matching = models.CharField(
        _("match products by"), max_length=8, choices=Matching.choices, default=Matching.SKU
    )
    is_stock_synced = models.BooleanField(
        _("stock sync"),
        default=True,
        help_text=_("Off: no quantity is sent, neither by schedule nor by hand."),
    )
    is_updated_on_change = models.BooleanField(
        _("update quantity when it changes"),
        default=True,
        help_text=_("Off: quantities are sent only when somebody syncs by hand."),
    )
    time_zone = models.CharField(
        max_length=60,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("The shop's own."),
    )
    new_products_at = models.TimeField(
        default=datetime.time(7, 0),
        help_text=_(
            "New products are first sent on the day after they were ticked, from this time."
        ),
    )
    default_location = models.ForeignKey(
        "channels.Location",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Shows the stock of every warehouse that no location of this channel names."),
    )
    profile = models.ForeignKey(
        "channels.Profile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="channels",
        verbose_name=_("global profile"),
        help_text=_("For listings in no selling list. Empty: they show the product's value."),
    )
    is_cancellation_archived = models.BooleanField(
        _("archive its cancellations"),
        default=False,
        help_text=_("An order canceled at the channel is archived at once, so it stops counting."),
    )
    is_unmapped_zeroed = models.BooleanField(
        _("zero locations without a warehouse"),
        default=False,
        help_text=_(
            "Locations that no warehouse feeds, that are not in use, or that are created"
            " later at the channel are told 0 for a product when its stock next changes."
        ),
    )
    drift_policy = models.CharField(
        _("when its number is not ours"),
        max_length=6,
        choices=DriftPolicy.choices,
        default=DriftPolicy.MEND,
        help_text=_("Every 15 minutes the channel's numbers are read and compared with ours."),
    )
    breaker_share = models.PositiveSmallIntegerField(
        _("pause when more is zeroed than (%)"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_(
            "A run that would set a larger share of the channel's listings to 0 within an"
            " hour waits for a person's approval. 100 never waits."
        ),
    )
    hook_key = models.CharField(max_length=64, unique=True, default=make_hook_key, editable=False)
    hooks_refused_at = models.DateTimeField(null=True, blank=True, editable=False)
    hooks_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    orders_seen_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("The last change of an order we took in."),
    )
    orders_asked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When it was last asked for orders.")
    )
    orders_sweep_from = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("How far the look over all has come.")
    )
    orders_swept_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When its orders were last looked over.")
    )
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    problem_code = models.CharField(max_length=40, blank=True, editable=False)
    problem = models.TextField(blank=True, editable=False)
    retry_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("Nothing is sent before this moment.")
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
