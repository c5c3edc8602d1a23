"""Does what the check found, batch by batch: rows that changed since are left alone and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from desk.errors import Refused
from inventory.files import kinds
from inventory.files.kinds import Kind
from inventory.files.rows import Change, Doing, Effect, Row
from syncjobs.models import Upload, UploadContent, UploadRow

BATCH = 1_000
Outcome = UploadRow.Outcome
Status = Upload.Status


@dataclass(frozen=True, slots=True)
class End:
    """What became of a row."""

    row: UploadRow
    outcome: Outcome
    reason: str = ""


def apply(upload: Upload) -> None:
    """Apply from where it was cut off, to the end."""
    kind = kinds.get(upload.kind)
    while _apply_batch(upload, kind):
        pass
    with transaction.atomic():
        UploadContent.objects.filter(upload=upload).delete()
        Upload.objects.filter(pk=upload.pk, status=Status.APPLYING).update(
            status=Status.DONE, ended_at=timezone.now()
        )


@transaction.atomic
def _apply_batch(upload: Upload, kind: Kind) -> bool:
    """A batch and what became of it, in one transaction. False when there is nothing left."""
    wanted = Upload.objects.filter(pk=upload.pk, status=Status.APPLYING)
    if not wanted.select_for_update(no_key=True).values_list("pk"):
        return False
    waiting = UploadRow.objects.filter(
        upload=upload, outcome=Outcome.WAITING, effect__in=[Effect.NEW, Effect.CHANGED]
    )
    rows = list(waiting.order_by("number")[:BATCH])
    if not rows:
        return False
    _note(upload, _write(upload, kind, rows))
    return True


def _write(upload: Upload, kind: Kind, rows: Sequence[UploadRow]) -> list[End]:
    """Where one row spoils a batch for the others, the halves are tried apart."""
    try:
        with transaction.atomic():
            return _write_together(upload, kind, rows)
    except (Refused, IntegrityError) as error:
        if len(rows) == 1:
            return [End(rows[0], Outcome.REFUSED, _why(error))]
    middle = len(rows) // 2
    return [*_write(upload, kind, rows[:middle]), *_write(upload, kind, rows[middle:])]


def _why(error: Exception) -> str:
    if isinstance(error, Refused):
        return error.message
    return gettext("Somebody else entered the same at that moment: check the file again.")


def _write_together(upload: Upload, kind: Kind, rows: Sequence[UploadRow]) -> list[End]:
    """Locked, judged again as the check did, compared with what the person saw, and done."""
    now = [kind.parse(row.number, row.cells) for row in rows]
    for row, seen in zip(now, rows, strict=True):
        row.product_id, row.place_id = seen.product_id, seen.place_id
    kind.lock(now)
    kind.judge(now)
    ends, good = [], []
    for row, seen in zip(now, rows, strict=True):
        if row.effect in {Effect.NEW, Effect.CHANGED} and _as_seen(row, seen):
            good.append(row)
            ends.append(End(seen, Outcome.APPLIED))
        else:
            ends.append(End(seen, Outcome.CONFLICT, _difference(row, seen)))
    if good:
        kind.write(good, _doing(upload, good))
    return ends


def _as_seen(row: Row, seen: UploadRow) -> bool:
    place = (row.effect, row.product_id, row.place_id)
    if place != (seen.effect, seen.product_id, seen.place_id):
        return False
    return row.changes == [Change(*each) for each in seen.changes]


def _difference(row: Row, seen: UploadRow) -> str:
    """What is otherwise than when the person looked."""
    if row.problems:
        return row.problems[0].message
    if row.effect == Effect.SAME:
        return gettext("It is so already.")
    before = {column: old for column, old, _new in seen.changes}
    for change in row.changes:
        if change.old != before.get(change.column, change.new):
            return gettext(
                "%(column)s was “%(old)s” when the file was checked, and is “%(now)s”."
            ) % {
                "column": change.column,
                "old": _shown(before.get(change.column)),
                "now": _shown(change.old),
            }
    return gettext("It changed since the file was checked: upload the file again.")


def _shown(value: str | None) -> str:
    return "–" if value is None else value


def _doing(upload: Upload, rows: Sequence[Row]) -> Doing:
    """The key names the rows, so that whatever is tried again is the same posting."""
    return Doing(
        actor=upload.applied_by,
        document=str(upload),
        note=upload.file_name,
        key=f"upload:{upload.pk}:{rows[0].number}-{rows[-1].number}",
    )


def _note(upload: Upload, ends: Sequence[End]) -> None:
    applied = [end.row.pk for end in ends if end.outcome == Outcome.APPLIED]
    UploadRow.objects.filter(pk__in=applied).update(outcome=Outcome.APPLIED)
    others = [end for end in ends if end.outcome != Outcome.APPLIED]
    for end in others:
        end.row.outcome, end.row.reason = end.outcome, end.reason
    UploadRow.objects.bulk_update([end.row for end in others], ["outcome", "reason"], 500)
    Upload.objects.filter(pk=upload.pk).update(
        applied=F("applied") + len(applied),
        conflicts=F("conflicts") + sum(end.outcome == Outcome.CONFLICT for end in others),
        refused=F("refused") + sum(end.outcome == Outcome.REFUSED for end in others),
        attempts=0,
    )
