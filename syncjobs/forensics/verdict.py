"""Which window let an oversell through: decided from the facts, by plain comparison of times.

A channel's times come in whole seconds, so a sale there lies anywhere within its second. What
happened here in that same second counts as before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import Code
from channels.models import Publication
from channels.models.publication import Status
from inventory.models import State
from syncjobs.forensics import advice
from syncjobs.forensics.facts import Facts, Step
from syncjobs.models import Oversell

Window = Oversell.Window

TICK = timedelta(seconds=1)
SKEW = timedelta(seconds=2)
"""How far a channel's clock may be off. A number answered this shortly before a sale may not have
been there yet."""

ANSWERED = {Status.ACCEPTED, Status.OBSERVED}
REFUSED = {Status.REJECTED, Status.EXPIRED}
ARRIVED = {Code.STALE, Code.KEY_EXPIRED, Code.OUTCOME_UNKNOWN}
"""Refusals of a number that was on its way, rather than turned away at the door."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The window, how many seconds it was open (None: no such span), and what would have closed
    it."""

    window: Oversell.Window
    seconds: float | None
    advice: str


def judge(facts: Facts) -> Verdict:
    """Say what let the sale through."""
    crossing = _crossing(facts)
    if facts.channel is None:
        return _sold_here(facts, crossing)
    if facts.sale.before >= facts.needed:
        return Verdict(Window.UNKNOWN, None, advice.enough_elsewhere(facts))
    if crossing is not None and crossing.at > _sold_by(facts):
        return _fell_later(facts, crossing)
    return _was_known(facts, crossing)


def _crossing(facts: Facts) -> Step | None:
    """The movement that took what the sale needed: after it there was too little, before it
    enough. None when there was too little for as long as we look back."""
    for step in facts.earlier:
        if step.left >= facts.needed:
            return None
        if step.before >= facts.needed:
            return step
    return None


def _sold_by(facts: Facts) -> datetime:
    """The latest moment at which the sale can have been made."""
    sold = facts.sold_at(facts.sale)
    is_rounded = facts.binding is not None and sold.microsecond == 0
    return min(sold + TICK, max(sold, facts.sale.at)) if is_rounded else sold


def _seconds(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())


def _sold_here(facts: Facts, crossing: Step | None) -> Verdict:
    known = _seconds(crossing.at, facts.sale.at) if crossing else None
    return Verdict(Window.SOLD_HERE, known, advice.sold_here(facts))


def _fell_later(facts: Facts, crossing: Step) -> Verdict:
    """There was enough when it was sold; something took it before the order came in."""
    sold = facts.sold_at(facts.sale)
    if crossing.movement.state == State.ON_HAND:
        return Verdict(
            Window.STOCK_FELL, _seconds(sold, crossing.at), advice.stock_fell(facts, crossing)
        )
    other = facts.bindings.get(crossing.movement.document)
    if other is not None and other.channel == facts.channel:
        return _edited_or_unknown(facts, None)
    late = min((facts.sale, crossing), key=facts.sold_at)
    seconds = _seconds(facts.sold_at(late), late.at)
    return Verdict(Window.NOT_IMPORTED, seconds, advice.not_imported(facts, late, seconds))


def _was_known(facts: Facts, crossing: Step | None) -> Verdict:
    """We knew already that there was too little: did the channel?"""
    since = crossing.at if crossing else None
    sold = facts.sold_at(facts.sale)
    stopping = _stopping(facts, since)
    told = [each for each in stopping if _is_told(each, sold)]
    if told:
        return _edited_or_unknown(facts, told[-1])
    flying = [each for each in stopping if _may_have_arrived(each) and not _is_over(each, sold)]
    if flying:
        seconds = _seconds(flying[0].created_at, _sold_by(facts))
        return Verdict(Window.IN_FLIGHT, seconds, advice.in_flight(facts, flying[0], seconds))
    late = _seconds(since, _sold_by(facts)) if since else None
    return Verdict(Window.NOT_TOLD, late, advice.not_told(facts, stopping, late))


def _stopping(facts: Facts, since: datetime | None) -> Sequence[Publication]:
    """Numbers written before the sale, of a stock that was too low already, that would have stopped
    it."""
    return [
        each
        for each in facts.publications
        if (each.quantity or 0) < facts.needed
        and each.created_at <= _sold_by(facts)
        and (since is None or each.created_at >= since)
    ]


def _is_over(told: Publication, sold: datetime) -> bool:
    return told.answered_at is not None and told.answered_at <= sold - SKEW


def _may_have_arrived(told: Publication) -> bool:
    return told.status not in REFUSED or told.code in ARRIVED


def _is_told(told: Publication, sold: datetime) -> bool:
    return told.status in ANSWERED and _is_over(told, sold)


def _edited_or_unknown(facts: Facts, told: Publication | None) -> Verdict:
    """The channel showed too little, and sold all the same."""
    for seen in facts.observations:
        since = told.answered_at if told and told.answered_at else None
        if since is not None and seen.read_at < since:
            continue
        believed = seen.believed
        if believed is None and told is not None:
            is_after = seen.read_at > _sold_by(facts)
            believed = (told.quantity or 0) - (facts.needed if is_after else 0)
        is_raised = believed is not None and (seen.available or 0) > believed
        if seen.is_read and is_raised:
            open_since = since or facts.sold_at(facts.sale)
            seconds = _seconds(open_since, seen.read_at)
            return Verdict(Window.CHANGED_THERE, seconds, advice.changed_there(facts, seen))
    return Verdict(Window.UNKNOWN, None, advice.unknown(facts, told))
