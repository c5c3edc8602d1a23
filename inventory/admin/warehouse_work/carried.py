"""Which sheets a document's history knows as carried out: for work that posts nothing with a key.

Call these in the transaction that locked the document, so that a second click waits for the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from inventory.admin.warehouse_work import sheets
from inventory.errors import KeyReused


def is_repeat(document: Model, key: str, step: str, units: Mapping[int, int]) -> bool:
    """Whether this very sheet was carried out before. Raises KeyReused when one with other numbers
    was, or one for another step."""
    known = _of(document, key).values_list("change_message", flat=True).first()
    if known is None:
        return False
    if known != _begins(key) + _digest(step, units):
        raise KeyReused(sheets.sent_before(), field="key")
    return True


def is_carried_out(document: Model, key: str) -> bool:
    """Whether a sheet of this key was carried out."""
    return _of(document, key).exists()


def remember(
    request: HttpRequest, document: Model, key: str, step: str, units: Mapping[int, int]
) -> None:
    """Keep in the document's history what was carried out with this key."""
    LogEntry.objects.create(
        user_id=sheets.user_id(request),
        content_type=ContentType.objects.get_for_model(document),
        object_id=str(document.pk),
        object_repr=str(document)[:200],
        action_flag=CHANGE,
        change_message=_begins(key) + _digest(step, units),
    )


def _of(document: Model, key: str) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(document),
        object_id=str(document.pk),
        change_message__startswith=_begins(key),
    )


def _begins(key: str) -> str:
    """In every language the same, for by this a repeat is recognised."""
    return f"Scanned at work {key}: "


def _digest(step: str, units: Mapping[int, int]) -> str:
    """Sheets may have thousands of lines, and are compared whole."""
    told = json.dumps([step, sorted(units.items())])
    return hashlib.sha256(told.encode()).hexdigest()[:32]
