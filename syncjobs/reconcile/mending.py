"""Mends differences: what was read becomes what we believe, and the level is due, so that the
pusher tells the right number by compare-and-set against what was read. Nothing is overwritten
unseen: if the number changed again since, the pusher finds it stale, imports, reads, decides anew.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from channels import due
from channels.models import ListingLevel, Observation
from syncjobs import acknowledgements
from syncjobs.models import Finding

Cause = Finding.Cause


class Reading(NamedTuple):
    """What a level showed, beside what we believed when it was read."""

    level_id: int
    believed: int | None
    shown: int | None
    read_at: datetime

    @classmethod
    def of(cls, finding: Finding) -> Reading:
        """What a finding was about when it was last seen."""
        return cls(finding.level_id, finding.believed, finding.shown, finding.seen_at)


def is_mendable(finding: Finding) -> bool:
    """Whether telling the number again can help. It can not where an order waits to be placed (its
    units would be sold twice) or where nothing leads to the channel's number any more."""
    if finding.closed_at is not None or finding.cause in {Cause.ORDER, Cause.NOT_MAPPED}:
        return False
    return finding.shown != finding.should or finding.shown != finding.believed


def is_mended_by_policy(finding: Finding) -> bool:
    """What the policy mends by itself. What was refused or waits is the pusher's business already,
    and what a person has to do at the channel stays open."""
    return finding.cause in {Cause.EDIT, Cause.UNEXPLAINED} and is_mendable(finding)


def mend(finding_ids: Collection[int], by: str) -> int:
    """Mend these open findings, whatever the channel's policy; returns how many.

    They are closed as mended at once: a number that does not arrive is found again by the next
    comparison. Those that can not be mended (see `is_mendable`) stay as they are.
    """
    with transaction.atomic():
        chosen = Finding.objects.filter(pk__in=list(finding_ids), closed_at=None)
        levels = ListingLevel.objects.filter(pk__in=chosen.values("level")).order_by("pk")
        list(levels.select_for_update(of=["self"], no_key=True).values_list("pk", flat=True))
        locked = chosen.order_by("pk").select_for_update(of=["self"])
        mended = [each for each in locked if is_mendable(each)]
        tell_anew([Reading.of(each) for each in mended])
        Finding.objects.filter(pk__in=[each.pk for each in mended]).update(
            closed_at=timezone.now(), outcome=Finding.Outcome.MENDED, closed_by=by
        )
    return len(mended)


def tell_anew(readings: Sequence[Reading]) -> None:
    """Believe what was read, where we still believe what we did then, and make all of them due.

    Needs a transaction, and locks the levels in primary-key order.
    """
    if not readings:
        return
    levels = ListingLevel.objects.filter(pk__in=[each.level_id for each in readings])
    locked = levels.order_by("pk").select_for_update(of=["self"], no_key=True)
    now = {level.pk: level for level in locked.only("acknowledged", "stale_version")}
    news = [
        each
        for each in readings
        if each.shown != each.believed
        and each.level_id in now
        and now[each.level_id].acknowledged == each.believed
    ]
    Observation.objects.bulk_create(
        [
            Observation(
                level_id=each.level_id,
                available=each.shown,
                believed=each.believed,
                read_at=each.read_at,
            )
            for each in news
        ],
        batch_size=1000,
    )
    acknowledgements.read(
        (each.level_id, each.shown, now[each.level_id].stale_version, each.read_at) for each in news
    )
    # Where something was learned since, nobody knows what it shows by now: it is read again.
    moved = [each.level_id for each in readings if each.level_id in now and each not in news]
    acknowledgements.forget(
        level_id for level_id in moved if now[level_id].acknowledged is not None
    )
    due.by_level([each.level_id for each in readings])
