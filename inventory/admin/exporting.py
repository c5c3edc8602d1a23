"""Lists that can be taken out as a file: what is filtered, in the columns that the import takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from desk.cells import list_of
from desk.errors import Refused
from inventory.files import kinds, writing
from inventory.files.kinds import Kind

_CHUNK = 2_000


def export(kind: Kind, chosen: QuerySet[Any], name: str, form: str) -> HttpResponseBase:
    """A download of these rows of a list. Raises Refused (too many for a spreadsheet), Http404."""
    if form not in {writing.CSV, writing.XLSX}:
        raise Http404(form)
    return writing.respond(name, form, kind.columns, _cells(kind, chosen))


def _cells(kind: Kind, chosen: QuerySet[Any]) -> Iterator[list[str]]:
    for record in kind.records(chosen).iterator(chunk_size=_CHUNK):
        yield kind.cells(record)


class ExportMixin(admin.ModelAdmin):
    """Adds a line above the list: take it out as CSV or XLSX, or bring such a file in."""

    file_kind: ClassVar[str]
    list_before_template = "admin/stockcast/files_line.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/<str:form>/", view, name=name), *super().get_urls()]

    def may_export(self, request: HttpRequest) -> bool:
        """Whether the person may see all that the file holds."""
        return self.has_view_permission(request) and request.user.has_perms(
            [kinds.get(self.file_kind).seen_by]
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, and where its files are."""
        kind = kinds.get(self.file_kind)
        base = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        line = {
            "kind": kind,
            "may_take": self.may_export(request),
            "may_bring": request.user.has_perms(kind.permissions),
            "csv": reverse(base, args=[writing.CSV]),
            "xlsx": reverse(base, args=[writing.XLSX]),
        }
        return super().changelist_view(request, {"files_line": line, **(extra_context or {})})

    def export_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """What the list shows under the same filters, without its pages."""
        if not self.may_export(request):
            raise PermissionDenied
        kind = kinds.get(self.file_kind)
        try:
            chosen = self.get_changelist_instance(request).queryset
            return export(kind, chosen, kind.code, form)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(list_of(self.model))
        except Refused as refused:
            self.message_user(request, refused.message, messages.ERROR)
            query = request.GET.urlencode()
            return HttpResponseRedirect(f"{list_of(self.model)}?{query}")
