"""Why a level shows another number than it should: one cause, in plain words. Pure Python.

The rules are asked in their order, and the first that has something to say decides: what can not be
read, what was refused, what is late, what was sold or changed at the channel, what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from django.utils import timezone

from channels import reasons
from channels.contract import Code
from channels.models import Channel
from syncjobs.models import Finding
from syncjobs.reconcile.evidence import Case

Cause = Finding.Cause

NO_REFUSAL = frozenset(
    {
        "",
        Code.STALE,
        Code.OUTCOME_UNKNOWN,
        Code.BREAKER,
        Code.NOT_FED,
        Code.EXCLUDED,
        Code.PRODUCT_INACTIVE,
        Code.STOCK_UNKNOWN,
        Code.SYNC_DISABLED,
        Code.UNAVAILABLE,
        Code.RATE_LIMITED,
        Code.IN_PROGRESS,
        Code.KEY_EXPIRED,
        Code.LOCATION_MISSING,
    }
)
"""Reasons a level may bear though the channel refused nothing. Every other is a refusal, those that
a plug-in brings included."""


@dataclass(frozen=True, slots=True)
class Finder:
    """What a judgement depends on beside the case. What is due since before `late_since` is late;
    what is unconfirmed since before `lost_since` should have shown by now; `listed_until`: sales
    from before then are listed by a channel that lists late, None where all are listed at once;
    `is_on`: the channel is told numbers by itself."""

    late_since: datetime
    lost_since: datetime
    listed_until: datetime | None
    is_on: bool
    time_zone: str
    problem: str = ""

    def clock(self, moment: datetime | None) -> str:
        """A time as the shop's own clock shows it."""
        if moment is None:
            return "an unknown time"
        local = timezone.localtime(moment, ZoneInfo(self.time_zone))
        return f"{local:%Y-%m-%d %H:%M} ({self.time_zone})"


class Verdict(Enum):
    """A judgement without a finding."""

    AGREES = "agrees"
    LATER = "later"  # something is under way: asked again at the next comparison


Said = tuple[Cause, str]
Judgement = Said | Verdict


def is_told(channel: Channel) -> bool:
    """Whether the channel is told numbers by itself, without anybody's asking."""
    return channel.is_active and channel.is_stock_synced and channel.is_updated_on_change


def finder(
    channel: Channel,
    late_since: datetime,
    lost_since: datetime,
    listed_until: datetime | None = None,
) -> Finder:
    return Finder(
        late_since, lost_since, listed_until, is_told(channel), channel.time_zone, channel.problem
    )


def judge(case: Case, by: Finder) -> Judgement:
    """The cause with its message, or that there is none."""
    for rule in RULES:
        said = rule(case, by)
        if said is not None:
            return said
    return Verdict.AGREES


def _missing(case: Case, _by: Finder) -> Judgement | None:
    subject = case.subject
    if not subject.is_location_active:
        return _unmapped(case, f"{subject.location} is missing or switched off at the channel.")
    if not subject.is_linked:
        why = reasons.label(subject.listing_reason or Code.NOT_MATCHED)
        advice = reasons.advice(subject.listing_reason or Code.NOT_MATCHED)
        return _unmapped(case, f"{subject.sku} is no longer linked: {_lower(why)}. {advice}")
    if case.shown is None:
        return _unmapped(
            case,
            f"The item that {subject.sku} was linked to is gone at the channel."
            f" {reasons.advice(Code.ITEM_MISSING)}",
        )
    if subject.believed is not None and not case.shown.is_active:
        return _unmapped(
            case,
            f"{subject.sku} is not stocked at {subject.location} any more, or the channel ships it"
            " from stock of its own.",
        )
    return None


def _unmapped(case: Case, words: str) -> Said:
    believed = case.subject.believed
    tail = "" if believed is None else f" The last number it showed, as far as we know: {believed}."
    return Cause.NOT_MAPPED, f"{words}{tail}"


def _unfed(case: Case, _by: Finder) -> Judgement | None:
    if case.subject.is_fed:
        return None
    if not case.available or case.subject.is_due:
        return Verdict.AGREES if not case.available else Verdict.LATER
    return Cause.NOT_MAPPED, (
        f"No warehouse feeds {case.subject.location}, and the channel still offers"
        f" {case.available} there. Map a warehouse to it, or set it to 0 at the channel."
    )


def _unconfirmed(case: Case, by: Finder) -> Judgement | None:
    """The channel takes its time to show what it was told."""
    subject = case.subject
    if subject.told_at is None:
        return None
    if case.available == case.should:
        return Verdict.AGREES
    if subject.told_at > by.lost_since:
        return Verdict.LATER
    told = "no number" if subject.told is None else subject.told
    return Cause.NOT_APPLIED, (
        f"{_shows(case)} {told} was handed over at {by.clock(subject.told_at)}, and the channel"
        " does not show it yet. Fewer are told at once all the same; more wait for its answer."
    )


def _nothing_to_tell(case: Case, _by: Finder) -> Judgement | None:
    """Stock that was never counted should show nothing in particular."""
    return Verdict.AGREES if case.should is None else None


