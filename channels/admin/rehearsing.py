"""Changes of what feeds what: the change is made, the mapping it makes is read, and all of it is
undone; a person sees what the channels would be told by it, and only what is confirmed is done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext

from channels import mapping, selling
from channels.admin.foreseen import told_context
from channels.admin.previewing import CONFIRMED, typed_in
from channels.mapping import Source
from channels.models import Channel, Communicated, Listing, Location
from channels.selling import Foresight
from desk.cells import list_of
from desk.lists import ModelAdmin


@dataclass(frozen=True, slots=True)
class Change:
    """What was tried. feeds: the mapping it makes, by location id, of all its places. silenced:
    places that are told nothing then. switches: flags of a channel that change, as they will be.
    name: of what is changed, for people."""

    feeds: Mapping[int, Sequence[Source]] = field(default_factory=dict)
    places: Collection[int] = ()
    silenced: Collection[int] = ()
    switches: Mapping[str, bool] = field(default_factory=dict)
    channel_id: int | None = None
    name: str = ""


class Rehearsed(Exception):  # noqa: N818 - not an error: a person is to be asked
    """The change is possible, was tried, and is undone by this."""

    def __init__(self, change: Change) -> None:
        super().__init__("a person has to confirm this first")
        self.change = change


def tried(places: QuerySet[Location], silenced: Collection[int] = ()) -> Change:
    """The mapping of these places as it is within this transaction; two statements."""
    ids = list(places.filter(mirror=None).values_list("pk", flat=True))
    return Change(mapping.sources(ids), ids, silenced)


def foresee(change: Change) -> list[tuple[str, Foresight]]:
    """What it would do, each part with its heading."""
    found = []
    now = mapping.sources(change.places)
    other = {each for each in change.places if _ids(now, each) != _ids(change.feeds, each)}
    if other:
        places = list(Location.objects.filter(pk__in=other | {*change.silenced}))
        foresight = selling.foresee_mapping(change.feeds, places, change.silenced)
        found.append((gettext("By the new mapping"), foresight))
    if change.switches and change.channel_id:
        listings = Listing.objects.filter(channel=change.channel_id)
        foresight = selling.foresee(listings, lambda each: each.but(change.switches))
        found.append((gettext("By the switches of the channel"), foresight))
    return [(heading, foresight) for heading, foresight in found if foresight.is_any]


def _ids(feeds: Mapping[int, Sequence[Source]], place: int) -> set[int]:
    return {source.warehouse_id for source in feeds.get(place, ())}


class RehearsedMixin(ModelAdmin):
    """Shows what a change tells the channels, before it is saved. A page calls `rehearse` once it
    knows what was tried."""

    def is_confirmed(self, request: HttpRequest) -> bool:
        """Whether the person has seen what it does."""
        return CONFIRMED in request.POST

    def rehearse(self, request: HttpRequest, change: Change, name: str) -> None:
        """Raises Rehearsed unless the person has seen the preview. Call inside the transaction
        that made the change: it is undone. `name`: of what is changed."""
        if not self.is_confirmed(request):
            raise Rehearsed(replace(change, name=name))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The preview instead of the saved record; what no channel would hear of is saved."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Rehearsed as asked:
            name, parts = asked.change.name, foresee(asked.change)
        if parts:
            return self._show_parts(request, parts, name)
        given: Any = request.POST.copy()
        given[CONFIRMED] = "1"
        request.POST = given
        return super().changeform_view(request, *args, **kwargs)

    def _show_parts(
        self, request: HttpRequest, parts: Sequence[tuple[str, Foresight]], subtitle: str
    ) -> HttpResponse:
        typed = typed_in(request)
        if any(value and self.is_secret(name) for name, value in typed):
            text = gettext(
                "Save the new secret first, and the rest afterwards: the preview of what the"
                " channels are told does not carry secrets along. Nothing was changed."
            )
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Preview"),
            "subtitle": subtitle,
            "typed": typed,
            "confirmed": CONFIRMED,
            "parts": [told_context(foresight) | {"heading": head} for head, foresight in parts],
            "back": request.get_full_path(),
            "is_form": True,
        }
        return TemplateResponse(request, "admin/stockcast/preview.html", context)

    def is_secret(self, _name: str) -> bool:
        """Whether an input of this name must not stand on a page."""
        return False

    def say_what_follows(self, request: HttpRequest, channel: Channel) -> None:
        """After the change: where a person sees what waits, and what became of it."""
        waiting = list_of(
            Communicated, channel__id__exact=channel.pk, state__exact=Communicated.State.PENDING
        )
        text = format_html(
            '{} <a class="sc-link" href="{}">{}</a>',
            gettext("%(channel)s is told by itself what is another number now.")
            % {"channel": channel},
            waiting,
            gettext("See what waits"),
        )
        self.message_user(request, text, messages.INFO)
