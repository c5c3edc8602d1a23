"""What the page of a file shows: how far it is, and row by row what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from desk import numbers
from desk.paging import BoundedPaginator
from inventory.files.kinds import Kind
from syncjobs.models import Upload, UploadRow
from syncjobs.uploads import working

Status = Upload.Status
Effect = UploadRow.Effect
PAGE = 50

COLORS = {
    Status.CHECKING: "info",
    Status.READY: "warning",
    Status.APPLYING: "info",
    Status.DONE: "success",
    Status.FAILED: "danger",
    Status.DISCARDED: "",
}
UNFINISHED = {Status.CHECKING, Status.APPLYING}
LEFT_OUT = [UploadRow.Outcome.CONFLICT, UploadRow.Outcome.REFUSED]
BADGES = {Effect.NEW: "success", Effect.CHANGED: "info", Effect.ERROR: "danger"}


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the rows."""

    code: str
    label: str
    number: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the page shows it: `old` where it changes, `why` where it is refused."""

    text: str
    old: str | None
    is_changed: bool
    why: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the page shows it."""

    number: int
    color: str
    label: str
    cells: Sequence[Cell]
    notes: Sequence[str]
    warning: str


def percent(upload: Upload) -> int:
    """How far the step is that it is at, 0 to 100."""
    done, total = upload.checked, upload.total
    if upload.status in {Status.APPLYING, Status.DONE}:
        done, total = upload.done, upload.to_apply
    if upload.status not in UNFINISHED:
        return 100
    return min(100, 100 * done // total) if total else 0


def headline(upload: Upload) -> str:
    """Where it is, in a sentence."""
    told: dict[str, str] = {
        Status.CHECKING: gettext("%(checked)d of %(total)d rows checked"),
        Status.READY: ngettext(
            "%(to_apply)d row would change something. Nothing is changed yet.",
            "%(to_apply)d rows would change something. Nothing is changed yet.",
            upload.to_apply,
        ),
        Status.APPLYING: gettext("%(done)d of %(to_apply)d rows applied"),
        Status.DONE: ngettext(
            "%(applied)d row applied.", "%(applied)d rows applied.", upload.applied
        ),
        Status.DISCARDED: gettext("Discarded: nothing was changed."),
        Status.FAILED: gettext("Stopped.") if upload.done else gettext("Nothing was changed."),
    }
    if upload.status == Status.CHECKING and not upload.total:
        return gettext("Waiting to be checked")
    if upload.status == Status.READY and not upload.to_apply:
        return gettext("Nothing would change.")
    values = {
        "checked": upload.checked,
        "total": upload.total,
        "to_apply": upload.to_apply,
        "done": upload.done,
        "applied": upload.applied,
    }
    return numbers.said(told[upload.status], values)


def _why_still(upload: Upload) -> str:
    """Where it is, and why it stands still where nobody is at work on it."""
    told = headline(upload)
    if upload.status not in UNFINISHED or working.is_worked_on(upload.pk):
        return told
    if upload.status == Status.CHECKING and not upload.total:
        return told
    is_begun = upload.done if upload.status == Status.APPLYING else upload.checked
    if is_begun or upload.attempts:
        text = gettext(
            "%(told)s. Work on it was cut off there: it goes on by itself within a minute, and no"
            " row is done twice."
        )
    else:
        text = gettext("%(told)s. It waits for its turn.")
    return text % {"told": told}


def progress(upload: Upload) -> dict[str, Any]:
    """What the page shows and polls for. Counts are rows."""
    return {
        "status": upload.get_status_display(),
        "color": COLORS[Status(upload.status)],
        "is_over": upload.status not in UNFINISHED,
        "percent": percent(upload),
        "headline": _why_still(upload),
        "new": upload.new,
        "changed": upload.changed,
        "same": upload.same,
        "errors": upload.errors,
        "applied": upload.applied,
        "left_out": upload.conflicts + upload.refused,
    }


def context(request: HttpRequest, upload: Upload, kind: Kind) -> dict[str, Any]:
    """All that the page's template needs."""
    chosen = _chosen(request, upload)
    page = _page(request, upload, chosen)
    lines = list(page.object_list)
    columns = [column for column in kind.columns if any(column in row.cells for row in lines)]

    def posts_to(name: str) -> str:
        return reverse(f"admin:syncjobs_upload_{name}", args=[upload.pk])

    return {
        "title": upload.file_name,
        "subtitle": kind.label,
        "upload": upload,
        "kind": kind,
        "progress": progress(upload),
        "progress_url": posts_to("progress"),
        "is_ready": upload.status == Status.READY,
        "is_applied": upload.status in {Status.APPLYING, Status.DONE},
        "may_discard": upload.status in {Status.CHECKING, Status.READY, Status.FAILED},
        "apply_url": posts_to("apply"),
        "discard_url": posts_to("discard"),
        "left_out": upload.errors + upload.conflicts + upload.refused,
        "downloads": [
            (form, reverse("admin:syncjobs_upload_refused", args=[upload.pk, form]))
            for form in ("csv", "xlsx")
        ],
        "tabs": tabs(upload, chosen),
        "columns": columns,
        "lines": [_line(row, columns) for row in lines],
        "page": page,
        "chosen": chosen,
    }


def tabs(upload: Upload, chosen: str) -> list[Tab]:
    """The parts that have rows, those that ask for a person first."""
    parts = [
        ("left_out", gettext("Skipped"), upload.conflicts + upload.refused),
        ("errors", gettext("Errors"), upload.errors),
        ("warned", gettext("Look twice"), upload.warned),
        ("new", gettext("New"), upload.new),
        ("changed", gettext("Changed"), upload.changed),
    ]
    return [Tab(code, label, number, code == chosen) for code, label, number in parts if number]


def _chosen(request: HttpRequest, upload: Upload) -> str:
    asked = request.GET.get("show", "")
    offered = [tab.code for tab in tabs(upload, "")]
    return asked if asked in offered else next(iter(offered), "")


def rows_of(upload: Upload, part: str) -> QuerySet[UploadRow]:
    """The rows of a part."""
    rows = UploadRow.objects.filter(upload=upload)
    match part:
        case "left_out":
            return rows.filter(outcome__in=LEFT_OUT)
        case "errors":
            return rows.filter(effect=Effect.ERROR)
        case "warned":
            return rows.exclude(warning="")
        case "new" | "changed":
            return rows.filter(effect=part)
    return rows.none()


def left_out(upload: Upload) -> QuerySet[UploadRow]:
    """Rows with errors and rows that were skipped."""
    return rows_of(upload, "errors") | rows_of(upload, "left_out")


def _page(request: HttpRequest, upload: Upload, chosen: str) -> Page[UploadRow]:
    pages = BoundedPaginator(rows_of(upload, chosen).order_by("number"), PAGE)
    return pages.get_page(request.GET.get("page"))


def _line(row: UploadRow, columns: Sequence[str]) -> Line:
    label = row.get_outcome_display() if row.outcome else row.get_effect_display()
    color = BADGES[Effect(row.effect)]
    if row.outcome:
        color = "warning" if row.outcome in LEFT_OUT else "success"
    notes = [why for column, _value, why in row.problems if column not in columns]
    if row.reason:
        notes.append(row.reason)
    return Line(row.number, color, label, _cells(row, columns), notes, row.warning)


def _cells(row: UploadRow, columns: Sequence[str]) -> list[Cell]:
    """What is new stands alone; what changes stands beside what it was."""
    olds = {column: old for column, old, _new in row.changes}
    news = {column: new for column, _old, new in row.changes}
    whys = {column: why for column, _value, why in row.problems}
    return [
        Cell(
            news.get(column, row.cells.get(column, "")),
            olds.get(column),
            olds.get(column) is not None,
            whys.get(column, ""),
        )
        for column in columns
    ]
