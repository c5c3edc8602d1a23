"""What the history of an object keeps of what people did: each reader is told it in his own
language, and an answer that is sent twice is known again by its key and by what it said."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext

from desk import saying
from desk.errors import Refused


class Answer(NamedTuple):
    """One answer to one page: `key` names it, `digest` stands for all that it said."""

    key: str
    digest: str


def digest(*said: Any) -> str:
    """32 characters for whatever was said; what JSON does not know counts as its text."""
    told = json.dumps(said, default=str, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def kept(text: str, answer: Answer | None = None) -> str | list[dict[str, Any]]:
    """A message as Django's log_change, log_addition and log_actions take it."""
    if answer is None and not isinstance(text, saying.Sentence):
        return text
    mark = answer._asdict() if answer else {}
    return [{**mark, "said": saying.as_data(text)}]


def is_answered(document: Model, answer: Answer) -> bool:
    """Whether this very answer about this object was carried out. Raises Refused when one with the
    same key was that said something else."""
    known = _known(document, answer.key)
    if known is None:
        return False
    if known != answer.digest:
        raise Refused(sent_before(), field="key")
    return True


def marked(key: str) -> str:
    """What a message with this key begins with."""
    return json.dumps([{"key": key}]).removesuffix("}]")


def await_turn(key: str) -> None:
    """Of two answers with the same key, the second waits until the first one's transaction is
    through. Call it in a transaction, before any row is locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [ascii(key)])


def sent_before() -> str:
    """What a person is told who sends other numbers under a key that did its work."""
    return gettext(
        "A part of these numbers was sent from this page before, when the answer got lost. The"
        " lines show what is done by now: correct the numbers to what is new, and send again."
    )


def told(entry: LogEntry) -> str:
    """What an entry says, in the language of whoever reads it; one that was kept as a plain text
    as it is."""
    text = entry.change_message
    try:
        if text.startswith("[{"):
            return " ".join(saying.again(part["said"]) for part in json.loads(text))
    except (KeyError, IndexError, TypeError, ValueError):
        return str(entry.get_change_message())  # Django's own form, or a text like it
    for form, said in _MARKS:
        if form.fullmatch(text):
            return said()
    return str(entry.get_change_message())


def _known(document: Model, key: str) -> str | None:
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(document, for_concrete_model=False),
        object_id=str(document.pk),
        change_message__startswith=marked(key),
    )
    text = entries.values_list("change_message", flat=True).first()
    return None if text is None else str(json.loads(text)[0]["digest"])


def _scanned() -> str:
    return gettext("Sent from a page of warehouse work.")


def _started() -> str:
    return gettext("Started on a page of warehouse work.")


def _drafted() -> str:
    return gettext("Drafted on its order's page.")


_MARKS: tuple[tuple[re.Pattern[str], Callable[[], str]], ...] = (
    (re.compile(r"Scanned at work .+: [0-9a-f]{32}"), _scanned),
    (re.compile(r"Started at work .+"), _started),
    (re.compile(r"Drafted on its order's page \(key .+\)\."), _drafted),
)
"""Texts by which pages know their own work again, and what people are told instead."""
