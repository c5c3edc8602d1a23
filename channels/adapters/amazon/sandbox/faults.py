"""Faults on demand: what goes wrong at a seller's account, and for which operations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from channels.rehearsing import faults

KINDS = {
    "status": "answer `status` with a `body` that is json, flat, empty or html; executed before "
    "when `is_executed`",
    "cut": "close the connection without an answer; executed before when `is_executed`",
    "slow": "wait `seconds` of real time, then go on",
    "token_revoked": "403: the access token was revoked",
}
BODIES = ("json", "flat", "empty", "html")
CODES = {429: "QuotaExceeded", 400: "InvalidInput", 403: "Unauthorized", 404: "NOT_FOUND"}
MESSAGES = {
    429: "You exceeded your quota for the requested resource.",
    403: "Access to requested resource is denied.",
}


@dataclass(slots=True)
class Fault(faults.Fault):
    """`operation` empty: every request."""

    operation: str = ""
    body: str = "json"

    DELAY: ClassVar[str] = "slow"

    def is_meant(self, operation: str) -> bool:
        """Whether a request of this operation may be hit."""
        return self.operation in ("", operation)


def failing(fault: Fault) -> tuple[bytes, str]:
    """Body and content type of an answer in trouble: what its gateways really send differs."""
    code = CODES.get(fault.status, "InternalFailure")
    message = MESSAGES.get(fault.status, "We encountered an internal error. Please try again.")
    said = {"code": code, "message": message, "details": ""}
    if fault.body == "empty":
        return b"", ""
    if fault.body == "html":
        return f"<html><body><h1>{fault.status} {code}</h1></body></html>".encode(), "text/html"
    if fault.body == "flat":
        return json.dumps(said).encode(), "application/json"
    return json.dumps({"errors": [said]}).encode(), "application/json"
