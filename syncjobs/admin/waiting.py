"""What of a channel's levels waits to be told, or to be seen there: counted on the first page, and
listed by the communicated table."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from channels import finding
from channels.admin.communicated_filters import chosen_channel
from channels.models import Channel, Communicated, ListingLevel
from desk.cells import list_of
from desk.narrowing import these
from desk.searching import LONGEST
from syncjobs import backlog

UNCONFIRMED = ListingLevel.objects.filter(told_at__isnull=False).order_by()


def unconfirmed(channel: Channel) -> QuerySet[ListingLevel]:
    """Levels whose number the channel took and does not show yet, as far as we have seen."""
    # By location, because that is what the partial index of these levels starts with.
    return UNCONFIRMED.filter(location__in=channel.locations.all())


class ProgressFilter(DropdownFilter):
    """How far the telling of a number has come."""

    title = _("telling")
    parameter_name = "telling"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Waits to be sent")), ("unconfirmed", _("Taken, not seen there yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "unconfirmed":
            return finding.unconfirmed(queryset, chosen=chosen_channel(request))
        if self.value() == "waiting":
            # By their numbers: along the index of due levels, no further than a list is read.
            return queryset.filter(level__in=these(backlog.levels(_channels(request))))
        return queryset


def _channels(request: HttpRequest) -> list[int]:
    """The channel that the list is narrowed to, or all."""
    chosen = request.GET.get("channel__id__exact", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) <= LONGEST:
        return [int(chosen)]
    return list(Channel.objects.order_by().values_list("pk", flat=True))


def waiting_url(channel: Channel) -> str:
    """The list of what waits for the channel."""
    return list_of(Communicated, channel__id__exact=channel.pk, telling="waiting")


def unconfirmed_url(channel: Channel) -> str:
    """The list of what the channel does not show yet."""
    return list_of(Communicated, channel__id__exact=channel.pk, telling="unconfirmed")
