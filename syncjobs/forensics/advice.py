"""What would have prevented an oversell: plain words that name the setting or the habit."""

from __future__ import annotations

from collections.abc import Sequence

from channels import reasons
from channels.models import Channel, Observation, Publication
from syncjobs.forensics.facts import Facts, Step
from syncjobs.forensics.phrases import span, units
from syncjobs.models import Run

QUICK = 2.0
"""Seconds from a change to its number at the channel when nothing stands in the way."""
PROMPT = 60.0
"""Seconds within which an order that a webhook tells of is in."""


def enough_elsewhere(facts: Facts) -> str:
    return (
        f"Another warehouse that {facts.channel} sells from has enough: transfer"
        f" {units(facts.case.short)} to {facts.case.warehouse}, or ship from there."
    )


def sold_here(facts: Facts) -> str:
    left = max(0, facts.sale.before)
    return (
        f"It was placed here for {units(facts.needed)} when {units(left)} were left to sell, and"
        " that was known: look at Quantity at hand before placing an order by hand, or expect the"
        " units from a supplier first."
    )


def stock_fell(facts: Facts, crossing: Step) -> str:
    cause = crossing.movement.get_reason_display().lower()
    return (
        f"It was sold while the stock seemed enough; then it was {cause} by"
        f" {crossing.movement.delta:+d}. Take in the channel's orders right before counting or"
        f" adjusting, count more often, or keep a safety buffer of {units(facts.case.short)}."
    )


def not_imported(facts: Facts, late: Step, seconds: float) -> str:
    """The order that came in late, and why."""
    binding = facts.bindings.get(late.movement.document)
    if binding is None:
        return f"Order {late.movement.document} was {span(seconds)} late."
    start = f"Order {binding.number} of {binding.channel} came in {span(seconds)} after its sale. "
    buffer = f" Until then only a safety buffer of {units(facts.case.short)} would have helped."
    return start + _why_orders_are_late(binding.channel, seconds) + buffer


def _why_orders_are_late(channel: Channel, seconds: float) -> str:
    if channel.hooks_checked_at is None:
        return (
            "The channel sends us no webhooks, so its orders come by the schedule only: set up its"
            " webhooks, or let the schedule look for orders more often."
        )
    if seconds > PROMPT:
        return (
            "Its webhook did not come or came late, so the schedule brought it: look at the"
            " channel's webhooks, and let the schedule look for orders more often."
        )
    return "Its webhook was as quick as webhooks are."


def in_flight(facts: Facts, told: Publication, seconds: float) -> str:
    return (
        f"{told.quantity} had been sent {span(seconds)} before, and {facts.channel} had not shown"
        f" it yet. No setting makes this shorter; a safety buffer of {units(facts.case.short)} on"
        " the channel covers it."
    )


def not_told(facts: Facts, stopping: Sequence[Publication], seconds: float | None) -> str:
    """Why the right number was not there in time: a switch, an error, or only its way."""
    return (
        _switched_off(facts)
        or _listing_held(facts)
        or _refused(stopping)
        or _run_failed(facts)
        or _only_slow(facts, seconds)
    )


def _switched_off(facts: Facts) -> str:
    channel = facts.channel
    if channel is None or (
        channel.is_active and channel.is_stock_synced and channel.is_updated_on_change
    ):
        return ""
    if not (channel.is_active and channel.is_stock_synced):
        return (
            f"Stock sync is off for {channel}, so it keeps selling what it last knew: switch it on."
        )
    return (
        f"“Update quantity when it changes” is off for {channel}, so numbers go out by hand only:"
        " switch it on."
    )


def _listing_held(facts: Facts) -> str:
    if not facts.levels:
        return (
            f"The product is not communicated to {facts.channel}, which sells by a number of its"
            " own: tick the channel on the product."
        )
    for level in facts.levels:
        if not level.listing.is_ticked or level.listing.is_excluded:
            return (
                f"The product is held back from {facts.channel}: tick the channel on it, and clear"
                " its exclude switch."
            )
        reason = level.listing.reason or level.reason
        if reason:
            return f"{reasons.label(reason)}: {reasons.advice(reason)}"
    return ""


def _refused(stopping: Sequence[Publication]) -> str:
    for told in reversed(stopping):
        if told.code:
            return (
                f"{told.quantity} was sent, but not taken"
                f" ({reasons.label(told.code)}). {reasons.advice(told.code)}"
            )
    return ""


def _run_failed(facts: Facts) -> str:
    for run in facts.runs:
        if run.status == Run.Status.PAUSED:
            return (
                f"The zeros of {run} waited for a person's approval: approve sooner, or raise the"
                f" share at which {facts.channel} pauses."
            )
        if run.status == Run.Status.FAILED:
            return (
                f"{facts.channel} rested after an error"
                f" ({reasons.label(run.error_code)}). {reasons.advice(run.error_code)}"
            )
    return ""


def _only_slow(facts: Facts, seconds: float | None) -> str:
    buffer = (
        f"A safety buffer of {units(facts.case.short)} on {facts.channel} would have covered it."
    )
    if seconds is None:
        return f"{facts.channel} had not been told how little is left. {buffer}"
    if seconds < QUICK:
        return (
            f"The sale came {span(seconds)} after the change, before the number was out: no setting"
            f" is that quick. {buffer}"
        )
    return (
        f"The right number had been due for {span(seconds)} and waited its turn behind others, or"
        f" for the channel's rate limit. {buffer} If it waits long often, look at the channel's"
        " freshness: other programs may use up the same limit."
    )


def changed_there(facts: Facts, seen: Observation) -> str:
    return (
        f"{facts.channel} showed {seen.available} where we believed"
        f" {'nothing certain' if seen.believed is None else seen.believed}: a person or another"
        " program raised the number there. Change stock here only, and let its policy mend what"
        " differs."
    )


def unknown(facts: Facts, told: Publication | None) -> str:
    """What is known all the same."""
    if told is None:
        return (
            f"{facts.channel} sold more than it was told. See whether it is set to go on selling"
            " when out of stock, or whether somebody changed the number there."
        )
    return (
        f"{facts.channel} had accepted {told.quantity} before it sold {units(facts.needed)}. See"
        " whether the product is set there to go on selling when out of stock, or whether somebody"
        " placed the order there by hand."
    )
