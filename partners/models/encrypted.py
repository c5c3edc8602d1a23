"""A JSON object that is stored encrypted, for credentials, and how all of them change keys."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast

BATCH = 200
"""Rows that are locked at a time while keys change."""


def _ciphers() -> list[Fernet]:
    keys = (hashlib.sha256(key.encode()).digest() for key in settings.CREDENTIAL_KEYS)
    return [Fernet(base64.urlsafe_b64encode(key)) for key in keys]


def _cipher() -> MultiFernet:
    return MultiFernet(_ciphers())


def seal(text: bytes) -> bytes:
    """Encrypted with the first of settings.CREDENTIAL_KEYS."""
    return _cipher().encrypt(text)


def unseal(text: bytes) -> bytes:
    """What `seal` was given. Raises InvalidToken when no key fits."""
    return _cipher().decrypt(text)


class EncryptedJSONField(models.Field):
    """A dict of strings. The first of settings.CREDENTIAL_KEYS encrypts, any decrypts.

    Raises cryptography.fernet.InvalidToken when no key fits: better loud than logged in as nobody.
    """

    # How django-stubs learns what may be assigned and what is read.
    _pyi_private_set_type: dict[str, str]
    _pyi_private_get_type: dict[str, str]

    def get_internal_type(self) -> str:
        return "TextField"

    def get_prep_value(self, value: Any) -> Any:
        return _cipher().encrypt(json.dumps(value or {}).encode()).decode()

    def from_db_value(self, value: str | None, *_: object) -> dict[str, str]:
        return json.loads(_cipher().decrypt(value.encode())) if value else {}

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def value_to_string(self, obj: models.Model) -> str:
        """Serialized (dumpdata) as stored: never in clear."""
        return str(self.get_prep_value(self.value_from_object(obj)))


class Renewal(NamedTuple):
    """What became of one column: renewed and already current, in rows; the primary keys of those
    that no key opens, which are left as they are."""

    renewed: int
    current: int
    unreadable: list[Any]


def encrypted_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every column of this kind, on any floor."""
    for model in apps.get_models():
        options = model._meta  # noqa: SLF001 - Django's documented API
        if options.managed and not options.proxy:
            for field in options.local_fields:
                if isinstance(field, EncryptedJSONField):
                    yield model, field.name


def renew(model: type[models.Model], column: str) -> Renewal:
    """Encrypt a column with the first of settings.CREDENTIAL_KEYS, whichever of them did before.

    A batch at a time under its locks: nobody's change is lost, and nobody waits for long. Safe to
    repeat, and to interrupt.
    """
    renewed, current, last = 0, 0, None
    unreadable: list[Any] = []
    while True:
        batch, last = _renew_batch(model, column, last)
        if last is None:
            return Renewal(renewed, current, unreadable)
        renewed, current = renewed + batch.renewed, current + batch.current
        unreadable += batch.unreadable


@transaction.atomic
def _renew_batch(model: type[models.Model], column: str, after: Any) -> tuple[Renewal, Any]:
    """The batch after this primary key, and its last one; None when there is none."""
    stored = model._default_manager.order_by("pk")  # noqa: SLF001 - Django's documented API
    if after is not None:
        stored = stored.filter(pk__gt=after)
    as_text = stored.annotate(as_stored=Cast(F(column), TextField()))
    locked = as_text.select_for_update(no_key=True)
    rows = list(locked.values_list("pk", "as_stored")[:BATCH])
    first, every = _ciphers()[0], _cipher()
    renewed, current, unreadable = 0, 0, []
    for pk, text in rows:
        if not text or _opens(first, text):
            current += 1
        elif _opens(every, text):
            again = Value(every.rotate(text.encode()).decode(), TextField())
            stored.filter(pk=pk).update(**{column: again})
            renewed += 1
        else:
            unreadable.append(pk)
    return Renewal(renewed, current, unreadable), rows[-1][0] if rows else None


def _opens(cipher: Fernet | MultiFernet, text: str) -> bool:
    try:
        cipher.decrypt(text.encode())
    except InvalidToken:
        return False
    return True
