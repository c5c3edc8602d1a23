"""Chosen listings are held back, let go, ticked or unticked; what becomes of them is seen first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from channels import selling
from channels.admin import foreseen, switching
from channels.admin.previewing import CONFIRMED
from channels.models import Listing
from desk import numbers
from desk.lists import ModelAdmin
from inventory.admin.product import parts_of


class Switch(NamedTuple):
    """What an action does to listings. stands: how each stands then."""

    title: Any
    lead: Any
    verb: Callable[[QuerySet[Listing]], int]
    stands: Mapping[str, bool]


SWITCHES = {
    "hold_back": Switch(
        _("Exclude from sync"),
        _(
            "Nothing is told of these listings until you include them again. The channels keep the"
            " numbers they have."
        ),
        partial(switching.exclude, is_excluded=True),
        {"is_held_back": True},
    ),
    "let_go": Switch(
        _("Include in sync"),
        _("The channels are told of these listings again."),
        partial(switching.exclude, is_excluded=False),
        {"is_held_back": False},
    ),
    "tick": Switch(
        _("Communicate"),
        _("The channels are told of these listings again, by their old link."),
        switching.tick,
        {"is_ticked": True},
    ),
    "untick": Switch(
        _("Stop communicating"),
        _("The channels are told of these listings no more, and keep the numbers they have."),
        switching.untick,
        {"is_ticked": False},
    ),
}


class SwitchesMixin(ModelAdmin):
    """Adds the four actions to the list of listings."""

    @action(description=_("Exclude from sync…"), permissions=["change"])
    def hold_back(self, request: HttpRequest, listings: QuerySet[Listing]) -> HttpResponse | None:
        return self._switch(request, listings, "hold_back")

    @action(description=_("Include in sync…"), permissions=["change"])
    def let_go(self, request: HttpRequest, listings: QuerySet[Listing]) -> HttpResponse | None:
        return self._switch(request, listings, "let_go")

    @action(description=_("Communicate (tick)…"), permissions=["change"])
    def tick(self, request: HttpRequest, listings: QuerySet[Listing]) -> HttpResponse | None:
        return self._switch(request, listings, "tick")

    @action(description=_("Stop communicating (untick)…"), permissions=["change"])
    def untick(self, request: HttpRequest, listings: QuerySet[Listing]) -> HttpResponse | None:
        return self._switch(request, listings, "untick")

    def _switch(
        self, request: HttpRequest, listings: QuerySet[Listing], name: str
    ) -> HttpResponse | None:
        """What becomes of them is seen first, where any channel would hear of it, or no more."""
        switch = SWITCHES[name]
        if CONFIRMED not in request.POST:
            ids, is_whole = foreseen.first_of(listings)
            chosen = Listing.objects.filter(pk__in=ids)
            foresight = selling.foresee(chosen, lambda each: each.but(switch.stands))
            if foresight.is_any:
                foresight.is_whole = is_whole
                return foreseen.ask(
                    self,
                    request,
                    name,
                    foresight,
                    title=switch.title,
                    subtitle=foreseen.counted(ids, is_whole=is_whole),
                    lead=switch.lead,
                    confirm_label=gettext("Confirm"),
                )
        changed = same = 0
        for part in parts_of(listings):
            number = switch.verb(Listing.objects.filter(pk__in=part))
            changed, same = changed + number, same + len(part) - number
        self._report(request, changed, same)
        return None

    def _report(self, request: HttpRequest, changed: int, same: int) -> None:
        told = gettext("Listings changed: %(number)s.") % {"number": numbers.shown(changed)}
        if same:
            told += " " + ngettext(
                "%(number)s was so already.", "%(number)s were so already.", same
            ) % {"number": numbers.shown(same)}
        self.message_user(request, told, messages.SUCCESS)