def _refused(case: Case, by: Finder) -> Judgement | None:
    subject = case.subject
    if case.available == case.should or not (subject.is_due or subject.reason):
        return None
    is_refusal = subject.reason not in NO_REFUSAL
    if not (is_refusal or case.refusal):
        return None
    why = case.refusal or reasons.label(subject.reason)
    return Cause.REJECTED, (
        f"{_shows(case)} Our last number was refused: {_lower(why)}."
        f" {reasons.advice(subject.reason) if is_refusal else ''}".rstrip()
    )


def _late(case: Case, by: Finder) -> Judgement | None:
    """Due, and not told for longer than a sweep takes."""
    subject = case.subject
    if case.available == case.should or not (subject.is_due or case.is_on_its_way):
        return None
    if not by.is_on or subject.due_since > by.late_since:
        return Verdict.LATER if case.is_on_its_way else None
    why = f" {by.problem}" if by.problem else ""
    if subject.reason:
        why = f" {reasons.label(subject.reason)}: {_lower(reasons.advice(subject.reason))}"
    return Cause.PENDING, (
        f"{_shows(case)} The change waits to be sent since {by.clock(subject.due_since)}.{why}"
    )


def _unknown(case: Case, _by: Finder) -> Judgement | None:
    """The next push reads it before it tells it."""
    return Verdict.LATER if case.subject.believed is None else None


def _sold_or_edited(case: Case, by: Finder) -> Judgement | None:
    shown, believed = case.available, case.subject.believed
    if shown == believed or believed is None:
        return None
    if shown is None:
        return Cause.EDIT, (
            f"Stock of {case.subject.sku} is not tracked at the channel any more; it showed"
            f" {believed} since {by.clock(case.subject.believed_at)}."
        )
    untaken = case.commitment.untaken if case.commitment else 0
    if shown < believed and (untaken or case.parked or _may_be_listed_yet(case, by)):
        return Cause.ORDER, _sold(case, believed - shown, untaken)
    return Cause.EDIT, (
        f"Somebody, or another app, changed it at the channel from {believed} to {shown}: we knew"
        f" of {believed} since {by.clock(case.subject.believed_at)}, and no order of the channel"
        f" explains the difference of {shown - believed:+d}. {_should(case)}"
    )


def _may_be_listed_yet(case: Case, by: Finder) -> bool:
    """Whether a sale that took the units may still be missing from the channel's list of orders."""
    if by.listed_until is None:
        return False
    return case.fewer_since is None or case.fewer_since > by.listed_until


def _sold(case: Case, missing: int, untaken: int) -> str:
    parts = [f"{_shows(case)} It is {missing} fewer than the {case.subject.believed} we knew of."]
    if untaken:
        parts.append(f"{untaken} are on orders there that were not taken in here.")
    if case.parked:
        parts.append(f"Orders that wait to be placed here: {', '.join(case.parked[:5])}.")
    if untaken or case.parked:
        parts.append("It is not mended over them: place them, or adjust the stock by hand.")
    else:
        parts.append("A sale may have taken them whose order is not listed there yet.")
    return " ".join(parts)


def _unexplained(case: Case, by: Finder) -> Judgement | None:
    if case.available == case.should:
        return None
    if case.subject.is_due:
        return Verdict.LATER  # not late yet, or told by hand only
    return Cause.UNEXPLAINED, (
        f"{_shows(case)} Nothing waits to be sent, and {case.available} is what we knew of since"
        f" {by.clock(case.subject.believed_at)}: a fault of ours. Please report it with this line."
    )


def _committed(case: Case, _by: Finder) -> Judgement | None:
    """Stock there = committed + available: available is right, so committed has to be."""
    commitment = case.commitment
    if commitment is None or abs(commitment.surplus) <= commitment.total_here.unsettled:
        return None
    surplus, here = commitment.surplus, commitment.here
    there = f"The channel shows {commitment.there} on orders, we hold {here.expected} for them"
    if surplus > 0:
        known = f" {here.released} of them are archived or dispatched here: fulfil or cancel them"
        told = f"{known} at the channel." if here.released else " Take its orders in."
        return Cause.ORDER, f"{there}: {surplus} more there.{told}"
    if here.waiting:
        return (
            Cause.PENDING,
            f"{there}, {here.waiting} on an ASN that the channel was not told yet.",
        )
    return Cause.EDIT, (
        f"{there}: {-surplus} fewer there. They were shipped or canceled at the channel: send the"
        " ASN, or archive the order."
    )


def _parked_units(case: Case, _by: Finder) -> Judgement | None:
    shown = case.shown
    if shown is None or None in {shown.available, shown.committed, shown.on_hand}:
        return None
    beside = (shown.on_hand or 0) - (shown.available or 0) - (shown.committed or 0)
    if not beside:
        return None
    return Cause.EDIT, (
        f"The channel has {shown.on_hand} on hand: {shown.available} available,"
        f" {shown.committed} on orders, and {beside} set aside there (damaged, reserved or the"
        " like). Set them free at the channel, or take them out of stock here."
    )


def _shows(case: Case) -> str:
    shown = "no number" if case.available is None else case.available
    return f"The channel shows {shown}, {case.should} is right."


def _should(case: Case) -> str:
    return f"{case.should} is right."


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:].rstrip(".")


RULES: Sequence[Callable[[Case, Finder], Judgement | None]] = (
    _missing,
    _unfed,
    _unconfirmed,
    _nothing_to_tell,
    _refused,
    _late,
    _unknown,
    _sold_or_edited,
    _unexplained,
    _committed,
    _parked_units,
)
