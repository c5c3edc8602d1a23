"""The adapter at a running sandbox, waiting for no budget."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from channels.adapters.amazon.adapter import AmazonAdapter
from channels.adapters.amazon.budget import Budget
from channels.adapters.amazon.sandbox.rehearsal import connection
from channels.contract import Answer, Connection, LevelRef, Mode, RemoteOrder, Write
from tests.channels.amazon.rehearsal import Rehearsal

KEY = "8c9f6f3e-6b0c-4b7c-9d53-6f1f7a1c2a11"
PLACE = "EU"


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def budget(time: Time | None = None) -> Budget:
    time = time or Time()
    return Budget(clock=time, sleep=time.sleep, jitter=lambda: 0.0)


def adapter(rehearsal: Rehearsal, url: str = "", **changes: str) -> AmazonAdapter:
    """An adapter for the sandbox, seen at another `url` if given."""
    values = connection(rehearsal.url) | ({"sandbox_url": url} if url else {}) | changes
    return AmazonAdapter(Connection(values), budget=budget())


def write(quantity: int | None, sku: str = "MUG") -> Write:
    return Write(LevelRef(sku, PLACE), quantity, None)


def tell(amazon: AmazonAdapter, quantity: int | None, sku: str = "MUG") -> Answer:
    """Tell one number by itself."""
    answers = amazon.send(amazon.build(Mode.DELTA, [write(quantity, sku)], KEY), KEY)
    assert isinstance(answers, list)
    [answer] = answers
    return answer


def payload(amazon: AmazonAdapter, **quantities: int | None) -> dict[str, Any]:
    """A bulk message of these quantities by SKU."""
    writes = [write(quantity, sku) for sku, quantity in quantities.items()]
    return amazon.build(Mode.BULK, writes, KEY)


def orders(amazon: AmazonAdapter, since: datetime | None = None) -> dict[str, RemoteOrder]:
    return {each.external_id: each for each in amazon.pull_orders(since)}
