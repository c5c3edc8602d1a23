"""Marketplace: where a product is communicated, and where not for now, on its own page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import CHECKBOX_CLASSES, UnfoldAdminCheckboxSelectMultipleWidget

from channels import onboarding
from channels.admin import switching
from channels.models import Channel, Listing
from desk.shown import AsShownForm
from inventory.models import Product

PLACES = {"marketplace", "excluded_on"}
ASK = _("Ask your CSM to change where this product is communicated.")


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as the table shows it, or all of them."""

    pk: int
    name: str
    is_ticked: bool
    is_excluded: bool


class PlacesWidget(UnfoldAdminCheckboxSelectMultipleWidget):
    """One table for all that can be switched: a line for all channels, then one for each."""

    form: MarketplaceForm

    def render(self, *_args: Any, **_kwargs: Any) -> SafeString:
        context = {"form": self.form, "look": " ".join(CHECKBOX_CLASSES)}
        return render_to_string("admin/inventory/product/marketplace.html", context)


class ChosenBefore(forms.HiddenInput):
    """The boxes that were ticked when the page was shown, in one field that is there without any,
    too."""

    def format_value(self, value: Any) -> str:
        """“3,7”, and “” for none."""
        chosen = [value] if isinstance(value, str) else value or ()
        return ",".join(str(each) for each in chosen)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [each for each in str(data.get(name) or "").split(",") if each]


class PlacesField(forms.ModelMultipleChoiceField):
    """Channels, each with a box of its own."""

    hidden_widget = ChosenBefore

    def to_python(self, value: Any) -> list[str]:
        """Of what was shown before: a channel that is gone by now is no error of this person's."""
        return [str(each) for each in value or ()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return {str(each) for each in initial or ()} != {str(each) for each in data or ()}


class MarketplaceForm(AsShownForm):
    """Where the product is communicated; and, without unticking it, where nothing is sent for now:
    on one channel or on all. The first field shows them all. A box that was not touched stays as
    others set it meanwhile."""

    marketplace = PlacesField(
        Channel.objects.all(),
        required=False,
        widget=PlacesWidget,
        label=_("Communicated on"),
        help_text=_(
            "Communicated: the product's stock is told there, for the first time on the next day"
            " from the channel's hour. Excluded: communicated, but nothing is sent for now; clear"
            " it, and it is told again at once. Either way the channel keeps the number it has."
        ),
    )
    excluded_on = PlacesField(
        Channel.objects.all(), required=False, label=_("Exclude from sync on")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.channels = [(channel.pk, channel.name) for channel in Channel.objects.all()]
        for name in PLACES & self.fields.keys():
            field: Any = self.fields[name]
            field.choices = self.channels
        shown: Any = self.fields["marketplace"].widget
        shown.form = self
        if self.instance.pk:
            listings = list(Listing.objects.filter(product=self.instance.pk))
            self.initial["marketplace"] = [
                listing.channel_id for listing in listings if listing.is_ticked
            ]
            self.initial["excluded_on"] = [
                listing.channel_id for listing in listings if listing.is_excluded
            ]

    def clean(self) -> Any:
        """What is not communicated at all can not be excluded: nothing would be kept of that."""
        cleaned = super().clean()
        if self.is_as_shown and self.instance.pk:
            for name in PLACES & cleaned.keys():
                cleaned[name] = Channel.objects.filter(pk__in=self._wanted(name, cleaned[name]))
        ticked, excluded = cleaned.get("marketplace", ()), cleaned.get("excluded_on", ())
        listed = Listing.objects.filter(product=self.instance.pk, channel__in=excluded)
        known = {*listed.values_list("channel_id", flat=True), *(each.pk for each in ticked)}
        for channel in excluded:
            if channel.pk not in known:
                text = gettext(
                    "%(channel)s: the product is not communicated there, so there is nothing to"
                    " exclude. Tick “Communicated” as well, or clear “Excluded”."
                )
                self.add_error("marketplace", text % {"channel": channel})
        return cleaned

    def _wanted(self, name: str, sent: Collection[Channel]) -> set[int]:
        """The boxes as they are now, but for those that this person ticked or cleared."""
        hidden = ChosenBefore().value_from_datadict(self.data, {}, self.add_initial_prefix(name))
        shown = {int(each) for each in hidden if each.isdecimal()}
        ticked = {channel.pk for channel in sent}
        return ({*self.initial[name]} | (ticked - shown)) - (shown - ticked)

    @property
    def shown_before(self) -> list[SafeString]:
        """What was ticked when the page was shown, of those boxes that the table draws itself."""
        drawn = [name for name in ("excluded_on", "is_excluded") if name in self.fields]
        return [self[name].as_hidden(only_initial=True) for name in drawn]

    @property
    def places(self) -> list[Place]:
        """Every channel, as typed or as it is."""
        ticked, excluded = self._chosen("marketplace"), self._chosen("excluded_on")
        return [
            Place(pk, name, str(pk) in ticked, str(pk) in excluded) for pk, name in self.channels
        ]

    @property
    def everywhere(self) -> Place:
        """The product itself, which may be excluded on all channels at once."""
        name = gettext("All channels, those to come too")
        return Place(0, name, is_ticked=False, is_excluded=self._is_excluded())

    @property
    def may_exclude_everywhere(self) -> bool:
        return "is_excluded" in self.fields

    def _chosen(self, name: str) -> set[str]:
        return {str(each) for each in self[name].value() or ()}

    def _is_excluded(self) -> bool:
        if self.may_exclude_everywhere:
            return bool(self["is_excluded"].value())
        return bool(self.instance.is_excluded)


def apply(product: Product, form: forms.ModelForm) -> None:
    """Bring the product's listings to what the form says; what it leaves alone stays."""
    if "marketplace" in form.changed_data:
        _tick(product, form.cleaned_data["marketplace"])
    if PLACES & set(form.changed_data):
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


def named(product: Product) -> str:
    """Where the product is communicated, and where nothing is sent all the same, as sentences."""
    listings = Listing.objects.filter(product=product, is_ticked=True).order_by("channel__name")
    names = [
        gettext("%(channel)s (excluded)") % {"channel": name} if is_excluded else name
        for name, is_excluded in listings.values_list("channel__name", "is_excluded")
    ]
    said = [f"{', '.join(names) or gettext('No channel')}."]
    if product.is_excluded:
        said.append(gettext("Nothing is sent now: it is excluded from sync on all channels."))
    return " ".join(said)
