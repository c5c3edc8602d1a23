"""Runs: what each sync did, live while it does it."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from channels import reasons
from channels.admin.notes import next_try
from channels.models import Communicated, Location
from desk.cells import ago, list_of, page_of, two_lines
from desk.filters import MomentFilter
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin
from desk.saying import gettext
from desk.searching import LONGEST, NumberSearchMixin
from syncjobs import runner
from syncjobs.admin import emptiness
from syncjobs.admin.emptiness import EmptyFilter
from syncjobs.admin.logs.reasons_page import page_of as reason_page
from syncjobs.admin.progress import RUN_COLORS, duration, is_over, percent, progress
from syncjobs.admin.starting import SenderMixin, announce
from syncjobs.counting import MOST_GROUPED, bounded, count, keyed
from syncjobs.models import ProcessLog, Run

LOG_LINES = 50
APPROVED = gettext_noop("Approved that its zeros are told.")
REFUSED = gettext_noop("Decided that its zeros stay untold.")


def _posts_to(run: Run, answer: str) -> str:
    """Attributes of a button in the page's form that sends it elsewhere."""
    return format_html(
        'formaction="{}"', reverse("admin:syncjobs_run_decide", args=[run.pk, answer])
    )


class Said(NamedTuple):
    """Lines of the log with one reason: how many, what to do, and just those lines."""

    label: str
    advice: str
    figure: str
    url: str
    page: str


