"""Files in and out: handed in here, looked at, and applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from desk.cells import ago, list_of, page_of
from desk.errors import Refused
from desk.lists import ModelAdmin
from desk.readonly import ReadOnlyMixin
from desk.saying import gettext, ngettext
from inventory.files import kinds, writing
from inventory.files.kinds import Kind
from syncjobs.admin import uploads_page
from syncjobs.admin.uploads_form import UploadForm, allowed, may
from syncjobs.models import Upload, UploadRow
from syncjobs.uploads import steps, working

Status = Upload.Status
ATTEMPT = "syncjobs_upload"


class KindFilter(admin.SimpleListFilter):
    """By what the file is about."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind.code, kind.label) for kind in allowed(request)]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Upload)
class UploadAdmin(ReadOnlyMixin, ModelAdmin):
    """Everybody sees the files of the kinds that they may bring in themselves."""

    list_display = [
        "show_upload",
        "show_kind",
        "show_status",
        "total",
        "show_changes",
        "errors",
        "uploaded_by",
        "show_when",
    ]
    list_filter = [KindFilter, ("status", ChoicesDropdownFilter)]
    list_filter_submit = True
    search_fields = ["file_name", "uploaded_by"]
    search_help_text = _("File name, or who uploaded it")
    ordering = ["-id"]
    empty_hint = _(
        "Bring products, barcodes, opening stock, counts or marketplace flags in from a"
        " spreadsheet: every change is shown before it is made."
    )

    def get_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Upload]:
        uploads: QuerySet[Upload] = super().get_queryset(request)
        return uploads.filter(kind__in=[kind.code for kind in allowed(request)])

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may do by hand what one of the kinds does."""
        return bool(self.has_view_permission(request) and allowed(request))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("<int:pk>/progress/", self.progress_view, "progress"),
            ("<int:pk>/apply/", require_POST(self.apply_view), "apply"),
            ("<int:pk>/discard/", require_POST(self.discard_view), "discard"),
            ("<int:pk>/refused/<str:form>/", self.refused_view, "refused"),
            ("template/<str:code>/<str:form>/", self.template_view, "template"),
        ]
        urls = [path(route, wrap(view), name=f"{ATTEMPT}_{name}") for route, view, name in own]
        return [*urls, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form; a small file is checked while the person waits."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request)
        if request.method == "POST" and form.is_valid():
            upload = form.take()
            if upload is not None:
                working.work_at_once(upload.pk)
                return HttpResponseRedirect(page_of(upload))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Bring a file in"),
            "opts": self.opts,
            "form": form,
            "offers": form.offers(),
            "back": list_of(Upload),
        }
        return TemplateResponse(request, "admin/syncjobs/upload/add.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """What the file would do, or did, instead of a form."""
        upload = kwargs.get("obj")
        if isinstance(upload, Upload):
            context |= uploads_page.context(request, upload, kinds.get(upload.kind))
        return super().render_change_form(request, context, *args, **kwargs)

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Progress as JSON, for the page that follows it."""
        upload, _kind = self._found(request, pk)
        return JsonResponse(uploads_page.progress(upload))

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asked again here whether the person may; a second press finds it asked for."""
        upload, kind = self._found(request, pk)
        without_errors = request.POST.get("without_errors") == "1"
        try:
            is_new = steps.ask_to_apply(
                upload.pk, request.user.get_username(), without_errors=without_errors
            )
        except Refused as refused:
            self.message_user(request, refused.message, messages.ERROR)
            return HttpResponseRedirect(page_of(upload))
        if is_new:
            words = ngettext(
                "Applied %(number)d row (%(kind)s)",
                "Applied %(number)d rows (%(kind)s)",
                upload.to_apply,
            )
            self.log_change(
                request, upload, words % {"number": upload.to_apply, "kind": kind.label}
            )
            working.work_at_once(upload.pk)
        return HttpResponseRedirect(page_of(upload))

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Drop a file; nothing it says is done."""
        upload, _kind = self._found(request, pk)
        try:
            if steps.discard(upload.pk):
                self.log_change(request, upload, gettext("Discarded"))
                self.message_user(
                    request, gettext("Discarded: nothing was changed."), messages.SUCCESS
                )
        except Refused as refused:
            self.message_user(request, refused.message, messages.ERROR)
            return HttpResponseRedirect(page_of(upload))
        return HttpResponseRedirect(list_of(Upload))

    def refused_view(self, request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
        """The rows that were or would be left out, with why: to be mended and handed in again."""
        upload, kind = self._found(request, pk)
        rows = uploads_page.left_out(upload).order_by("number").iterator(chunk_size=1000)
        columns = ["row", "why", *kind.columns]
        lines = ([str(row.number), _why(row), *_cells(row, kind)] for row in rows)
        return _download(f"{upload}-rows-left-out", form, columns, lines)

    def template_view(self, request: HttpRequest, code: str, form: str) -> HttpResponseBase:
        """An empty file with its columns and an example."""
        kind = next((each for each in allowed(request) if each.code == code), None)
        if kind is None:
            raise Http404(code)
        return _download(f"template-{code}", form, kind.columns, [list(kind.example)])

    def _found(self, request: HttpRequest, pk: int) -> tuple[Upload, Kind]:
        """The upload, for whoever may bring such files in. Raises PermissionDenied, Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        upload = Upload.objects.filter(pk=pk).first()
        if upload is None:
            raise Http404(f"Upload {pk}")
        kind = kinds.get(upload.kind)
        if not may(request, kind):
            raise PermissionDenied
        return upload, kind

    @display(description=_("File"), ordering="id", header=True)
    def show_upload(self, upload: Upload) -> list[str]:
        return [upload.file_name, str(upload)]

    @display(description=_("Kind"), ordering="kind")
    def show_kind(self, upload: Upload) -> Any:
        return upload.kind_label

    @display(description=_("Status"), ordering="status", label=uploads_page.COLORS)
    def show_status(self, upload: Upload) -> tuple[str, str]:
        return upload.status, upload.get_status_display()

    @display(description=_("Changes"))
    def show_changes(self, upload: Upload) -> int:
        return upload.applied if upload.status == Status.DONE else upload.to_apply

    @display(description=_("Uploaded"), ordering="id")
    def show_when(self, upload: Upload) -> str:
        return ago(upload.created_at)


def _download(
    name: str, form: str, columns: list[str], rows: Iterable[list[str]]
) -> HttpResponseBase:
    if form not in {writing.CSV, writing.XLSX}:
        raise Http404(form)
    return writing.respond(name, form, columns, rows)


def _why(row: UploadRow) -> str:
    told = [f"{column}: {why}" if column else why for column, _value, why in row.problems]
    return " ".join(told) or row.reason


def _cells(row: UploadRow, kind: Kind) -> list[str]:
    return [row.cells.get(column, "") for column in kind.columns]


def template_url(code: str, form: str) -> str:
    """Where a template is downloaded."""
    return reverse(f"admin:{ATTEMPT}_template", args=[code, form])
