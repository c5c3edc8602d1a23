"""What a person does with a file: hand it in, have it applied, or discard it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext

from desk.errors import Refused
from inventory.errors import KeyReused
from inventory.files.errors import Unreadable
from inventory.files.sheets import MOST_BYTES
from syncjobs import hints
from syncjobs.models import Upload, UploadContent

Status = Upload.Status


class NotReady(Refused):
    """The upload is not in a state that allows this step."""

    code = "upload_not_ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A file as it was handed in. `encoding` is one of inventory.files.decoding.ENCODINGS, or "" to
    find it out. Under the same `key` it is handed in once."""

    kind: str
    file_name: str
    content: bytes
    actor: str
    encoding: str = ""
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


def take(handed: Handed) -> Upload:
    """Keep a file and have it checked. Raises Unreadable (empty, too large),
    KeyReused (another file under the same key)."""
    if not handed.content.strip():
        raise Unreadable(
            gettext("The file is empty: its first row must name the columns. Take a template."),
            field="file",
        )
    if len(handed.content) > MOST_BYTES:
        raise too_large()
    with transaction.atomic():
        upload, is_new = Upload.objects.get_or_create(
            key=handed.key,
            defaults={
                "kind": handed.kind,
                "file_name": _shown(handed.file_name),
                "size": len(handed.content),
                "encoding": handed.encoding,
                "language": get_language() or "en",
                "uploaded_by": handed.actor,
            },
        )
        if is_new:
            UploadContent.objects.create(upload=upload, data=handed.content)
            transaction.on_commit(partial(hints.work, [upload.pk]))
        elif not _is_the_same(upload, handed):
            raise KeyReused(
                gettext("This form was sent before, with another file: open it anew and send it."),
                field="file",
            )
    return upload


def _is_the_same(upload: Upload, handed: Handed) -> bool:
    """Whether this file was handed in by the form that is sent again."""
    kept = UploadContent.objects.filter(upload=upload).first()
    is_content_kept = kept is None or bytes(kept.data) == handed.content
    return is_content_kept and (upload.kind, upload.size) == (handed.kind, len(handed.content))


def too_large() -> Unreadable:
    """The refusal of a file that nobody even read."""
    return Unreadable(
        gettext("The file is larger than %(most)d MB: split it.")
        % {"most": MOST_BYTES // 1024 // 1024},
        field="file",
    )


def _shown(file_name: str) -> str:
    name = "".join(letter for letter in file_name if letter.isprintable())
    return name[-255:] or "–"


def ask_to_apply(upload_id: int, actor: str, *, without_errors: bool = False) -> bool:
    """Apply what was checked. Returns whether it was asked now; asking again changes nothing.

    Raises NotReady: not checked, discarded, nothing to apply, or rows with errors that nobody said
    to leave out.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update(no_key=True).get(pk=upload_id)
        if upload.status in {Status.APPLYING, Status.DONE}:
            return False
        _demand_ready(upload, without_errors=without_errors)
        upload.status, upload.attempts = Status.APPLYING, 0
        upload.applied_by, upload.asked_at = actor, timezone.now()
        upload.save(update_fields=["status", "attempts", "applied_by", "asked_at"])
        transaction.on_commit(partial(hints.work, [upload.pk]))
    return True


def _demand_ready(upload: Upload, *, without_errors: bool) -> None:
    if upload.status != Status.READY:
        raise NotReady(
            gettext("%(upload)s can not be applied: it is not ready. Upload the file again.")
            % {"upload": upload}
        )
    if not upload.to_apply:
        raise NotReady(gettext("Nothing to apply: no row of this file would change anything."))
    if upload.errors and not without_errors:
        raise NotReady(
            gettext(
                "Some rows have errors: mend them and upload again, or say that the others are"
                " applied without them."
            )
        )


def discard(upload_id: int) -> bool:
    """Drop a file that is not applied. Returns whether it was dropped now. Raises NotReady."""
    with transaction.atomic():
        upload = Upload.objects.select_for_update(no_key=True).get(pk=upload_id)
        if upload.status == Status.DISCARDED:
            return False
        if upload.status in {Status.APPLYING, Status.DONE}:
            raise NotReady(
                gettext("%(upload)s is being applied, or was: it can not be discarded any more.")
                % {"upload": upload}
            )
        upload.rows.all().delete()
        UploadContent.objects.filter(upload=upload).delete()
        upload.status, upload.ended_at = Status.DISCARDED, timezone.now()
        upload.save(update_fields=["status", "ended_at"])
    return True
