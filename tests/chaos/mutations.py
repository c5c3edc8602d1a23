"""Guards of the product, each with a way to take it away: so that a test can prove that it bites.

A mutation patches the product in this process, for as long as one story lasts. README.md beside
this says which guard each one is and what is seen to fail.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from channels import registry
from channels.contract import Answer, Mode, Outcome
from channels.intake import bindings, following, leaving
from channels.models import ChannelOrderLine
from inventory import posting
from inventory.ledger import Cause
from orders.models import SalesOrderLine
from syncjobs import acknowledgements, claims, delivery, importing, lease, resuming
from tests.chaos import scenarios, storms
from tests.chaos.scenarios import Story
from tests.store import KIND

Patch = pytest.MonkeyPatch


def no_compare_and_set(patch: Patch) -> None:
    """Numbers are told without saying what we believed."""
    write = delivery.write

    def blind(channel: Any, adapter: Any, _: Mode, lines: Any, cause: str) -> Any:
        unguarded = [replace(line, expected=None) for line in lines]
        return write(channel, adapter, Mode.ABSOLUTE, unguarded, cause)

    patch.setattr(delivery, "write", blind)


def no_import_before_telling(patch: Patch) -> None:
    """A stale answer is followed by a fresh read alone, and no look at the orders."""
    patch.setattr(importing, "take_if_allowed", lambda *_, **__: None)


def no_key_reuse(patch: Patch) -> None:
    """A repeat goes out under a key of its own."""
    send = delivery.offer

    def renamed(batch: Any, adapter: Any, **settings: Any) -> Any:
        original = adapter.send
        patch.setattr(adapter, "send", lambda payload, _: original(payload, str(uuid.uuid4())))
        return send(batch, adapter, **settings)

    patch.setattr(delivery, "offer", renamed)


def resume_skipped(patch: Patch) -> None:
    """What an earlier process left open stays open."""
    patch.setattr(resuming, "resume", lambda *_: 0)


def key_of_the_number(patch: Patch) -> None:
    """The idempotency key is derived from what is told."""
    told: list[Any] = []
    write = delivery.write

    def named(channel: Any, adapter: Any, mode: Mode, lines: Any, cause: str) -> Any:
        told[:] = [(line.claim.level_id, line.quantity) for line in lines]
        return write(channel, adapter, mode, lines, cause)

    patch.setattr(delivery, "write", named)
    patch.setattr(
        delivery,
        "uuid",
        SimpleNamespace(uuid4=lambda: uuid.uuid5(uuid.NAMESPACE_OID, str(told))),
    )


def cursor_of_time(patch: Patch) -> None:
    """Due levels are read once each, by when they became due: a late commit is behind that."""
    due = claims._due
    seen: list[datetime] = []

    def newer(channel: Any) -> Any:
        levels = due(channel).order_by()
        if seen:
            levels = levels.filter(stale_at__gt=max(seen))
        return levels

    def claimed(channel: Any, limit: int, *_: Any) -> Any:
        found = claims._claims(newer(channel).order_by("stale_at", "pk")[:limit])
        seen.extend(each.due_since for each in found)
        return found

    patch.setattr(claims, "_due", newer)
    patch.setattr(claims, "due", claimed)


def settle_whatever_version(patch: Patch) -> None:
    """An acknowledgement settles the level, also what changed since the number was computed."""
    blind = acknowledgements._ACCEPTED.replace(
        "greatest(level.pushed_version, news.version)", "level.stale_version"
    )
    assert blind != acknowledgements._ACCEPTED
    patch.setattr(acknowledgements, "_ACCEPTED", blind)


def no_lease(patch: Patch) -> None:
    """Everybody may push at any time."""
    patch.setattr(lease, "hold", lambda _: nullcontext(enter_result=True))


def order_not_recognised(patch: Patch) -> None:
    """An order that is told again passes for a new one."""
    bind = bindings.bind

    def forgetful(channel: Any, remote: Any) -> Any:
        bound, is_new = bind(channel, remote)
        bound.order = None
        bound.lines.all().delete()
        return bound, is_new

    patch.setattr(bindings, "bind", forgetful)
    patch.setattr(following, "settled", lambda *_: set())


def refund_booked_twice(patch: Patch) -> None:
    """Nobody remembers what was put back, and the ledger is given a new key each time."""
    put_back = leaving.put_back

    def forgetful(*args: Any) -> Any:
        products = put_back(*args)
        ChannelOrderLine.objects.update(returned=0)
        SalesOrderLine.objects.update(returned=0)
        return products

    patch.setattr(leaving, "put_back", forgetful)
    patch.setattr(leaving, "_cause", lambda *_: Cause())


def no_row_lock(patch: Patch) -> None:
    """Levels are judged without locking them first."""
    blind = posting._POST.replace("FOR UPDATE", "")
    assert blind != posting._POST
    patch.setattr(posting, "_POST", blind)


def no_split(patch: Patch) -> None:
    """A batch with one bad line is refused whole, and that is that."""
    deliver = delivery.deliver

    def strict(*args: Any) -> list[Answer]:
        answers = deliver(*args)
        bad = [each for each in answers if each.outcome == Outcome.REJECTED]
        return [bad[0]] * len(answers) if bad else answers

    patch.setattr(delivery, "deliver", strict)


def increases_first(patch: Patch) -> None:
    """What rose is told before what fell."""
    patch.setattr(
        delivery.Line, "urgency", property(lambda line: (-line.quantity, line.claim.level_id))
    )


def no_budget(patch: Patch) -> None:
    """Calls go out whatever the store has left for us."""
    patch.setattr("channels.meter.LocalMeter.reserve", lambda *_: 0.0)
    patch.setattr("syncjobs.budgets.RedisMeter.reserve", lambda *_: 0.0)


def wall_clock(patch: Patch) -> None:
    """The window of a poll begins by the shop's wall clock, taken for UTC."""
    adapter = registry.get(KIND)
    pull = adapter.pull_orders
    zone = ZoneInfo("Pacific/Kiritimati")

    def shifted(self: Any, since: datetime | None) -> Any:
        return pull(self, since and since.astimezone(zone).replace(tzinfo=UTC))

    patch.setattr(adapter, "pull_orders", shifted)


