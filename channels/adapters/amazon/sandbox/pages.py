"""Continuations of lists: what a token goes on from, good for a day and for any number of uses."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence

from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import invalid
from channels.adapters.amazon.sandbox.store import Row

SECONDS = 86_400


def keep(sandbox: Sandbox, asked: str, ids: Sequence[object], bound: float = 0.0) -> str:
    """A token for the rest of a list. asked: what must be asked again, as its reader compares it.
    bound: the moment the list ends at."""
    now, token = sandbox.now(), secrets.token_urlsafe(32)
    sandbox.store.run("DELETE FROM pages WHERE issued_at < ?", (now - SECONDS,))
    sandbox.store.run(
        "INSERT INTO pages (token, asked, ids, bound, issued_at) VALUES (?,?,?,?,?)",
        (token, asked, json.dumps(list(ids)), bound, now),
    )
    return token


def open_page(sandbox: Sandbox, token: str) -> Row:
    """What `keep` kept. Raises ApiError (400) for a token that is unknown or too old."""
    row = sandbox.store.one(
        "SELECT * FROM pages WHERE token = ? AND issued_at > ?", (token, sandbox.now() - SECONDS)
    )
    if row is None:
        raise invalid("The pagination token is invalid or has expired.")
    return row
