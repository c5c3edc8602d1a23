"""A real retailer's busy day, its customers at a store while goods move here: `make day FILE=...`.

SPEED (50) is how many times faster than real it goes, DAY (2011-11-22) which day it is, PLAN (plus)
which budget of calls the store allows: time runs faster, its budget does not. Everything
is a process of its own: the store, our web (which hears the store's webhooks), a Celery worker, and
a broker; the clock of the schedule is compressed alike. One call in twenty fails, one webhook in
ten is lost, and those under way are shuffled. At the end nothing may be lost, doubled or different.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, F
from django.utils import timezone

from channels import onboarding
from channels.models import Channel, Notice, Publication
from inventory.models import Warehouse
from syncjobs import freshness
from syncjobs.models import Finding, Oversell, Run
from tests.acceptance.trading import verdict
from tests.acceptance.trading.customers import Customers
from tests.acceptance.trading.house import Clock, House, opened
from tests.acceptance.trading.script import Script, Timed, tell
from tests.acceptance.trading.stockroom import Stockroom, open_stock
from tests.factories import make_warehouse
from tests.store import Store, feed, open_channel, sync

FAULTS: Sequence[dict[str, Any]] = (
    {"kind": "cut"},
    {"kind": "http_status", "status": 503},
    {"kind": "http_status", "status": 429, "retry_after": 1},
    {"kind": "throttled"},
)
SHARE = 0.05
"""How many calls fail; each of the faults has its part of it."""
HABITS = {"drop_share": 0.1, "shuffle": True, "seed": 5}
NOTE_SECONDS = 2.0
SECRET = "sandbox-secret"


@dataclass
class Trade:
    """One rehearsal: what is told, how fast, how long it may take to come to rest, and which share
    of the calls fails."""

    house: House
    script: Script
    speed: float
    patience: float
    share: float = SHARE
    webhooks: dict[str, str] = field(default_factory=dict)
    noted: float = 0.0

    @property
    def store(self) -> Store:
        return self.house.store

    def run(self) -> list[str]:
        """Live through it; what is wrong at the end."""
        warehouse = make_warehouse(code="main", name="Main")
        self.stockroom = Stockroom(warehouse, open_stock(warehouse, self.script.opening))
        self.channel = self._connect(warehouse)
        self.customers = Customers(self.store)
        self.clock = Clock(self.house, self.speed)
        for seed, fault in enumerate(FAULTS, 1):
            self.store.post("faults", share=self.share / len(FAULTS), seed=seed, **fault)
        self.store.post("webhooks", **HABITS)
        self.clock.start()
        try:
            self.took = self._trade()
            began = time.monotonic()
            wrong = self._rest()
            self.rested = time.monotonic() - began
            return wrong
        finally:
            self.clock.stop()
            say(self.report())

    def _connect(self, warehouse: Warehouse) -> Channel:
        """The store has all the goods; they are listed, told, and the store tells us its news."""
        self.store.post("locations", locations=[{"name": "Shop"}])
        self.store.add(*self.script.opening)
        channel = open_channel(self.store, is_cancellation_archived=True)
        channel.credentials |= {"client_secret": SECRET}
        channel.save()
        feed(channel, "Shop", warehouse)
        onboarding.tick(channel, list(self.stockroom.products.values()))
        channel.listings.update(eligible_at=timezone.now())
        run = sync(channel, Run.Kind.NEW)
        assert run.status == Run.Status.FINISHED, run.error
        self.house.queue("subscribe")
        until(lambda: is_subscribed(channel), 30, "webhooks are subscribed")
        return channel

    def _trade(self) -> float:
        """Customers there and people here, side by side; returns the seconds it took."""
        began = time.monotonic()
        errors: list[BaseException] = []

        def visit() -> None:
            try:
                self._follow(began, self.script.there, self.customers.act)
            except BaseException as error:  # raised again in the test's own thread
                errors.append(error)

        visitors = threading.Thread(target=visit, name="customers")
        visitors.start()
        try:
            self._follow(began, self.script.here, self.stockroom.act)
        finally:
            while visitors.is_alive():
                visitors.join(NOTE_SECONDS)
                self._note_webhooks()
        if errors:
            raise errors[0]
        return time.monotonic() - began

    def _follow(self, began: float, events: Iterable[Timed], act: Callable[..., None]) -> None:
        for at, event in events:
            time.sleep(max(0.0, began + at / self.speed - time.monotonic()))
            act(event)
            if act == self.stockroom.act and time.monotonic() > self.noted + NOTE_SECONDS:
                self._note_webhooks()

    def _note_webhooks(self) -> None:
        """The store remembers only its last 500, so they are read as we go."""
        self.noted = time.monotonic()
        for each in self.store.get("webhooks")["deliveries"]:
            self.webhooks[each["id"]] = each["outcome"]

    def _rest(self) -> list[str]:
        """The store is well again; the clock goes on until nothing differs, or patience ends."""
        self._note_webhooks()
        self.store.post("faults/clear")
        self.store.post("webhooks")
        self.well_at = timezone.now()
        deadline = time.monotonic() + self.patience
        while (wrong := self._wrong(self.well_at)) and time.monotonic() < deadline:
            time.sleep(0.5)
        self._note_webhooks()
        return [*wrong, *verdict.books()]

    def faults_hit(self) -> int:
        """How many calls failed on purpose."""
        return sum(self.struck.values())

    def _wrong(self, since: datetime) -> list[str]:
        return verdict.differences(self.channel, self.store, since, self.stockroom.sales)

    def report(self) -> str:
        """The figures, one a line."""
        return "\n".join(f"  {name:<24} {value}" for name, value in self.figures().items())

    def figures(self) -> dict[str, object]:
        buyers, people = self.customers, self.stockroom
        fresh = freshness.of([self.channel])[self.channel.pk]
        counters = self.store.get("counters")["counters"]
        self.struck = {name: n for name, n in counters.items() if name.startswith("fault.")}
        lost = sum(outcome == "lost on the way" for outcome in self.webhooks.values())
        sold = len(buyers.orders)
        return {
            "products": len(self.script.opening),
            "took": f"{self.took:.0f} s, then {self.rested:.1f} s to come to rest",
            "sales at the store": f"{sold} ({sold * 60 / self.took:.1f} a minute)",
            "refused by the store": f"{buyers.refused} sales, {buyers.short} lines of others",
            "canceled, refunded there": f"{buyers.canceled}, {buyers.refunded}"
            f" ({buyers.too_early} lines of earlier days)",
            "sales here": people.sales,
            "receipts, purchases": f"{people.receipts}, {people.purchases}",
            "corrections, shipped": f"{people.corrections}, {people.shipped}",
            "not possible here": people.not_done,
            "webhooks": f"{Notice.objects.count()} received, {lost} of"
            f" {len(self.webhooks)} seen were dropped",
            "calls": f"{counters['requests']}, failed on purpose {self.struck}",
            "throttled": f"{counters['throttled']}, of them meant"
            f" {counters.get('fault.throttled', 0)}",
            "overwrites": counters["overwrites"],
            "numbers told": f"{counters['lines_written']} lines, receipts {_by(Publication)}",
            "freshness": f"p50 {fresh.median}, p99 {fresh.slowest} s of {fresh.told} told;"
            f" backlog {fresh.backlog}",
            "runs": dict(Counter(Run.objects.values_list("kind", "status"))),
            "longest runs": _longest(),
            "findings": dict(Counter(Finding.objects.values_list("cause", "outcome"))),
            "oversell cases": dict(Counter(Oversell.objects.values_list("window", flat=True))),
            "clock": self.clock.started,
        }


def _longest() -> str:
    """Seconds that runs held the channel, the longest first; others waited for so long."""
    ended = Run.objects.exclude(ended_at=None).exclude(started_at=None)
    runs = ended.annotate(took=F("ended_at") - F("started_at")).order_by("-took")[:5]
    return ", ".join(f"{run.kind} {run.took.total_seconds():.1f}" for run in runs)


def _by(model: type[Publication]) -> dict[str, int]:
    return dict(model.objects.order_by().values_list("status").annotate(Count("pk")))


def is_subscribed(channel: Channel) -> bool:
    channel.refresh_from_db()
    return channel.hooks_checked_at is not None


def until(is_so: Callable[[], bool], patience: float, what: str = "") -> None:
    """Wait until something is so, at most `patience` seconds."""
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def say(text: str) -> None:
    print(text, flush=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(0)
def test_a_day_of_trade_at_the_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    day = date.fromisoformat(os.environ.get("DAY") or "2011-11-22")
    speed = float(os.environ.get("SPEED") or 50)
    script = tell(Path(os.environ["FILE"]), [day])
    with opened(monkeypatch, tmp_path, os.environ.get("PLAN") or "plus") as house:
        trade = Trade(house, script, speed, patience=300)
        say(
            f"{day} at {speed:g} times its speed: {script.sales_there} sales at the store,"
            f" {script.seconds / 3600:.1f} h in {script.seconds / speed / 60:.1f} min;"
            f" logs in {tmp_path}"
        )
        wrong = trade.run()
    assert wrong == [], "\n".join(wrong)
