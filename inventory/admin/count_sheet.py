"""Count sheets: the lines of stocktakes as a file, to be filled in and brought back."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from inventory.admin.exporting import ExportMixin, export
from inventory.files import kinds, writing
from inventory.models import Stocktake


class CountSheetMixin(ExportMixin):
    """One stocktake's sheet from its page, those of all that are listed from the list."""

    file_kind = "counts"

    @action(description=_("Count sheet (XLSX)"), icon="download", url_path="count-sheet")
    def count_sheet(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """What is on it, counted or not."""
        if not self.may_export(request):
            raise PermissionDenied
        stocktake = self.get_object(request, object_id)
        if not isinstance(stocktake, Stocktake):
            raise Http404(object_id)
        chosen = Stocktake.objects.filter(pk=stocktake.pk)
        return export(kinds.get(self.file_kind), chosen, f"{stocktake}-counts", writing.XLSX)
