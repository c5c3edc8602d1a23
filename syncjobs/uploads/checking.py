"""The dry run: what every row of a file would change. Nothing is changed by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from inventory.files import kinds, sheets
from inventory.files.errors import Unreadable
from inventory.files.kinds import Kind
from inventory.files.rows import Effect, Row
from inventory.files.sheets import Sheet
from syncjobs.models import Upload, UploadContent, UploadRow
from syncjobs.uploads import reach

BATCH = 1_000
Status = Upload.Status


def check(upload: Upload, most: int | None = None) -> None:
    """Check the file from where the last check was cut off. `most`: leave a file with more rows to
    somebody else, who has more time."""
    kind = kinds.get(upload.kind)
    content = bytes(UploadContent.objects.values_list("data", flat=True).get(upload=upload))
    try:
        with sheets.opened(content, kind, upload.encoding) as sheet:
            del content
            Upload.objects.filter(pk=upload.pk).update(total=sheet.total, how=sheet.how)
            if most is not None and sheet.total > most:
                Upload.objects.filter(pk=upload.pk).update(attempts=0)
                return
            _check_rows(upload, kind, sheet)
    except Unreadable as refused:
        _refuse(upload, refused.message)


def _refuse(upload: Upload, why: str) -> None:
    UploadContent.objects.filter(upload=upload).delete()
    Upload.objects.filter(pk=upload.pk, status=Status.CHECKING).update(
        status=Status.FAILED, error=why, ended_at=timezone.now()
    )


def _check_rows(upload: Upload, kind: Kind, sheet: Sheet) -> None:
    done = Upload.objects.values_list("checked", flat=True).get(pk=upload.pk)
    rows = sheet.rows(after=done)
    while batch := list(_parsed(islice(rows, BATCH), kind, sheet)):
        kind.judge(batch)
        if not _keep(upload, batch):
            return
    with transaction.atomic():
        told = reach.told(upload)
        Upload.objects.filter(pk=upload.pk, status=Status.CHECKING).update(
            status=Status.READY, told=told, checked_at=timezone.now()
        )


def _parsed(
    records: Iterator[tuple[int, dict[str, str], bool]], kind: Kind, sheet: Sheet
) -> Iterator[Row]:
    for number, cells, is_long in records:
        row = kind.parse(number, cells)
        if is_long:
            row.refuse(
                "", gettext("More cells than columns: put text with a separator into quotes.")
            )
        other = sheet.repeats.get(number)
        if other is not None:
            row.refuse(
                kind.keys[0],
                gettext("Rows %(first)d and %(second)d are about the same: keep one of them.")
                % {"first": min(number, other), "second": max(number, other)},
            )
        yield row


def _keep(upload: Upload, rows: Sequence[Row]) -> bool:
    """Write a batch down. False when somebody discarded the upload meanwhile."""
    counts = Counter(row.effect for row in rows)
    with transaction.atomic():
        is_wanted = Upload.objects.filter(pk=upload.pk, status=Status.CHECKING).update(
            checked=F("checked") + len(rows),
            new=F("new") + counts[Effect.NEW],
            changed=F("changed") + counts[Effect.CHANGED],
            same=F("same") + counts[Effect.SAME],
            errors=F("errors") + counts[Effect.ERROR],
            warned=F("warned") + sum(bool(_warning(row)) for row in rows),
            attempts=0,
        )
        if is_wanted:
            UploadRow.objects.bulk_create(
                _stored(upload, row) for row in rows if row.effect != Effect.SAME
            )
    return bool(is_wanted)


def _warning(row: Row) -> str:
    """Of what would not be applied there is nothing to warn."""
    return row.warning if row.effect in {Effect.NEW, Effect.CHANGED} else ""


def _stored(upload: Upload, row: Row) -> UploadRow:
    return UploadRow(
        upload=upload,
        number=row.number,
        effect=row.effect,
        cells={column: storable(text) for column, text in row.raw.items()},
        changes=[list(change) for change in row.changes],
        problems=[[column, storable(value), why] for column, value, why in row.problems],
        warning=_warning(row),
        product_id=row.product_id,
        place_id=row.place_id,
    )


def storable(value: Any) -> str:
    """The text without what a database can not hold."""
    return str(value).replace("\x00", "\u2400").encode("utf-8", "replace").decode()
