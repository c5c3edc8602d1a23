"""Faults on demand: what goes wrong, how often, and for which calls."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Generic, TypeVar


@dataclass(slots=True)
class Fault:
    """One kind of trouble. `times` None: until removed.

    `share` of the calls are hit, drawn from `seed`: the same calls fail in the same way again.
    """

    id: int
    kind: str
    times: int | None = 1
    share: float = 1.0
    seed: int = 0
    seconds: float = 0.0
    status: int = 503
    is_executed: bool = False
    hits: int = 0

    DELAY: ClassVar[str] = "delay"
    """The kind that only slows a call down: it may come beside another one."""

    @property
    def is_spent(self) -> bool:
        return self.times is not None and self.hits >= self.times

    def describe(self) -> dict[str, Any]:
        return asdict(self)


Kind = TypeVar("Kind", bound=Fault)


class Faults(Generic[Kind]):
    """The armed faults, in memory: a restarted server is a healthy one."""

    def __init__(self, make: Callable[..., Kind]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._armed: list[tuple[Kind, random.Random]] = []
        self._last_id = 0

    def add(self, kind: str, **settings: Any) -> Kind:
        with self._lock:
            self._last_id += 1
            fault = self._make(self._last_id, kind, **settings)
            dice = random.Random(fault.seed)  # noqa: S311 - to be drawn again, not to be secret
            self._armed.append((fault, dice))
            return fault

    def strike(self, is_meant: Callable[[Kind], bool]) -> list[Kind]:
        """The faults that hit this call: at most one beside any delays. Counts them down."""
        with self._lock:
            struck: list[Kind] = []
            for fault, dice in self._armed:
                # Drawn even when another fault comes first: its luck is no concern of this one.
                is_due = is_meant(fault) and dice.random() < fault.share
                is_slow = fault.kind == fault.DELAY
                is_second = not is_slow and any(hit.kind != hit.DELAY for hit in struck)
                if is_due and not is_second:
                    fault.hits += 1
                    struck.append(fault)
            self._armed = [each for each in self._armed if not each[0].is_spent]
            return struck

    def wait(self, seconds: float) -> None:
        """Sit out a delay. Raises ConnectionAbortedError when the sandbox closes meanwhile."""
        if seconds and self._closing.wait(seconds):
            raise ConnectionAbortedError("the sandbox is closing")

    def close(self) -> None:
        self._closing.set()

    def armed(self) -> list[Kind]:
        with self._lock:
            return [fault for fault, _ in self._armed]

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()
