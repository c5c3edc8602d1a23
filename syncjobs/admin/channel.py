"""Channels: how much waits for each, and runs that a person starts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from channels import mirroring
from channels.admin import channel as base
from channels.admin.notes import next_try
from channels.models import Channel, Publication
from desk import numbers
from desk.cells import NOTHING, ago, link, page_of, two_lines
from desk.saying import gettext
from syncjobs import claims, freshness
from syncjobs.admin.progress import lasted
from syncjobs.admin.starting import SenderMixin, announce, start
from syncjobs.admin.waiting import waiting_url
from syncjobs.admin.windows import TOLD, since
from syncjobs.freshness import Freshness
from syncjobs.models import Run

admin.site.unregister(Channel)


HELP = _(
    "How far the channel is behind: what waits to be told, and how long a change of stock took in"
    " the last hour from its commit here to the channel's yes. It grows when there are more changes"
    " than the channel allows us calls."
)


def with_last_run(channels: QuerySet[Channel]) -> QuerySet[Channel]:
    """Annotates the last run's id, kind, status and time."""
    last = Run.objects.filter(channel=OuterRef("pk")).order_by("-pk")
    return channels.annotate(
        paused_run=Subquery(last.filter(status=Run.Status.PAUSED).values("pk")[:1]),
        last_run=Subquery(last.values("pk")[:1]),
        last_kind=Subquery(last.values("kind")[:1]),
        last_status=Subquery(last.values("status")[:1]),
        last_at=Subquery(last.values("created_at")[:1]),
    )


def add_freshness(channels: Iterable[Any]) -> None:
    """Give each channel its `freshness`, in as many queries as for one."""
    listed = list(channels)
    found = freshness.of(listed)
    for channel in listed:
        channel.freshness = found[channel.pk]


def fresh(channel: Any) -> Freshness:
    """The channel's freshness, looked up once."""
    if not hasattr(channel, "freshness"):
        add_freshness([channel])
    found: Freshness = channel.freshness
    return found


def told_url(channel: Channel) -> str:
    """The list of receipts that its speed is reckoned from."""
    return since(
        Publication,
        "answered_at",
        timezone.now() - freshness.WINDOW,
        batch__channel__id__exact=channel.pk,
        status__in=TOLD,
    )


def speed(found: Freshness) -> str:
    """How long changes took in the last hour; empty when none was told."""
    if found.median is None or found.slowest is None:
        return ""
    return gettext("half within %(median)s, 99 of 100 within %(slowest)s") % {
        "median": lasted(found.median),
        "slowest": lasted(found.slowest),
    }


def budget(found: Freshness) -> str:
    """How much of the calls that the channel allows is used; empty when it is not known."""
    return (
        ""
        if found.budget_used is None
        else gettext("%(share)s used now") % {"share": f"{found.budget_used:.0%}"}
    )


@admin.register(Channel)
class ChannelAdmin(SenderMixin, base.ChannelAdmin):
    """Adds freshness, and the two runs that concern a whole channel."""

    list_display = [
        "name",
        "show_kind",
        "show_state",
        "show_backlog",
        "show_oldest",
        "show_speed",
        "show_last_run",
        "show_problem",
    ]
    readonly_fields = [
        *base.ChannelAdmin.readonly_fields,
        "show_backlog",
        "show_oldest",
        "show_speed",
        "show_told",
        "show_budget",
    ]
    actions_detail: Any = [
        *base.ChannelAdmin.actions_detail,
        {"title": _("Sync now"), "icon": "sync", "items": ["hard_sync", "send_new", "compare_now"]},
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Channel]:
        return with_last_run(super().get_queryset(request))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The rows of the list, their freshness looked up for all together."""
        found = super().get_changelist_instance(request)
        found.result_list = list(found.result_list)
        add_freshness(found.result_list)
        return found

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        first, *others = super().get_fieldsets(request, obj)
        if obj is None:
            return [first, *others]
        figures = [("show_backlog", "show_oldest"), ("show_speed", "show_told"), "show_budget"]
        return [first, (gettext("Freshness"), {"fields": figures, "description": HELP}), *others]

    @display(description=_("Problem"))
    def show_problem(self, channel: Channel) -> str:
        """With when it is tried next, so that nobody wonders whether to wait."""
        told = super().show_problem(channel)
        return f"{told} {next_try(channel)}" if told and channel.is_active else told

    @display(description=_("Waiting"))
    def show_backlog(self, channel: Any) -> str:
        backlog = fresh(channel).backlog
        return link(waiting_url(channel), numbers.shown(backlog)) if backlog else "0"

    @display(description=_("Oldest waits since"))
    def show_oldest(self, channel: Any) -> str:
        return ago(fresh(channel).oldest_due_at)

    @display(description=_("Changes told, last hour"))
    def show_speed(self, channel: Any) -> str:
        return speed(fresh(channel)) or NOTHING

    @display(description=_("Quantities told, last hour"))
    def show_told(self, channel: Any) -> str:
        told = fresh(channel).told
        return link(told_url(channel), numbers.shown(told)) if told else "0"

    @display(description=_("Calls the channel allows"))
    def show_budget(self, channel: Any) -> str:
        return budget(fresh(channel)) or gettext("not known: nobody called it lately")

    @display(description=_("Last run"), ordering="last_at")
    def show_last_run(self, channel: Any) -> str:
        if channel.last_run is None:
            return NOTHING
        run = Run(pk=channel.last_run, kind=channel.last_kind, status=channel.last_status)
        words = f"{run.get_kind_display()}: {run.get_status_display()}"
        return two_lines(link(page_of(run), words), ago(channel.last_at))

    @action(
        description=_("Hard sync"), icon="sync_lock", url_path="hard-sync", permissions=["send"]
    )
    def hard_sync(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask_or_start(
            request,
            object_id,
            Run.Kind.HARD,
            gettext(
                "Reads every quantity at the channel and overwrites what differs with the absolute"
                " number. Settings, mappings and exclusions are kept."
            ),
        )

    @action(
        description=_("Send new products now"),
        icon="new_releases",
        url_path="send-new",
        permissions=["send"],
    )
    def send_new(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask_or_start(
            request,
            object_id,
            Run.Kind.NEW,
            gettext(
                "Matches the new products whose day has come and sends their first quantity,"
                " without waiting for the schedule. To send one sooner, sync it from the product"
                " list."
            ),
        )

    @action(
        description=_("Compare now"),
        icon="compare_arrows",
        url_path="compare-now",
        permissions=["send"],
    )
    def compare_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask_or_start(
            request,
            object_id,
            Run.Kind.COMPARE,
            gettext(
                "Reads what the channel shows and compares it with what it should show, as every 15"
                " minutes. Differences appear under Drift, and are mended if the channel is set so."
            ),
        )

    def _ask_or_start(
        self, request: HttpRequest, object_id: str, kind: Run.Kind, description: str
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        channel = Channel.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if channel is None:
            raise Http404(object_id)
        is_source = kind == Run.Kind.COMPARE and bool(mirroring.sources(channel))
        if not (channel.is_active and (channel.is_stock_synced or is_source)):
            self.message_user(
                request, gettext("Switch the channel and its stock sync on first."), messages.ERROR
            )
            return HttpResponseRedirect(page_of(channel))
        if request.method == "POST":
            with translation.override("en"):  # the history tells each reader in his own language
                label = str(kind.label)
            return announce(request, [start(request, channel, kind, [], gettext(label))])
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
