"""Looks whether a channel shows what it accepted, where that takes its time.

Accepted is not shown. Until a number was seen at the channel it is unconfirmed, and so is what we
believe: fewer are told at once, more wait. A number that never shows is given up after the time
that the channel usually needs at most: what it shows then is believed, and told over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils import timezone

from channels.contract import Adapter, Code, LevelRef, RemoteLevel
from channels.models import (
    Channel,
    ChannelOrderLine,
    Listing,
    ListingLevel,
    Observation,
    Publication,
)
from channels.models.publication import Status
from syncjobs import acknowledgements, importing, patience, records
from syncjobs.models import Run
from syncjobs.records import Entry

LIMIT = 1000
"""Levels looked at in one run."""
FIRST_LOOK = timedelta(minutes=1)
CLOCKS = timedelta(minutes=5)
SHARE = 4
"""A level is looked at again after a quarter of the time that it has waited so far."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An unconfirmed level. acknowledged: what we believe it will show, None where a sale may have
    come before or after. version: when it was loaded."""

    level_id: int
    product_id: int
    sku: str
    told: int | None
    told_at: datetime
    acknowledged: int | None
    version: int
    ref: LevelRef

    def is_shown_by(self, shown: int | None, sold: int) -> bool:
        """Whether that is the number told, less what the channel `sold` since, in whole or in part:
        nobody knows which sales came before it."""
        if self.acknowledged is not None or self.told is None:
            return shown == self.acknowledged
        if shown is None:
            return False
        return self.told - sold <= shown <= self.told


def is_time(channel: Channel) -> bool:
    """Whether any level waits to be looked at now."""
    return _to_look_at(channel).exists()


def confirm(run: Run, channel: Channel, adapter: Adapter) -> None:
    """Look at unconfirmed levels whose time has come. Raises ChannelError."""
    waiting = _load(_to_look_at(channel).order_by("told_at", "pk")[:LIMIT])
    if not waiting:
        return
    read_at = timezone.now()
    shown = _read(adapter, waiting)
    # Before anything is judged: a sale in these numbers must be here, too.
    importing.take_if_allowed(run, channel, adapter)
    now = _load(ListingLevel.objects.filter(pk__in=[each.level_id for each in waiting]))
    before = {each.level_id: each.version for each in waiting}
    still = [each for each in now if each.version == before[each.level_id]]
    late_since = read_at - timedelta(seconds=adapter.confirm_seconds)
    sold = _sold(channel, [each for each in still if each.acknowledged is None])
    with transaction.atomic():
        _judge(run, still, _Seen(shown, sold, read_at, late_since))
        acknowledgements.note_checked([each.level_id for each in waiting], read_at)


def _to_look_at(channel: Channel) -> QuerySet[ListingLevel]:
    """Not what is in a message that was not answered yet: its answer comes first."""
    looked_at = Greatest(F("told_at"), Coalesce(F("checked_at"), F("told_at")))
    unanswered = Publication.objects.filter(level=OuterRef("pk"), status=Status.SENT)
    waited = Greatest(FIRST_LOOK, (Now() - F("told_at")) / SHARE)
    unconfirmed = ListingLevel.objects.filter(
        location__in=channel.locations.all(),
        told_at__isnull=False,
        listing__state=Listing.State.LINKED,
    )
    return unconfirmed.alias(looked_at=looked_at).filter(
        ~Exists(unanswered), looked_at__lte=Now() - waited
    )


def _load(levels: QuerySet[ListingLevel]) -> list[Waiting]:
    rows = levels.values_list(
        "pk",
        "listing__product_id",
        "listing__product__sku",
        "told",
        "told_at",
        "acknowledged",
        "stale_version",
        "listing__item_id",
        "location__external_id",
    )
    return [
        Waiting(*row[:4], told_at, *row[5:7], ref=LevelRef(*row[7:]))
        for row in rows
        if (told_at := row[4]) is not None
    ]


def _read(adapter: Adapter, waiting: Sequence[Waiting]) -> dict[LevelRef, RemoteLevel]:
    shown: dict[LevelRef, RemoteLevel] = {}
    for start in range(0, len(waiting), adapter.reads_at_once):
        refs = [each.ref for each in waiting[start : start + adapter.reads_at_once]]
        shown.update(patience.read(partial(adapter.read_levels, refs)))
    return shown


def _sold(channel: Channel, waiting: Sequence[Waiting]) -> dict[int, int]:
    """Units that the channel sold since their number was told, by level id; a little before counts,
    too, for two clocks can not tell."""
    if not waiting:
        return {}
    oldest = min(each.told_at for each in waiting) - CLOCKS
    lines = ChannelOrderLine.objects.filter(
        channel_order__channel=channel,
        channel_order__placed_at__gte=oldest,
        order_line__product__in=[each.product_id for each in waiting],
    )
    rows = list(
        lines.values_list("order_line__product", "channel_order__placed_at", "order_line__ordered")
    )
    return {
        each.level_id: sum(
            units
            for product, placed_at, units in rows
            if product == each.product_id and placed_at and placed_at >= each.told_at - CLOCKS
        )
        for each in waiting
    }


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read when, what was sold meanwhile by level id, and since when a number is late."""

    shown: Mapping[LevelRef, RemoteLevel]
    sold: Mapping[int, int]
    read_at: datetime
    late_since: datetime


def _judge(run: Run, waiting: Sequence[Waiting], by: _Seen) -> None:
    seen, lost = [], []
    for each in waiting:
        level = by.shown.get(each.ref)
        available = level.available if level else None
        if level and each.is_shown_by(available, by.sold.get(each.level_id, 0)):
            seen.append((each, available))
        elif each.told_at < by.late_since:
            lost.append((each, available))
    _end([each for each, _ in seen], Status.OBSERVED, "", by.read_at)
    _end([each for each, _ in lost], Status.EXPIRED, Code.NOT_APPLIED, by.read_at)
    Observation.objects.bulk_create(
        Observation(
            level_id=each.level_id,
            available=available,
            believed=each.acknowledged,
            read_at=by.read_at,
        )
        for each, available in (*seen, *lost)
        if available != each.acknowledged
    )
    acknowledgements.confirm(
        (each.level_id, available, each.version, by.read_at, is_seen)
        for found, is_seen in ((seen, True), (lost, False))
        for each, available in found
    )
    acknowledgements.note_buyable(
        (each.level_id, by.shown[each.ref].is_buyable) for each in waiting if each.ref in by.shown
    )
    records.log(run, [Entry(each.product_id, each.sku, Code.NOT_APPLIED) for each, _ in lost])


def _end(waiting: Sequence[Waiting], status: Status, code: str, now: datetime) -> None:
    """The newest accepted number of each level has come to its end; older ones were told over."""
    newest = (
        Publication.objects.filter(
            level__in=[each.level_id for each in waiting], status=Status.ACCEPTED, observed_at=None
        )
        .order_by("level_id", "-pk")
        .distinct("level_id")
    )
    ids = list(newest.values_list("pk", flat=True))
    changes: dict[str, object] = {"status": status, "observed_at": now}
    if code:
        changes["code"] = code
    Publication.objects.filter(pk__in=ids).update(**changes)
