"""The communicated table as a file: exactly what is filtered, every column, in bounded memory."""

from __future__ import annotations

import csv
import datetime
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook

from channels import ordering
from channels.admin.communicated_list import CommunicatedList, shown
from channels.communicated import Row
from channels.models import Communicated
from inventory.files import writing

PART = 500
EXCEL_ROWS = 1_048_576
"""What a sheet holds, its heading included."""

Cell = str | int | datetime.datetime | None

_ACKNOWLEDGED_AT, _UNCONFIRMED_SINCE = _("Acknowledged at"), _("Unconfirmed since")
_TIMES = (_ACKNOWLEDGED_AT, _UNCONFIRMED_SINCE)

_COLUMNS: dict[Any, Callable[[Row], Any]] = {
    _("SKU"): lambda row: row.sku,
    _("Product"): lambda row: row.product,
    _("Channel"): lambda row: row.channel,
    _("Location"): lambda row: row.location,
    _("Quantity in stock"): lambda row: None if row.is_unknown else row.on_hand,
    _("Quantity on orders"): lambda row: None if row.is_unknown else row.committed,
    _("Quantity at hand"): lambda row: None if row.is_unknown else row.available,
    _("Quantity backordered"): lambda row: None if row.is_unknown else row.backordered,
    _("Should send"): lambda row: row.should,
    _("Acknowledged"): lambda row: row.acknowledged,
    _ACKNOWLEDGED_AT: lambda row: row.acknowledged_at,
    _UNCONFIRMED_SINCE: lambda row: row.unconfirmed_since,
    _("State"): lambda row: str(Communicated.State(row.state).label),
    _("Reason"): lambda row: row.why_not,
    _("Rule"): lambda row: row.profile or gettext("Product value"),
    _("Selling list"): lambda row: row.selling_list,
    _("Active at the channel"): lambda row: _yes_or_no(row.is_buyable),
}


def answer(table: Any, form: str) -> HttpResponseBase:
    """The file. Raises Http404 for an unknown form."""
    rows = _lines(table)
    name = _name(table, form)
    if form == "csv":
        file = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
        file["Content-Disposition"] = f'attachment; filename="{name}"'
        return file
    if form == "xlsx":
        return FileResponse(_xlsx(rows), as_attachment=True, filename=name)
    raise Http404(form)


def _name(table: CommunicatedList, form: str) -> str:
    at = timezone.localtime(table.moment)
    return f"communicated-{at:%Y-%m-%d-%H%M}.{form}"


def _lines(table: CommunicatedList) -> Iterator[list[Cell]]:
    """One line for each row of the list, in its order; a few statements for each part."""
    found = ordering.every(table.queryset, table.order)
    while part := list(islice(found, PART)):
        for entry in shown(part, table.moment):
            yield [_safe(read(entry.shown)) for read in _COLUMNS.values()]


def _heading() -> list[Cell]:
    return [str(name) for name in _COLUMNS]


def _safe(value: Any) -> Cell:
    """A text that a spreadsheet would take for a formula is told as the text that it is."""
    if isinstance(value, str):
        return writing.harmless(value)
    return value  # type: ignore[no-any-return]


def _text(value: Cell) -> Cell:
    """A time with its offset from UTC."""
    if not isinstance(value, datetime.datetime):
        return value
    return timezone.localtime(value).isoformat(sep=" ", timespec="seconds")


def _yes_or_no(value: bool | None) -> str:  # noqa: FBT001 - a column's value
    return "" if value is None else gettext("yes") if value else gettext("no")


class _Echo:
    """Hands back what a writer writes."""

    def write(self, line: str) -> str:
        return line


def _csv(rows: Iterator[Sequence[Cell]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"  # or Excel takes it for another encoding
    yield writer.writerow(_heading())
    for row in rows:
        yield writer.writerow([_text(value) for value in row])


def _xlsx(rows: Iterator[Sequence[Cell]]) -> Any:
    """Where more are found than a sheet holds, its last line says so and what to do."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Stockcast")
    sheet.freeze_panes = "B2"
    sheet.append(_zoned_heading())
    for row in islice(rows, EXCEL_ROWS - 2):
        sheet.append([_printable(value) for value in row])
    if next(rows, None) is not None:
        sheet.append(
            [
                gettext(
                    "There are more rows than a sheet holds: export CSV, or filter by channel and"
                    " export each."
                )
            ]
        )
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _zoned_heading() -> list[Cell]:
    """A sheet's times know no zone, so its heading names it."""
    zone = timezone.get_current_timezone_name()
    return [f"{name} ({zone})" if name in _TIMES else str(name) for name in _COLUMNS]


def _printable(value: Cell) -> Cell:
    """A sheet takes no control characters, and no time with a zone."""
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).replace(microsecond=0, tzinfo=None)
    return writing.printable(value) if isinstance(value, str) else value
