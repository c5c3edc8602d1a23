"""Chosen listings are put into a selling list, moved to another, or taken out of theirs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from channels import profiles, selling
from channels.admin import wording
from channels.admin.previewing import CONFIRMED
from channels.models import Channel, Listing, SellingList
from desk import numbers
from desk.errors import Refused
from desk.lists import ModelAdmin
from desk.saying import gettext, ngettext

NO_LIST = "none"


class Unarrangeable(Refused):
    """These listings can not be put there."""

    code = "unarrangeable"


def carried(request: HttpRequest, name: str) -> dict[str, Any]:
    """What an action's own page sends along, so that the list of records acts on the same ones."""
    return {
        "action": name,
        "checkbox": ACTION_CHECKBOX_NAME,
        "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "is_across": request.POST.get("select_across", "0"),
        "confirmed": CONFIRMED,
        "back": request.get_full_path(),
    }


class ArrangingMixin(ModelAdmin):
    """Adds the action to the list of listings: first which list, then what it would tell."""

    def has_arrange_permission(self, request: HttpRequest) -> bool:
        """Whether the person may say which listings are in a list."""
        return request.user.has_perms(["channels.change_sellinglist"])

    @action(description=_("Put into selling list…"), permissions=["arrange"])
    def put_into_list(
        self, request: HttpRequest, listings: QuerySet[Listing]
    ) -> HttpResponse | None:
        channel = _one_channel(listings)
        if "list" not in request.POST:
            return self._choose(request, channel, listings.count())
        target = _target(channel, request.POST["list"])
        ids = list(listings.order_by().values_list("pk", flat=True))
        if CONFIRMED not in request.POST:
            return self._preview(request, channel, target, ids)
        moved = selling.assign(target, ids)
        if target:
            text = gettext("Listings put into “%(list)s”: %(number)d.")
        else:
            text = gettext("Listings taken out of their selling list: %(number)d.")
        named = target.name if target else ""
        messages.success(request, text % {"list": named, "number": moved})
        return None

    def _choose(self, request: HttpRequest, channel: Channel, number: int) -> HttpResponse:
        lists = channel.selling_lists.select_related("profile")
        context = {
            **self.admin_site.each_context(request),
            **carried(request, "put_into_list"),
            "title": gettext("Put into selling list"),
            "subtitle": _counted(number, channel),
            "opts": self.opts,
            "lists": lists.annotate(listing_count=Count("listings")),
            "no_list": NO_LIST,
            "channel": channel,
        }
        return TemplateResponse(request, "admin/channels/listing/put_into_list.html", context)

    def _preview(
        self, request: HttpRequest, channel: Channel, target: SellingList | None, ids: list[int]
    ) -> HttpResponse:
        rule = profiles.current(target.profile if target else channel.profile)
        context = {
            **self.admin_site.each_context(request),
            **carried(request, "put_into_list"),
            "title": gettext("Put into “%(list)s”") % {"list": target.name}
            if target
            else gettext("Take out of the selling list"),
            "subtitle": _counted(len(ids), channel),
            "opts": self.opts,
            "headline": f"{rule.name}: {wording.headline(rule)}",
            "summary": wording.summary(rule, wording.names_of([rule])),
            "preview": selling.preview_move(target, ids),
            "list": request.POST["list"],
        }
        return TemplateResponse(request, "admin/channels/listing/preview.html", context)


def _counted(number: int, channel: Channel) -> str:
    text = ngettext(
        "%(number)d listing of %(channel)s", "%(number)d listings of %(channel)s", number
    )
    return numbers.said(text, {"number": number, "channel": channel})


def _one_channel(listings: QuerySet[Listing]) -> Channel:
    channels = list(Channel.objects.filter(pk__in=listings.order_by().values("channel"))[:2])
    if len(channels) != 1:
        raise Unarrangeable(
            gettext(
                "These listings are of several channels, and a selling list belongs to one. Filter"
                " by channel, then choose again."
            )
        )
    return channels[0]


def _target(channel: Channel, chosen: str) -> SellingList | None:
    if chosen == NO_LIST:
        return None
    lists = SellingList.objects.filter(channel=channel)
    found = lists.filter(pk=chosen).first() if chosen.isdecimal() else None
    if found is None:
        raise Unarrangeable(gettext("Choose a selling list of %(channel)s.") % {"channel": channel})
    return found
