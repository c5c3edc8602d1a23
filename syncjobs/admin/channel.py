"""Channels: how much waits for each, and runs that a person starts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.decorators import action, display

from channels.admin import channel as base
from channels.admin.cells import NOTHING, ago, link, list_of, page_of, two_lines
from channels.models import Channel, Communicated, ListingLevel
from syncjobs import claims
from syncjobs.admin.starting import SenderMixin, announce, start
from syncjobs.models import Run

admin.site.unregister(Channel)


def with_backlog(channels: QuerySet[Channel]) -> QuerySet[Channel]:
    """Annotates `backlog` (due levels that may be sent), `oldest_at` and the last run's id, kind,
    status and time."""
    due = (
        ListingLevel.objects.filter(claims.SENDABLE, claims.DUE, location__channel=OuterRef("pk"))
        .order_by()
        .values("location__channel")
    )
    last = Run.objects.filter(channel=OuterRef("pk")).order_by("-pk")
    return channels.annotate(
        backlog=Subquery(due.annotate(number=Count("pk")).values("number")),
        oldest_at=Subquery(due.annotate(first=Min("stale_at")).values("first")),
        last_run=Subquery(last.values("pk")[:1]),
        last_kind=Subquery(last.values("kind")[:1]),
        last_status=Subquery(last.values("status")[:1]),
        last_at=Subquery(last.values("created_at")[:1]),
    )


@admin.register(Channel)
class ChannelAdmin(SenderMixin, base.ChannelAdmin):
    """Adds backlog, freshness, and the two runs that concern a whole channel."""

    list_display = [
        "name",
        "show_kind",
        "show_state",
        "show_backlog",
        "show_oldest",
        "show_last_run",
        "show_problem",
    ]
    actions_detail: Any = [
        *base.ChannelAdmin.actions_detail,
        {"title": "Sync now", "icon": "sync", "items": ["hard_sync", "send_new"]},
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Channel]:
        return with_backlog(super().get_queryset(request))

    @display(description="Waiting", ordering="backlog")
    def show_backlog(self, channel: Any) -> str:
        url = list_of(Communicated, channel__id__exact=channel.pk, state__exact="pending")
        return link(url, channel.backlog) if channel.backlog else "0"

    @display(description="Oldest waits since", ordering="oldest_at")
    def show_oldest(self, channel: Any) -> str:
        return ago(channel.oldest_at)

    @display(description="Last run", ordering="last_at")
    def show_last_run(self, channel: Any) -> str:
        if channel.last_run is None:
            return NOTHING
        run = Run(pk=channel.last_run, kind=channel.last_kind, status=channel.last_status)
        words = f"{run.get_kind_display()}: {run.get_status_display()}"
        return two_lines(link(page_of(run), words), ago(channel.last_at))

    @action(description="Hard sync", icon="sync_lock", url_path="hard-sync", permissions=["send"])
    def hard_sync(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask_or_start(
            request,
            object_id,
            Run.Kind.HARD,
            "Reads every quantity at the channel and overwrites what differs with the absolute"
            " number. Settings, mappings and exclusions are kept.",
        )

    @action(
        description="Send new products now",
        icon="new_releases",
        url_path="send-new",
        permissions=["send"],
    )
    def send_new(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask_or_start(
            request,
            object_id,
            Run.Kind.NEW,
            "Matches the new products whose day has come and sends their first quantity, without"
            " waiting for the schedule. To send one sooner, sync it from the product list.",
        )

    def _ask_or_start(
        self, request: HttpRequest, object_id: str, kind: Run.Kind, description: str
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        channel = Channel.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if channel is None:
            raise Http404(object_id)
        if not (channel.is_active and channel.is_stock_synced):
            self.message_user(
                request, "Switch the channel and its stock sync on first.", messages.ERROR
            )
            return HttpResponseRedirect(page_of(channel))
        if request.method == "POST":
            return announce(request, [start(request, channel, kind, [], kind.label)])
        return self._ask(request, channel, kind, description)

    def _ask(
        self, request: HttpRequest, channel: Channel, kind: Run.Kind, description: str
    ) -> HttpResponse:
        levels = claims.count_chosen(channel, [])
        context = {
            **self.admin_site.each_context(request),
            "title": kind.label,
            "subtitle": channel.name,
            "opts": self.opts,
            "description": description,
            "levels": levels if kind == Run.Kind.HARD else None,
            "back": page_of(channel),
        }
        return TemplateResponse(request, "admin/stockcast/start_run.html", context)
