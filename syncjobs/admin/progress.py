"""How far a run is, in figures and in words."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from desk import numbers
from desk.cells import NOTHING
from syncjobs.models import Run

RUN_COLORS = {
    Run.Status.QUEUED: "info",
    Run.Status.RUNNING: "info",
    Run.Status.FINISHED: "success",
    Run.Status.FAILED: "danger",
    Run.Status.INTERRUPTED: "warning",
    Run.Status.PAUSED: "warning",
}
UNFINISHED = {Run.Status.QUEUED, Run.Status.RUNNING}


def is_over(run: Run) -> bool:
    return run.status not in UNFINISHED


def percent(run: Run) -> int:
    """How far a run is, 0 to 100."""
    if run.status == Run.Status.FINISHED:
        return 100
    if run.total:
        return min(100, 100 * run.done // run.total)
    return 100 if is_over(run) else 0


def duration(run: Run) -> str:
    """How long it took, or takes so far."""
    if run.started_at is None:
        return NOTHING
    return lasted(((run.ended_at or timezone.now()) - run.started_at).total_seconds())


def lasted(seconds: float) -> str:
    """So many seconds as everybody reads them: 33.8 s, 1 min 3 s, 2 h 5 min."""
    if round(seconds, 1) < 60:
        return gettext("%(seconds)s s") % {"seconds": numbers.shown(seconds, 1)}
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return gettext("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}
    hours, minutes = divmod(minutes, 60)
    return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def headline(run: Run) -> str:
    """How much was looked at; what is skipped on the way is not in the total from the start."""
    if run.kind == Run.Kind.ORDERS:
        text = ngettext("%(done)d order refused", "%(done)d orders refused", run.done)
    elif run.total > run.done and not is_over(run):
        text = ngettext(
            "%(done)d of %(total)d quantity", "%(done)d of %(total)d quantities", run.total
        )
    else:
        text = ngettext("%(done)d quantity", "%(done)d quantities", run.done)
    return numbers.said(text, {"done": run.done, "total": run.total})


def rate(run: Run) -> str:
    """How many were looked at in a second or a minute; "" before there is something to say."""
    if run.started_at is None or not run.done:
        return ""
    seconds = ((run.ended_at or timezone.now()) - run.started_at).total_seconds()
    each_second = run.done / max(seconds, 0.1)
    if each_second >= 1:
        return gettext("%(number)s a second") % {"number": numbers.shown(each_second, 0)}
    return gettext("%(number)s a minute") % {"number": numbers.shown(60 * each_second, 0)}


def progress(run: Run) -> dict[str, Any]:
    """What the page of a run shows and polls for. Counts are listing levels."""
    return {
        "status": run.get_status_display(),
        "color": RUN_COLORS[Run.Status(run.status)],
        "is_over": is_over(run),
        "percent": percent(run),
        "duration": duration(run),
        "headline": headline(run),
        "rate": rate(run),
        "total": run.total,
        "done": run.done,
        "sent": run.sent,
        "unchanged": run.unchanged,
        "skipped": run.skipped,
        "failed": run.failed,
        "held": run.held,
    }
