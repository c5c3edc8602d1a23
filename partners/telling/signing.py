"""Signs what is sent, by the Standard Webhooks: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

MARK = "whsec_"
OVERLAP = timedelta(hours=24)
"""So long after a rotation the secret before it signs, too."""

Secrets = Mapping[str, str]
"""As a webhook keeps them."""


def new() -> dict[str, str]:
    """A first secret."""
    return {"current": _make()}


def rotated(kept: Secrets, now: datetime) -> dict[str, str]:
    """A new secret, and the one before it for a while."""
    until = (now + OVERLAP).isoformat()
    return {"current": _make(), "previous": kept["current"], "previous_until": until}


def headers(kept: Secrets, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """What a receiver checks: one signature for each secret that counts, with blanks between."""
    stamp = str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    signatures = (_sign(secret, signed) for secret in _counting(kept, now))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signatures),
    }


def _counting(kept: Secrets, now: datetime) -> list[str]:
    found = [kept["current"]]
    if "previous" in kept and now < datetime.fromisoformat(kept["previous_until"]):
        found.append(kept["previous"])
    return found


def _sign(secret: str, text: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(MARK))
    return "v1," + base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()


def _make() -> str:
    return MARK + base64.b64encode(secrets.token_bytes(32)).decode()
