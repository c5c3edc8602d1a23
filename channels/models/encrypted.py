"""A JSON object that is stored encrypted, for credentials."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def _cipher() -> MultiFernet:
    keys = (hashlib.sha256(key.encode()).digest() for key in settings.CREDENTIAL_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


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