@dataclass(frozen=True)
class Mutation:
    """A guard taken away, the story that must end badly then, and what is seen to be wrong."""

    remove: Callable[[Patch], None]
    story: Story
    seen: str

    @property
    def name(self) -> str:
        return self.remove.__name__

    @contextmanager
    def made(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            self.remove(patch)
            yield


_BELIEF = r"\(right, shown, believed, due\)"
MUTATIONS = [
    Mutation(no_compare_and_set, scenarios.in_flight_sale, _BELIEF),
    Mutation(no_import_before_telling, scenarios.in_flight_sale, _BELIEF),
    Mutation(no_key_reuse, scenarios.lost_answer, "rejected"),
    Mutation(resume_skipped, scenarios.lost_answer, "sent"),
    Mutation(key_of_the_number, scenarios.same_number_again, "channels_batch_key"),
    Mutation(cursor_of_time, scenarios.late_commit, _BELIEF),
    Mutation(settle_whatever_version, scenarios.change_while_telling, _BELIEF),
    Mutation(no_lease, scenarios.two_pushers, "busy"),
    Mutation(order_not_recognised, scenarios.order_told_often, "assert [2-9] == 1"),
    Mutation(refund_booked_twice, scenarios.refund_told_often, r"assert (8|9|1\d) == "),
    Mutation(no_row_lock, partial(scenarios.two_writers, rounds=60), "on_hand_not_negative"),
    Mutation(no_split, partial(storms.poison, number=5), "0, 5"),
    Mutation(increases_first, partial(storms.rate_storm, number=9), "zeros, decreases"),
    # So slow a bucket does not fill by itself, however long a busy machine takes for a run.
    Mutation(no_budget, partial(storms.rate_storm, restore_rate=20), "more than it had"),
    Mutation(no_import_before_telling, partial(storms.disorder, lost=0.9), "channel|committed|=="),
    Mutation(wall_clock, partial(storms.clocks, zone="UTC", turn=storms.TURNS[0]), "gid:"),
]
