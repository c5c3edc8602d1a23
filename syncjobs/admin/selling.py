"""Update Q: quantities of chosen listings are told at once, even those that are told once only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from channels import selling
from channels.admin import profile as profiles
from channels.admin import selling_list as lists
from channels.admin.arranging import carried
from channels.admin.previewing import CONFIRMED
from channels.models import Channel, Listing, Profile, SellingList
from channels.profiles import current
from desk.cells import list_of, page_of
from desk.lists import ModelAdmin
from desk.saying import gettext, ngettext
from syncjobs.admin import listing as listings_page
from syncjobs.admin.starting import NothingToSend, SenderMixin, announce, start
from syncjobs.models import Run

for model in (Profile, SellingList, Listing):
    admin.site.unregister(model)


@dataclass(frozen=True, slots=True)
class Part:
    """One channel's share of an update."""

    channel: Channel
    listing_ids: Sequence[int]
    product_ids: Sequence[int]

    @property
    def problem(self) -> str:
        """Why its quantities only wait, empty when they are told at once."""
        if not self.channel.is_active:
            return gettext("The quantities wait: the channel is switched off.")
        if self.channel.is_stock_synced:
            return ""
        return gettext("The quantities wait: stock sync is off for the channel.")


def parts_of(listings: QuerySet[Listing]) -> list[Part]:
    """Ticked listings by their channel; two queries."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = listings.filter(is_ticked=True).order_by("pk")
    for channel, pk, product in rows.values_list("channel_id", "pk", "product_id"):
        found[channel].append((pk, product))
    channels = Channel.objects.select_related("profile").filter(pk__in=found).order_by("pk")
    return [
        Part(each, [pk for pk, _ in found[each.pk]], [product for _, product in found[each.pk]])
        for each in channels
    ]


def groups_of(part: Part) -> list[tuple[str, str, selling.Preview]]:
    """What an update would tell, by selling list: its name, its rule, its numbers."""
    found: dict[SellingList | None, list[int]] = defaultdict(list)
    rows = Listing.objects.filter(pk__in=part.listing_ids).order_by("selling_list__name", "pk")
    for listing in rows.select_related("selling_list__profile"):
        found[listing.selling_list].append(listing.pk)
    return [
        (
            group.name if group else gettext("In no selling list"),
            current(group.profile if group else part.channel.profile).name,
            selling.preview_move(group, ids, is_asked=True),
        )
        for group, ids in found.items()
    ]


def update(request: HttpRequest, parts: Collection[Part]) -> list[Run]:
    """Ask for these quantities, and for a run of each channel that can tell them. Raises
    NothingToSend."""
    if not parts:
        raise NothingToSend(gettext("Nothing was sent: none of these listings is ticked."))
    runs = []
    with transaction.atomic():
        for part in parts:
            selling.update_quantities(part.channel, part.listing_ids)
            if part.problem:
                messages.warning(request, f"{part.channel}: {part.problem}")
                continue
            words = gettext("Update Q: %(number)d listings") % {"number": len(part.listing_ids)}
            runs.append(start(request, part.channel, Run.Kind.BULK, part.product_ids, words))
    return runs


class UpdaterMixin(SenderMixin, ModelAdmin):
    """Shows what Update Q would tell, then tells it."""

    def update_q(
        self, request: HttpRequest, listings: QuerySet[Listing], subtitle: str, back: str
    ) -> HttpResponse:
        """The page that asks; once confirmed, the run that tells."""
        parts = parts_of(listings)
        if CONFIRMED in request.POST:
            runs = update(request, parts)
            return announce(request, runs) if runs else HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            **carried(request, "update_quantities"),
            "title": gettext("Update Q"),
            "subtitle": subtitle,
            "opts": self.opts,
            "parts": [(part, groups_of(part)) for part in parts],
            "back": back,
        }
        return TemplateResponse(request, "admin/stockcast/update_q.html", context)


@admin.register(Profile)
class ProfileAdmin(UpdaterMixin, profiles.ProfileAdmin):
    """A rule that tells its number once is saved and told in one step, if the person may."""

    def may_send(self, request: HttpRequest) -> bool:
        return self.has_send_permission(request)

    def response_change(self, request: HttpRequest, obj: Profile) -> HttpResponse:
        """Saved and updated: the run is what comes next. The mark of what is due, committed with
        it, wakes the pusher."""
        if "_update" not in request.POST or not self.may_send(request):
            response: HttpResponse = super().response_change(request, obj)
            return response
        runs = update(request, parts_of(profiles.goes_by().filter(goes_by=obj.pk)))
        text = gettext("“%(profile)s” is saved, and its quantities are told now.")
        self.message_user(request, text % {"profile": obj})
        return HttpResponseRedirect(page_of(runs[0]) if len(runs) == 1 else list_of(Run))


@admin.register(SellingList)
class SellingListAdmin(UpdaterMixin, lists.SellingListAdmin):
    """Adds Update Q for the whole list."""

    actions_detail: Any = [*lists.SellingListAdmin.actions_detail, "update_list"]

    @action(description=_("Update Q"), icon="send", url_path="update-q", permissions=["send"])
    def update_list(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shown to whoever sees the list; only a POST sends."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = SellingList.objects.select_related("channel").filter(pk=object_id).first()
        if found is None:
            raise Http404(object_id)
        try:
            listings = Listing.objects.filter(selling_list=found)
            return self.update_q(request, listings, str(found), page_of(found))
        except NothingToSend as refused:
            self.message_user(request, refused.message, messages.ERROR)
            return HttpResponseRedirect(page_of(found))


@admin.register(Listing)
class ListingAdmin(UpdaterMixin, listings_page.ListingAdmin):
    """Adds Update Q for chosen listings."""

    actions = [*listings_page.ListingAdmin.actions, "update_quantities"]

    @action(description=_("Update Q…"), permissions=["send"])
    def update_quantities(
        self, request: HttpRequest, listings: QuerySet[Listing]
    ) -> HttpResponse | None:
        number = listings.count()
        subtitle = ngettext("%(number)d listing", "%(number)d listings", number) % {
            "number": number
        }
        return self.update_q(request, listings, subtitle, request.get_full_path())
