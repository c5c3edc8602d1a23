"""Reads what a channel shows, and makes levels writable before their first number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from channels.contract import Adapter, Answer, Code, LevelRef, Outcome, RemoteLevel
from channels.models import Listing, Observation
from syncjobs import acknowledgements, records
from syncjobs.claims import Claim
from syncjobs.models import Run
from syncjobs.records import Entry


def read(run: Run, adapter: Adapter, claims: Sequence[Claim]) -> list[Claim]:
    """Read these levels; returns those that can be told now, with their true acknowledged number.

    Switches tracking on and activates at the location where that is missing; parks, logs and counts
    what can not be told. Raises ChannelError.
    """
    shown = adapter.read_levels([claim.ref for claim in claims])
    refused = _prepare(run, adapter, claims, shown)
    missing = [claim for claim in claims if claim.ref not in shown]
    unlink(missing)
    records.log(run, [Entry(claim.product_id, claim.sku, Code.ITEM_MISSING) for claim in missing])
    acknowledgements.park(refused)
    records.count(run, failed=len(refused) + len(missing))
    out = {claim.level_id for claim, _ in refused} | {claim.level_id for claim in missing}
    ready = [claim for claim in claims if claim.level_id not in out]
    _observe(ready, shown)
    return ready


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
    return level.is_active and level.is_tracked and level.available is not None


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


def _observe(claims: Sequence[Claim], shown: Mapping[LevelRef, RemoteLevel]) -> None:
    """Believe what was read; keep an observation where it is news."""
    news = []
    for claim in claims:
        level = shown[claim.ref]
        if level.available != claim.acknowledged:
            news.append(
                Observation(
                    level_id=claim.level_id,
                    available=level.available,
                    committed=level.committed,
                    believed=claim.acknowledged,
                )
            )
            claim.acknowledged = level.available
    with transaction.atomic():
        Observation.objects.bulk_create(news, batch_size=1000)
        acknowledgements.read([(claim.level_id, claim.acknowledged) for claim in claims])
