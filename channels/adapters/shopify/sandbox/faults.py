"""Faults on demand: what goes wrong at a shop, and for which calls."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from channels.rehearsing import faults

KINDS = {
    "delay": "wait `seconds` (the idempotency key counts as in use meanwhile), then go on",
    "throttled": "HTTP 200 with THROTTLED, not executed",
    "http_status": "answer `status` (429 and 5xx with `retry_after` seconds if given); executed "
    "before when `is_executed`",
    "internal_error": "HTTP 200 with INTERNAL_SERVER_ERROR; executed before when `is_executed`",
    "cut": "execute, then close the connection without an answer",
    "key_failed": "HTTP 500 without executing, and the idempotency key is burnt",
}


@dataclass(slots=True)
class Fault(faults.Fault):
    """`root_field` empty: every GraphQL call."""

    root_field: str = ""
    retry_after: float | None = None

    def is_meant(self, root_fields: Collection[str]) -> bool:
        """Whether a call that asks for these may be hit."""
        return not self.root_field or self.root_field in root_fields
