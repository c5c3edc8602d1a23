"""Faults on demand: what goes wrong, how often, and for which operations."""

from __future__ import annotations

import json
import random
import threading
from dataclasses import asdict, dataclass
from typing import Any

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
class Fault:
    """One kind of trouble. `times` None: until removed. `operation` empty: every request.

    `share` of the requests are hit, drawn from `seed`: the same ones fail in the same way again.
    """

    id: int
    kind: str
    operation: str = ""
    times: int | None = 1
    share: float = 1.0
    seed: int = 0
    seconds: float = 0.0
    status: int = 503
    body: str = "json"
    is_executed: bool = False
    hits: int = 0

    def describe(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    """The armed faults, in memory: a restarted server is a healthy one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._armed: list[tuple[Fault, random.Random]] = []
        self._last_id = 0

    def add(self, kind: str, **settings: Any) -> Fault:
        with self._lock:
            self._last_id += 1
            fault = Fault(self._last_id, kind, **settings)
            self._armed.append((fault, random.Random(fault.seed)))  # noqa: S311 - drawn again
            return fault

    def strike(self, operation: str) -> list[Fault]:
        """The faults that hit this request: at most one beside any that slow it. Counts down."""
        with self._lock:
            struck: list[Fault] = []
            for fault, dice in self._armed:
                if fault.operation not in ("", operation):
                    continue
                # Drawn even when another fault comes first: its luck is no concern of this one.
                is_due = dice.random() < fault.share
                is_second = fault.kind != "slow" and any(hit.kind != "slow" for hit in struck)
                if is_due and not is_second:
                    fault.hits += 1
                    struck.append(fault)
            self._armed = [
                (fault, dice)
                for fault, dice in self._armed
                if fault.times is None or fault.hits < fault.times
            ]
            return struck

    def wait(self, seconds: float) -> None:
        """Sit out a delay. Raises ConnectionAbortedError when the sandbox closes meanwhile."""
        if seconds and self._closing.wait(seconds):
            raise ConnectionAbortedError("the sandbox is closing")

    def close(self) -> None:
        self._closing.set()

    def armed(self) -> list[Fault]:
        with self._lock:
            return [fault for fault, _ in self._armed]

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()


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
