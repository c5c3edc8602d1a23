"""What is left to do before a new channel is told anything: on its page, until all is done."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from channels.models import Channel, Feed, Listing, ListingLevel
from desk.cells import list_of
from desk.lists import ModelAdmin
from inventory.models import Product


class Step(NamedTuple):
    """One thing to do. `url` leads to where it is done; "" where that is this page."""

    is_done: bool
    title: str
    how: str
    url: str = ""


def steps_of(channel: Channel) -> list[Step]:
    """All steps, in order; three statements."""
    test = reverse("admin:channels_channel_check_connection", args=[channel.pk])
    has_feed = Feed.objects.filter(channel=channel).exists()
    has_listing = Listing.objects.filter(channel=channel, is_ticked=True).exists()
    places = channel.locations.values("pk")
    shown = ListingLevel.objects.filter(location__in=places, acknowledged_at__isnull=False)
    return [
        Step(
            channel.checked_at is not None,
            gettext("Test the connection"),
            gettext("It also loads the channel's locations and sets up its webhooks."),
            test,
        ),
        Step(
            has_feed,
            gettext("Say which warehouses its locations show"),
            gettext("Tick a warehouse at a location below, or choose a default location."),
        ),
        Step(
            has_listing,
            gettext("Tick products for it"),
            gettext("On a product's page under Marketplace, or for many in the list of products."),
            list_of(Product),
        ),
        Step(
            has_feed and has_listing and shown.exists(),
            gettext("Tell the first quantities"),
            gettext(
                "New products are told on the next day by themselves. To tell them now, choose them"
                " in the list of products and use “Sync to channel…”."
            ),
            list_of(Product, marketplace=channel.pk),
        ),
    ]


class FirstStepsMixin(ModelAdmin):
    """Adds the steps to the page of a channel that is not told anything yet."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        channel = kwargs.get("obj")
        if isinstance(channel, Channel) and channel.pk:
            steps = steps_of(channel)
            if not all(step.is_done for step in steps):
                context["steps"] = steps
        return super().render_change_form(request, context, *args, **kwargs)
