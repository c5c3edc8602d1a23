"""Marketplace: where a product is communicated, on the product's own page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from channels import onboarding
from channels.admin import switching
from channels.models import Channel, Listing
from inventory.models import Product

ASK = _("Ask your CSM to change where this product is communicated.")


class MarketplaceForm(forms.ModelForm):
    """A checkbox per channel, and one to hold a channel back without unticking it."""

    marketplace = forms.ModelMultipleChoiceField(
        Channel.objects.all(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        label=_("Communicated on"),
        help_text=_(
            "Ticked: the product's stock is communicated there, for the first time on the next day"
            " from the channel's hour. Unticked: the channel keeps the number it has."
        ),
    )
    excluded_on = forms.ModelMultipleChoiceField(
        Channel.objects.all(),
        required=False,
        label=_("Exclude from sync on"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Ticked above, but nothing is sent there until you clear this."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = [(channel.pk, channel.name) for channel in Channel.objects.all()]
        for name in {"marketplace", "excluded_on"} & self.fields.keys():
            field: Any = self.fields[name]
            field.choices = channels
        if self.instance.pk:
            listings = list(Listing.objects.filter(product=self.instance.pk))
            self.initial["marketplace"] = [
                listing.channel_id for listing in listings if listing.is_ticked
            ]
            self.initial["excluded_on"] = [
                listing.channel_id for listing in listings if listing.is_excluded
            ]


def apply(product: Product, form: forms.ModelForm) -> None:
    """Bring the product's listings to what the form says; what it leaves alone stays."""
    if "marketplace" in form.changed_data:
        _tick(product, form.cleaned_data["marketplace"])
    if {"marketplace", "excluded_on"} & set(form.changed_data):
        chosen = {channel.pk for channel in form.cleaned_data["excluded_on"]}
        listings = Listing.objects.filter(product=product)
        switching.exclude(listings.filter(channel__in=chosen), is_excluded=True)
        switching.exclude(listings.exclude(channel__in=chosen), is_excluded=False)


def _tick(product: Product, channels: Collection[Channel]) -> None:
    for channel in channels:
        onboarding.tick(channel, [product.pk])
    gone = Channel.objects.filter(listings__product=product, listings__is_ticked=True)
    for channel in gone.exclude(pk__in=[channel.pk for channel in channels]):
        onboarding.untick(channel, [product.pk])


def ticked(product: Product) -> QuerySet[Channel]:
    """Channels where the product is communicated."""
    return Channel.objects.filter(listings__product=product, listings__is_ticked=True)
