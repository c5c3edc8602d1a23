"""What happened, one line each, in the order of time; from stored facts alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.db.models import Model

from channels import reasons
from channels.models import ChannelOrder, Observation, Publication
from channels.models.publication import Status
from inventory.models import State
from syncjobs.forensics.facts import Facts, Step, placed_at
from syncjobs.forensics.phrases import units
from syncjobs.models import Run

Entry = dict[str, Any]
"""at (ISO, UTC), what (a sentence), kind, model ("app.model") and pk of what it is about."""

SHOWN = 12
"""Movements shown; orders of these that other channels sold are shown with their own times."""


def draw(facts: Facts) -> list[Entry]:
    """The timeline of a case, oldest first."""
    entries = chain(
        _sale(facts), _movements(facts), _told(facts), _seen(facts), map(_run, facts.runs)
    )
    return sorted(entries, key=lambda entry: str(entry["at"]))


def _entry(at: datetime, what: str, kind: str, about: Model) -> Entry:
    return {
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "what": what,
        "kind": kind,
        "model": about._meta.label_lower,  # noqa: SLF001 - Django's documented API
        "pk": about.pk,
    }


def _sale(facts: Facts) -> Iterator[Entry]:
    step = facts.sale
    if facts.binding is not None:
        yield from _order(facts.binding)
    left = max(0, step.before)
    what = (
        f"Order {step.movement.document or 'without a number'} took {units(facts.needed)} at"
        f" {step.movement.warehouse}; {units(left)} were left to sell."
    )
    yield _entry(step.at, what, "short", step.movement)


def _order(binding: ChannelOrder) -> Iterator[Entry]:
    sold = placed_at(binding)
    if sold is not None:
        what = f"Order {binding.number} was placed at {binding.channel}."
        yield _entry(sold, what, "sold", binding)
    what = f"We first heard of order {binding.number} of {binding.channel}."
    yield _entry(binding.heard_at, what, "heard", binding)


def _movements(facts: Facts) -> Iterator[Entry]:
    shown = facts.earlier[:SHOWN]
    for step in shown:
        yield _entry(step.at, _moved(step), "moved", step.movement)
    numbers = dict.fromkeys(step.movement.document for step in shown)
    for number in numbers:
        if number in facts.bindings and number != facts.sale.movement.document:
            yield from _order(facts.bindings[number])


def _moved(step: Step) -> str:
    move = step.movement
    place = "in stock" if move.state == State.ON_HAND else "on orders"
    cause = f" ({move.document})" if move.document else ""
    return (
        f"{move.get_reason_display()}{cause}: {move.delta:+d} {place} at {move.warehouse};"
        f" {step.left} left to sell."
    )


def _told(facts: Facts) -> Iterator[Entry]:
    for told in facts.publications:
        place = told.level.location
        guard = "" if told.expected is None else f", where we believed {told.expected}"
        what = f"{told.quantity} was written for {place}{guard}."
        yield _entry(told.created_at, what, "told", told)
        if told.answered_at is not None:
            yield _entry(told.answered_at, _answer(told), "answered", told)


def _answer(told: Publication) -> str:
    place = told.level.location
    if told.status in {Status.ACCEPTED, Status.OBSERVED}:
        return f"{place} acknowledged {told.quantity}."
    return f"{told.quantity} was not taken by {place}: {reasons.label(told.code)}."


def _seen(facts: Facts) -> Iterator[Entry]:
    for seen in facts.observations:
        yield _entry(seen.read_at, _observed(seen), "read" if seen.is_read else "believed", seen)


def _observed(seen: Observation) -> str:
    place = seen.level.location
    shown = "no number" if seen.available is None else seen.available
    believed = "nothing certain" if seen.believed is None else seen.believed
    if seen.is_read:
        return f"{place} was read: it showed {shown}, we believed {believed}."
    if seen.available is None:
        return f"What {place} shows became uncertain by its own order; we believed {believed}."
    return f"By an order of its own {place} should show {shown} now, after {believed}."


def _run(run: Run) -> Entry:
    why = f": {reasons.label(run.error_code)}" if run.error_code else ""
    what = f"{run} ({run.get_kind_display()}): {run.get_status_display().lower()}{why}."
    return _entry(run.ended_at or run.created_at, what, "run", run)
