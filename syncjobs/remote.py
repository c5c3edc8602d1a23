"""Reads what a channel shows, and makes levels writable before their first number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from channels.contract import Adapter, Answer, Code, LevelRef, Outcome, RemoteLevel
from channels.models import Listing, Observation
from syncjobs import acknowledgements, patience, records
from syncjobs.claims import Claim
from syncjobs.models import Run
from syncjobs.records import Entry


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that was read, and when the reading began."""

    claim: Claim
    level: RemoteLevel
    read_at: datetime


def read(run: Run, adapter: Adapter, claims: Sequence[Claim]) -> list[Reading]:
    """Read these levels; returns those that can be told now. Nothing is believed yet: a sale may be
    in these numbers that is not here, so the channel's orders are imported first (`believe`).

    Switches tracking on and activates at the location where that is missing; parks, logs and counts
    what can not be told. Raises ChannelError.
    """
    read_at = timezone.now()
    shown = patience.read(lambda: adapter.read_levels([claim.ref for claim in claims]))
    claims = _without_empty(run, claims, shown)
    refused = _prepare(run, adapter, claims, shown)
    missing = [claim for claim in claims if claim.ref not in shown]
    unlink(missing)
    records.log(run, [Entry(claim.product_id, claim.sku, Code.ITEM_MISSING) for claim in missing])
    acknowledgements.park(refused)
    records.count(run, failed=len(refused) + len(missing))
    out = {claim.level_id for claim, _ in refused} | {claim.level_id for claim in missing}
    return [
        Reading(claim, shown[claim.ref], read_at) for claim in claims if claim.level_id not in out
    ]


def _without_empty(
    run: Run, claims: Sequence[Claim], shown: dict[LevelRef, RemoteLevel]
) -> Sequence[Claim]:
    """A place that no warehouse feeds is only ever told 0; where the item is not stocked or not
    tracked there is nothing to zero, and it is certainly not to be stocked for that."""
    empty = [
        claim
        for claim in claims
        if not claim.is_fed and claim.ref in shown and not _is_ready(shown[claim.ref])
    ]
    acknowledgements.settle([(claim, str(Code.NOT_FED)) for claim in empty])
    records.count(run, skipped=len(empty))
    for claim in empty:
        del shown[claim.ref]
    out = {claim.level_id for claim in empty}
    return [claim for claim in claims if claim.level_id not in out]


def _prepare(
    run: Run, adapter: Adapter, claims: Sequence[Claim], shown: dict[LevelRef, RemoteLevel]
) -> list[tuple[Claim, str]]:
    """Make unwritable levels writable and read them again into `shown`; returns the refused."""
    unready = [level for level in shown.values() if not _is_ready(level)]
    if not unready:
        return []
    answers = adapter.prepare(unready)
    by_ref = {claim.ref: claim for claim in claims}
    records.log(
        run,
        [
            Entry(by_ref[ref].product_id, by_ref[ref].sku, answer.code, _said(answer))
            for ref, answer in answers.items()
        ],
    )
    shown.update(adapter.read_levels([level.ref for level in unready]))
    refused = [
        (by_ref[ref], str(answer.code))
        for ref, answer in answers.items()
        if answer.outcome != Outcome.ACCEPTED
    ]
    known = {claim.level_id for claim, _ in refused}
    return refused + _still_unready(by_ref, shown, known)


def _said(answer: Answer) -> str:
    """A success needs no words beyond its reason's own."""
    return "" if answer.outcome == Outcome.ACCEPTED else answer.message


def _is_ready(level: RemoteLevel) -> bool:
    return level.is_active and level.is_tracked


def _still_unready(
    by_ref: Mapping[LevelRef, Claim], shown: Mapping[LevelRef, RemoteLevel], known: set[int]
) -> list[tuple[Claim, str]]:
    """Levels the channel said nothing against, and yet does not show as writable."""
    return [
        (by_ref[ref], str(Code.LOCATION_MISSING if level.is_tracked else Code.UNTRACKED))
        for ref, level in shown.items()
        if not _is_ready(level) and by_ref[ref].level_id not in known
    ]


def unlink(claims: Sequence[Claim]) -> None:
    """The item is gone at the channel: tell it no numbers until it is matched again."""
    Listing.objects.filter(pk__in={claim.listing_id for claim in claims}).update(
        state=Listing.State.ERROR, reason=Code.ITEM_MISSING, item_id="", external_id=""
    )
    acknowledgements.give_up(claim.level_id for claim in claims)


def believe(readings: Sequence[Reading], *, is_late: bool = False) -> list[Claim]:
    """Believe what was read, now that the channel's orders are in, and keep an observation where it
    is news. Returns the claims with the number read.

    Where something happened to a level since it was claimed, an imported sale perhaps, the number
    may be from before or after it: it becomes unknown, and due. It may be told all the same, for
    the channel compares.

    `is_late`: the channel's orders may be listed well after their units are gone. Then a number
    that is unconfirmed says nothing, and fewer than we believed may be a sale that is not listed
    yet: neither is believed here; the comparison finds what does not explain itself in time.
    """
    claims = [each.claim for each in readings]
    readings = [each for each in readings if not (is_late and _is_doubtful(each))]
    news = [
        Observation(
            level_id=reading.claim.level_id,
            available=reading.level.available,
            committed=reading.level.committed,
            believed=reading.claim.acknowledged,
            read_at=reading.read_at,
        )
        for reading in readings
        if reading.level.available != reading.claim.acknowledged
    ]
    with transaction.atomic():
        Observation.objects.bulk_create(news, batch_size=1000)
        versions = acknowledgements.read(
            (each.claim.level_id, each.level.available, each.claim.version, each.read_at)
            for each in readings
        )
        acknowledgements.note_buyable(
            (each.claim.level_id, each.level.is_buyable) for each in readings
        )
    for reading in readings:
        reading.claim.acknowledged = reading.level.available
        reading.claim.version = versions.get(reading.claim.level_id, reading.claim.version)
    return claims


def _is_doubtful(reading: Reading) -> bool:
    believed, shown = reading.claim.acknowledged, reading.level.available
    is_fewer = believed is not None and shown is not None and shown < believed
    return reading.claim.told_at is not None or is_fewer
