"""Work on uploads: one process at a time on each, from where the last one was cut off."""

from __future__ import annotations

import datetime
import logging

from django.db.models import Exists, F, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext

from partners import lease
from syncjobs.models import Upload, UploadContent, UploadRow
from syncjobs.uploads import applying, checking

NAMESPACE = 0x46696C65  # "File"
PATIENCE = 3
"""Attempts that get nowhere before work on a file ends."""
AT_ONCE = 500
"""Rows that are checked or applied while the person waits for the page."""
SMALL = 512 * 1024
"""Bytes: whether a larger file has so few rows is not worth finding out while somebody waits."""
KEPT = datetime.timedelta(days=90)
"""How long it is told row by row what a file did."""

Status = Upload.Status
UNFINISHED = (Status.CHECKING, Status.APPLYING)

logger = logging.getLogger(__name__)


def waiting() -> list[int]:
    """Uploads that somebody must work on. What was over long ago is forgotten first."""
    _forget_old()
    chosen = Upload.objects.filter(status__in=UNFINISHED).order_by("pk")
    return list(chosen.values_list("pk", flat=True)[:100])


def work(upload_id: int, most: int | None = None) -> None:
    """Check or apply the upload, unless another process does. `most`: only if it has no more rows.

    A fault of ours is logged and tried again with the next sweep, a few times.
    """
    with lease.hold(NAMESPACE, upload_id) as is_held:
        upload = Upload.objects.filter(pk=upload_id, status__in=UNFINISHED).first()
        if not is_held or upload is None:
            return
        with translation.override(upload.language):
            if _may_try(upload):
                _try(upload, most)


def is_worked_on(upload_id: int) -> bool:
    """Whether a process is at it."""
    return lease.is_held(NAMESPACE, upload_id)


def work_at_once(upload_id: int) -> None:
    """Work on it now if it is small: its person need not wait for anybody."""
    upload = Upload.objects.get(pk=upload_id)
    if upload.status == Status.CHECKING and upload.size <= SMALL:
        work(upload_id, AT_ONCE)
    elif upload.status == Status.APPLYING and upload.to_apply <= AT_ONCE:
        work(upload_id)


def _try(upload: Upload, most: int | None) -> None:
    try:
        if upload.status == Status.CHECKING:
            checking.check(upload, most)
        else:
            applying.apply(upload)
    except Exception:
        logger.exception("%s: a fault of ours", upload)


def _may_try(upload: Upload) -> bool:
    """Count the attempt; whoever gets a batch done sets the count back."""
    if upload.attempts < PATIENCE:
        Upload.objects.filter(pk=upload.pk).update(attempts=F("attempts") + 1)
        return True
    Upload.objects.filter(pk=upload.pk).update(
        status=Status.FAILED,
        ended_at=timezone.now(),
        error=gettext(
            "Work on this file stopped %(times)d times: tell whoever looks after Stockcast. What"
            " was applied before is applied; upload the file again to go on."
        )
        % {"times": PATIENCE},
    )
    return False


def _forget_old() -> None:
    """What a file did row by row, one file at a time; and files that nobody applied."""
    old = Upload.objects.filter(created_at__lt=timezone.now() - KEPT)
    old = old.exclude(status__in=UNFINISHED)
    old.filter(status=Status.READY).update(status=Status.DISCARDED, ended_at=timezone.now())
    UploadContent.objects.filter(upload__in=old).delete()
    for upload in old.filter(Exists(UploadRow.objects.filter(upload=OuterRef("pk"))))[:1]:
        upload.rows.all().delete()