def _said(run: Run) -> list[Said]:
    """What there is to say about a run by reason, the commonest first. Of a very long log not all
    is looked at, and its numbers are told as no more than lists show."""
    found = count({}, {"": keyed(run.logs.all(), "code")})
    counts = {name.removeprefix(":"): each.rows for name, each in found.items()}
    is_cut = sum(counts.values()) >= MOST_GROUPED
    return [
        Said(
            reasons.label(code),
            reasons.advice(code),
            gettext("%(number)s or more") % {"number": bounded(lines)}
            if is_cut
            else bounded(lines),
            list_of(ProcessLog, run__id__exact=run.pk, code=code),
            reason_page(code),
        )
        for code, lines in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST


def _next_try(run: Run) -> str:
    """When the channel that a run broke off at is tried again; "" once it answered since."""
    is_broken = run.status == Run.Status.FAILED and run.channel.problem_code
    return next_try(run.channel) if is_broken and run.channel.is_active else ""


def _preview(run: Run) -> dict[str, Any] | None:
    """What a paused run was about to tell, locations by name."""
    if run.preview is None:
        return None
    names = dict(Location.objects.filter(channel=run.channel_id).values_list("pk", "name"))
    top = [
        {**change, "location": names.get(change["location_id"], "")}
        for change in run.preview["top"]
    ]
    return {**run.preview, "top": top}


@admin.register(Run)
class RunAdmin(SenderMixin, ReadOnlyMixin, NumberSearchMixin, ModelAdmin):
    """Written by the runner alone."""

    list_display = [
        "show_run",
        "channel",
        "kind",
        "show_trigger",
        "show_status",
        "show_progress",
        "sent",
        "unchanged",
        "skipped",
        "failed",
        "show_duration",
        "show_started",
    ]
    list_filter = [
        ("channel", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("trigger", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        EmptyFilter,
        ("created_at", MomentFilter),
    ]
    list_filter_submit = True
    list_fullwidth = True
    list_before_template = "admin/syncjobs/run/before.html"
    list_select_related = ["channel"]
    prefix = "#"
    search_fields = ["requested_by"]
    search_help_text = _("Who asked for it, or a run's number")
    ordering = ["-id"]
    empty_hint = _("Runs appear here by themselves, every time something is sent to a channel.")

    def get_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return []

    def get_urls(self) -> list[URLPattern]:
        polled = path(
            "<int:pk>/progress/",
            self.admin_site.admin_view(self.progress_view),
            name="syncjobs_run_progress",
        )
        followed = path(
            "progress/",
            self.admin_site.admin_view(self.progresses_view),
            name="syncjobs_run_progresses",
        )
        decided = path(
            "<int:pk>/decide/<str:answer>/",
            self.admin_site.admin_view(require_POST(self.decide_view)),
            name="syncjobs_run_decide",
        )
        return [polled, followed, decided, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, with a word on what it leaves out."""
        context = {"hidden": emptiness.told(request.GET), "shown_url": list_of(Run, empty="shown")}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def decide_view(self, request: HttpRequest, pk: int, answer: str) -> HttpResponse:
        """A person lets a paused run's zeros go, or leaves them untold."""
        decide = {"approve": runner.approve, "refuse": runner.refuse}.get(answer)
        if decide is None or not Run.objects.filter(pk=pk).exists():
            raise Http404(f"Run {pk}")
        if not self.has_send_permission(request):
            raise PermissionDenied
        try:
            run = decide(pk, request.user.get_username())
        except runner.NotPaused as error:
            self.message_user(request, str(error), messages.WARNING)
            return HttpResponseRedirect(reverse("admin:syncjobs_run_change", args=[pk]))
        words = APPROVED if answer == "approve" else REFUSED
        self.log_change(request, run, gettext(words))
        if answer == "approve":
            return announce(request, [run])
        self.message_user(
            request, gettext("The zeros stay untold until their stock changes, or a day is over.")
        )
        return HttpResponseRedirect(page_of(run))

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Progress as JSON, for the page that follows it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = Run.objects.filter(pk=pk).first()
        if run is None:
            raise Http404(f"Run {pk}")
        return JsonResponse(progress(run))

    def progresses_view(self, request: HttpRequest) -> JsonResponse:
        """Progress of the runs of a list by number, for the page that follows them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = [each for each in request.GET.get("ids", "").split(",") if _is_number(each)]
        runs = Run.objects.filter(pk__in=asked[: self.list_per_page])
        return JsonResponse({str(run.pk): progress(run) for run in runs})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Progress and logs instead of a form."""
        run = kwargs.get("obj")
        if isinstance(run, Run):
            may_read = request.user.has_perms(["syncjobs.view_processlog"])
            lines = list(run.logs.all()[: LOG_LINES + 1]) if may_read else []
            context |= {
                "title": gettext("Run %(number)d: %(kind)s")
                % {"number": str(run.pk), "kind": run.get_kind_display()},
                "subtitle": run.channel.name,
                "run": run,
                "progress": progress(run),
                "progress_url": reverse("admin:syncjobs_run_progress", args=[run.pk]),
                "advice": reasons.advice(run.error_code),
                "next_try": _next_try(run),
                "reason_page": reason_page(run.error_code) if may_read else "",
                "said": _said(run) if may_read else [],
                "channel_page": page_of(run.channel),
                "may_decide": run.status == Run.Status.PAUSED and self.has_send_permission(request),
                "preview": _preview(run),
                "held_url": list_of(
                    Communicated, channel__id__exact=run.channel_id, reason="breaker"
                ),
                "approve": _posts_to(run, "approve"),
                "refuse": _posts_to(run, "refuse"),
                "lines": [(line, ago(line.created_at), reasons.label(line.code)) for line in lines][
                    :LOG_LINES
                ],
                "all_lines": list_of(ProcessLog, run__id__exact=run.pk)
                if len(lines) > LOG_LINES
                else "",
            }
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=_("Run"), ordering="id")
    def show_run(self, run: Run) -> str:
        return f"#{run.pk}"

    @display(description=_("Because"), ordering="trigger")
    def show_trigger(self, run: Run) -> str:
        if not run.requested_by:
            return run.get_trigger_display()
        return two_lines(run.get_trigger_display(), run.requested_by)

    @display(description=_("Status"), ordering="status", label=RUN_COLORS)
    def show_status(self, run: Run) -> tuple[str, str]:
        return run.status, run.get_status_display()

    @display(description=_("Progress"))
    def show_progress(self, run: Run) -> str:
        color = RUN_COLORS[Run.Status(run.status)]
        return format_html(
            '<div class="sc-bar is-{}" role="img" aria-label="{} %"{}>'
            '<span style="width:{}%"></span></div>',
            color,
            percent(run),
            "" if is_over(run) else format_html(' data-run="{}"', run.pk),
            percent(run),
        )

    @display(description=_("Duration"))
    def show_duration(self, run: Run) -> str:
        return duration(run)

    @display(description=_("Started"), ordering="created_at")
    def show_started(self, run: Run) -> str:
        return ago(run.started_at or run.created_at)
