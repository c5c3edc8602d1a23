"""Products: chosen ones are synced to a channel by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from channels.admin import product as base
from channels.models import Channel, Listing
from desk import numbers
from desk.saying import gettext
from inventory.models import Product
from syncjobs.admin import previews
from syncjobs.admin.starting import NothingToSend, SenderMixin, announce, start
from syncjobs.models import Run

admin.site.unregister(Product)


@admin.register(Product)
class ProductAdmin(SenderMixin, base.ProductAdmin):
    """Adds “Sync to channel…”: first a page that says what would happen where."""

    actions = [*base.ProductAdmin.actions, "sync_to_channel"]

    @action(description=_("Sync to channel…"), permissions=["send"])
    def sync_to_channel(
        self, request: HttpRequest, products: QuerySet[Product]
    ) -> HttpResponse | None:
        if "channel" in request.POST:
            return self._start(request, products)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("Sync to channel"),
            "subtitle": gettext("%(number)s chosen") % {"number": numbers.shown(products.count())},
            "opts": self.opts,
            "offers": previews.of_products(products),
            "back": request.get_full_path(),
            "action": "sync_to_channel",
            "checkbox": ACTION_CHECKBOX_NAME,
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "is_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/stockcast/sync_to_channel.html", context)

    def _start(self, request: HttpRequest, products: QuerySet[Product]) -> HttpResponse:
        chosen = request.POST["channel"]
        channel = Channel.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
        if channel is None:
            raise NothingToSend(gettext("Choose a channel first."))
        listings = Listing.objects.filter(
            channel=channel, is_ticked=True, product__in=products.order_by().values("pk")
        )
        ids = list(listings.values_list("product_id", flat=True))
        words = gettext("Sync to channel: %(number)d chosen products") % {"number": len(ids)}
        return announce(request, [start(request, channel, Run.Kind.BULK, ids, words)])
