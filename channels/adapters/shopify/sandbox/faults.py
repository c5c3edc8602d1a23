"""Faults on demand: what goes wrong, how often, and for which calls."""

from __future__ import annotations

import random
import threading
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

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
class Fault:
    """One kind of trouble. `times` None: until removed. `root_field` empty: every GraphQL call.

    `share` of the calls are hit, drawn from `seed`: the same calls fail in the same way again.
    """

    id: int
    kind: str
    root_field: str = ""
    times: int | None = 1
    share: float = 1.0
    seed: int = 0
    seconds: float = 0.0
    status: int = 503
    retry_after: float | None = None
    is_executed: bool = False
    hits: int = 0

    def describe(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class _Armed:
    """A fault and the dice of its own."""

    fault: Fault
    dice: random.Random

    def is_due(self, root_fields: Collection[str]) -> bool:
        fault = self.fault
        if fault.root_field and fault.root_field not in root_fields:
            return False
        return self.dice.random() < fault.share

    def is_spent(self) -> bool:
        return self.fault.times is not None and self.fault.hits >= self.fault.times


class Faults:
    """The armed faults, in memory: a restarted server is a healthy one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._armed: list[_Armed] = []
        self._last_id = 0

    def add(self, kind: str, **settings: Any) -> Fault:
        with self._lock:
            self._last_id += 1
            fault = Fault(self._last_id, kind, **settings)
            dice = random.Random(fault.seed)  # noqa: S311 - to be drawn again, not to be secret
            self._armed.append(_Armed(fault, dice))
            return fault

    def strike(self, root_fields: Collection[str]) -> list[Fault]:
        """The faults that hit this call: at most one beside any delays. Counts them down."""
        with self._lock:
            struck: list[Fault] = []
            for armed in self._armed:
                # Drawn even when another fault comes first: its luck is no concern of this one.
                is_due, fault = armed.is_due(root_fields), armed.fault
                is_second = fault.kind != "delay" and any(hit.kind != "delay" for hit in struck)
                if is_due and not is_second:
                    fault.hits += 1
                    struck.append(fault)
            self._armed = [armed for armed in self._armed if not armed.is_spent()]
            return struck

    def wait(self, seconds: float) -> None:
        """Sit out a delay. Raises ConnectionAbortedError when the sandbox closes meanwhile."""
        if seconds and self._closing.wait(seconds):
            raise ConnectionAbortedError("the sandbox is closing")

    def close(self) -> None:
        self._closing.set()

    def armed(self) -> list[Fault]:
        with self._lock:
            return [armed.fault for armed in self._armed]

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()
