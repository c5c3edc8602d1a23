"""What another mapping, or a switch of the channel, would tell it: seen before it is saved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from channels import registry
from channels.admin.channel_form import PREFIX
from channels.admin.rehearsing import Change, RehearsedMixin, tried

REHEARSED = {"is_active", "is_stock_synced", "default_location"}
"""A change of these changes what is told; what a switch means to a listing is named below."""
STANDING = {"is_active": "is_channel_on", "is_stock_synced": "is_synced"}


class RehearsedChannelMixin(RehearsedMixin):
    """For the page of a channel, with its locations."""

    def rehearse_channel(self, request: HttpRequest, form: Any, formsets: Any) -> None:
        """Raises Rehearsed where something of it changed. Call once all of it is saved."""
        is_mapped = any(formset.has_changed() for formset in formsets)
        if is_mapped or REHEARSED & set(form.changed_data):
            self.rehearse(request, _tried(form, formsets), str(form.instance))

    def is_secret(self, name: str) -> bool:
        return name in {
            PREFIX + parameter.name
            for kind, _label in registry.choices()
            for parameter in registry.get(kind).parameters
            if parameter.is_secret
        }


def _tried(form: Any, formsets: Any) -> Change:
    """What was changed of mapping and switches, read within the transaction that changed it."""
    channel = form.instance
    silenced = [
        each.instance.pk
        for formset in formsets
        for each in formset.forms
        if "is_enabled" in each.changed_data and not each.instance.is_enabled
    ]
    switched = [name for name in STANDING if name in form.changed_data]
    return replace(
        tried(channel.locations.all(), silenced),
        switches={STANDING[name]: getattr(channel, name) for name in switched},
        channel_id=channel.pk,
    )
