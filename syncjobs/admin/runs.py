"""Runs: what each sync did, live while it does it."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from channels import reasons
from channels.models import Communicated, Location
from desk.cells import NOTHING, ago, list_of, page_of
from desk.lists import ModelAdmin
from desk.moments import MomentFilter
from desk.readonly import ReadOnlyMixin
from syncjobs import runner
from syncjobs.admin.starting import SenderMixin, announce
from syncjobs.models import ProcessLog, Run

RUN_COLORS = {
    Run.Status.QUEUED: "info",
    Run.Status.RUNNING: "info",
    Run.Status.FINISHED: "success",
    Run.Status.FAILED: "danger",
    Run.Status.INTERRUPTED: "warning",
    Run.Status.PAUSED: "warning",
}
UNFINISHED = {Run.Status.QUEUED, Run.Status.RUNNING}
LOG_LINES = 50


def is_over(run: Run) -> bool:
    return run.status not in UNFINISHED


def percent(run: Run) -> int:
    """How far a run is, 0 to 100."""
    if run.total:
        return min(100, 100 * run.done // run.total)
    return 100 if is_over(run) else 0


def duration(run: Run) -> str:
    """How long it took, or takes so far."""
    if run.started_at is None:
        return NOTHING
    seconds = ((run.ended_at or timezone.now()) - run.started_at).total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    return str(datetime.timedelta(seconds=round(seconds)))


def headline(run: Run) -> str:
    """How much was looked at; what is skipped on the way is not in the total from the start."""
    unit = "orders refused" if run.kind == Run.Kind.ORDERS else "quantities"
    if run.total > run.done and not is_over(run):
        return f"{run.done} of {run.total} {unit}"
    return f"{run.done} {unit}"


def progress(run: Run) -> dict[str, Any]:
    """What the page of a run shows and polls for. Counts are listing levels."""
    return {
        "status": run.get_status_display(),
        "color": RUN_COLORS[Run.Status(run.status)],
        "is_over": is_over(run),
        "percent": percent(run),
        "duration": duration(run),
        "headline": headline(run),
        "total": run.total,
        "done": run.done,
        "sent": run.sent,
        "unchanged": run.unchanged,
        "skipped": run.skipped,
        "failed": run.failed,
        "held": run.held,
    }


def _posts_to(run: Run, answer: str) -> str:
    """Attributes of a button in the page's form that sends it elsewhere."""
    return format_html(
        'formaction="{}"', reverse("admin:syncjobs_run_decide", args=[run.pk, answer])
    )


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
class RunAdmin(SenderMixin, ReadOnlyMixin, ModelAdmin):
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
        ("created_at", MomentFilter),
    ]
    list_filter_submit = True
    list_fullwidth = True
    list_select_related = ["channel"]
    search_fields = ["requested_by"]
    search_help_text = "Who asked for it"
    ordering = ["-id"]
    empty_hint = "Runs appear here by themselves, every time something is sent to a channel."

    def get_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return []

    def get_urls(self) -> list[URLPattern]:
        polled = path(
            "<int:pk>/progress/",
            self.admin_site.admin_view(self.progress_view),
            name="syncjobs_run_progress",
        )
        decided = path(
            "<int:pk>/decide/<str:answer>/",
            self.admin_site.admin_view(require_POST(self.decide_view)),
            name="syncjobs_run_decide",
        )
        return [polled, decided, *super().get_urls()]

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
        self.log_change(request, run, f"{answer.title()}d that its zeros are told")
        if answer == "approve":
            return announce(request, [run])
        self.message_user(request, "The zeros stay untold until their stock changes.")
        return HttpResponseRedirect(page_of(run))

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Progress as JSON, for the page that follows it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = Run.objects.filter(pk=pk).first()
        if run is None:
            raise Http404(f"Run {pk}")
        return JsonResponse(progress(run))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Progress and logs instead of a form."""
        run = kwargs.get("obj")
        if isinstance(run, Run):
            may_read = request.user.has_perms(["syncjobs.view_processlog"])
            lines = list(run.logs.all()[: LOG_LINES + 1]) if may_read else []
            context |= {
                "title": f"{run}: {run.get_kind_display()}",
                "subtitle": run.channel.name,
                "run": run,
                "progress": progress(run),
                "progress_url": reverse("admin:syncjobs_run_progress", args=[run.pk]),
                "advice": reasons.advice(run.error_code),
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

    @display(description="Run", ordering="id")
    def show_run(self, run: Run) -> str:
        return f"#{run.pk}"

    @display(description="Because", ordering="trigger")
    def show_trigger(self, run: Run) -> str:
        return f"{run.get_trigger_display()}, {run.requested_by}".rstrip(", ")

    @display(description="Status", ordering="status", label=RUN_COLORS)
    def show_status(self, run: Run) -> tuple[str, str]:
        return run.status, run.get_status_display()

    @display(description="Progress")
    def show_progress(self, run: Run) -> str:
        color = RUN_COLORS[Run.Status(run.status)]
        return format_html(
            '<div class="sc-bar is-{}" role="img" aria-label="{} %"><span style="width:{}%"></span>'
            "</div>",
            color,
            percent(run),
            percent(run),
        )

    @display(description="Duration")
    def show_duration(self, run: Run) -> str:
        return duration(run)

    @display(description="Started", ordering="created_at")
    def show_started(self, run: Run) -> str:
        return ago(run.started_at or run.created_at)
