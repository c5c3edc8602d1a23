"""Uploads for tests, as a person makes them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from syncjobs.models import Upload, UploadRow
from syncjobs.uploads import steps, working
from tests.inventory.filing import csv_bytes

_number = count(1)


def take(kind: str, content: bytes, encoding: str = "") -> Upload:
    """A file, not looked at yet."""
    name = f"file-{next(_number)}.csv"
    return steps.take(
        steps.Handed(kind=kind, file_name=name, content=content, actor="ana", encoding=encoding)
    )


def hand_in(kind: str, content: bytes, encoding: str = "") -> Upload:
    """A file, checked to the end."""
    upload = take(kind, content, encoding)
    working.work(upload.pk)
    upload.refresh_from_db()
    return upload


def hand_in_rows(kind: str, *rows: Sequence[object]) -> Upload:
    """The same, from rows."""
    return hand_in(kind, csv_bytes(*rows))


def do(upload: Upload, *, without_errors: bool = False) -> Upload:
    """Have it applied, to the end."""
    steps.ask_to_apply(upload.pk, "ana", without_errors=without_errors)
    working.work(upload.pk)
    upload.refresh_from_db()
    return upload


def counts(upload: Upload) -> tuple[int, int, int, int]:
    """New, changed, unchanged, with errors."""
    return upload.new, upload.changed, upload.same, upload.errors


def problems(upload: Upload) -> dict[int, str]:
    """Why, by row."""
    rows = UploadRow.objects.filter(upload=upload, effect="error")
    return {row.number: row.problems[0][2] for row in rows}
