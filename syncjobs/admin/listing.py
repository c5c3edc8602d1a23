"""Listings: matched again by hand."""

from __future__ import annotations

from collections import defaultdict

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from channels.admin import listing as base
from channels.models import Channel, Listing
from desk.saying import gettext
from syncjobs.admin.starting import NothingToSend, SenderMixin, announce, start
from syncjobs.models import Run

admin.site.unregister(Listing)


@admin.register(Listing)
class ListingAdmin(SenderMixin, base.ListingAdmin):
    """Adds the run that looks for a match once more."""

    actions = [*base.ListingAdmin.actions, "match_again"]

    @action(description=_("Match again and sync"), permissions=["send"])
    def match_again(self, request: HttpRequest, listings: QuerySet[Listing]) -> HttpResponse:
        products: dict[int, list[int]] = defaultdict(list)
        chosen = listings.filter(is_ticked=True).order_by()
        for channel_id, product_id in chosen.values_list("channel_id", "product_id"):
            products[channel_id].append(product_id)
        if not products:
            raise NothingToSend(gettext("None of these listings is ticked."))
        runs = [
            start(request, channel, Run.Kind.BULK, products[channel.pk], gettext("Match again"))
            for channel in Channel.objects.filter(pk__in=products).order_by("pk")
        ]
        return announce(request, runs)
