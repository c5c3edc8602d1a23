"""Holds a run back that would empty a channel: a person looks first.

One wrong import, mapping or count can turn a whole catalogue to 0. So before a run tells anything
it is foreseen how much it would zero. Beyond the channel's share the zeros are held, everything
else goes out, and the run waits for approval. What is approved is what was shown, and no zero more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext

from channels import publishing
from channels.models import Batch, Channel
from channels.rules import Decision
from desk import numbers
from syncjobs import claims
from syncjobs.claims import Claim
from syncjobs.models import Run

SMALLEST = 5
"""Fewer zeros never trip it: in a small shop two products sold out are a good day."""
WINDOW = timedelta(hours=1)
"""Zeros told within it count together, so that a slow leak trips the breaker like a flood."""
TOP = 20


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A number that would change at the channel; ordered by how much."""

    size: int
    sku: str
    location_id: int
    before: int
    after: int


@dataclass(slots=True)
class Forecast:
    """What a run is about to tell. Counts are listing levels; `top` are the largest changes. What a
    channel shows is not known of the unread, so nothing can be said about them yet."""

    ups: int = 0
    downs: int = 0
    zeros: int = 0
    unchanged: int = 0
    unknown: int = 0
    unread: int = 0
    top: list[Change] = field(default_factory=list)

    def add(self, claim: Claim, decision: Decision) -> None:
        """Count one level; what is cleared vanishes like what is zeroed."""
        before = claim.acknowledged
        quantity = 0 if decision.is_cleared else decision.quantity
        if quantity is None:
            self.unknown += 1
            return
        if quantity == before:
            self.unchanged += 1
            return
        if before is None:
            self.unread += 1
            return
        if quantity == 0:
            self.zeros += 1
        elif quantity > before:
            self.ups += 1
        else:
            self.downs += 1
        size = abs(quantity - before)
        _keep(self.top, Change(size, claim.sku, claim.location_id, before, quantity))

    def as_json(self) -> dict[str, Any]:
        """What is stored with the paused run, the largest changes first."""
        counts = {name: getattr(self, name) for name in ("ups", "downs", "zeros", "unchanged")}
        top = [asdict(change) for change in sorted(self.top, reverse=True)]
        return {**counts, "unknown": self.unknown, "top": top}


def _keep(heap: list[Change], change: Change) -> None:
    """Keep the TOP largest."""
    if len(heap) < TOP:
        heap.append(change)
        heap.sort(key=lambda each: each.size)
    elif change.size > heap[0].size:
        heap[0] = change
        heap.sort(key=lambda each: each.size)


def foresee(
    batches: Iterable[Sequence[Claim]], approved: Collection[int] = frozenset()
) -> Forecast:
    """What telling these levels would do, but for those whose zero was approved. Two queries per
    batch; tells nobody anything."""
    forecast = Forecast()
    for batch in batches:
        decisions = publishing.decide(claim.place for claim in batch)
        for claim in batch:
            if claim.level_id not in approved:
                forecast.add(claim, decisions[claim.place])
    return forecast


def verdict(channel: Channel, zeros: int) -> str:
    """Why so many more zeros may not go without approval; empty when they may."""
    if channel.breaker_share >= 100 or not zeros:
        return ""
    lately = _zeroed_lately(channel)
    if lately + zeros < SMALLEST:
        return ""
    shown = claims.count_shown(channel) + lately
    share = 100 * (lately + zeros) / max(shown, 1)
    if share <= channel.breaker_share:
        return ""
    text = gettext(
        "%(zeros)s of %(shown)s numbers on offer (%(share)d %%) would be set to 0 within an hour;"
        " %(channel)s allows %(allowed)d %%."
    )
    return text % {
        "zeros": numbers.shown(lately + zeros),
        "shown": numbers.shown(shown),
        "share": round(share),
        "channel": channel,
        "allowed": channel.breaker_share,
    }


def _zeroed_lately(channel: Channel) -> int:
    batches = Batch.objects.filter(
        channel=channel, zeroed__gt=0, created_at__gt=timezone.now() - WINDOW
    )
    return batches.aggregate(units=Sum("zeroed"))["units"] or 0


def _approved_lately(channel: Channel) -> frozenset[int]:
    """Levels whose zeros a person approved: for an hour, so that the approval outlives a run that
    could not be finished."""
    runs = Run.objects.filter(channel=channel, created_at__gt=timezone.now() - WINDOW)
    approved = runs.exclude(approved_levels=[]).values_list("approved_levels", flat=True)
    return frozenset(level for levels in approved for level in levels)


class Guard:
    """Decides for one run whether its zeros may go."""

    def __init__(self, run: Run, channel: Channel) -> None:
        self._run, self._channel = run, channel
        self._approved = _approved_lately(channel)
        self._why = ""

    def is_approved(self, level_id: int) -> bool:
        """Whether a person has seen just this zero and let it go."""
        return level_id in self._approved

    def foresee(self, low: int, batches: Iterable[Sequence[Claim]]) -> None:
        """Look at all that a run is about to tell, before any of it is told. `low`: how many levels
        may be zeroed at most; where those could not trip it, nothing needs to be decided twice."""
        approved = claims.count_showing(self._channel, self._approved) if self._approved else 0
        if verdict(self._channel, low - approved):
            zeros = foresee(batches, self._approved).zeros
            self._why = self._why or verdict(self._channel, zeros)

    def admits(self, zeros: int) -> bool:
        """Whether so many zeros may be told now; what became due meanwhile counts like the rest."""
        self._why = self._why or verdict(self._channel, zeros)
        return not self._why

    def ask(self) -> None:
        """At the end of the run: put one question to a person about all that is held by now, be it
        by this run or an earlier one, whose own question this one takes over."""
        if not (self._why and self._run.held):
            return
        held = list(claims.held(self._channel))
        waiting = Run.objects.filter(channel=self._channel, status=Run.Status.PAUSED)
        with transaction.atomic():
            waiting.update(
                status=Run.Status.FINISHED, error=f"{self._run} asks for these zeros, too."
            )
            self._run.preview = {
                "why": self._why,
                **foresee(held).as_json(),
                "held": [claim.level_id for batch in held for claim in batch],
            }
            self._run.save(update_fields=["preview"])
