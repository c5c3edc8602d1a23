"""What partners are told of what channels show; see partners.events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from channels import mapping
from channels.models import ListingLevel
from partners.events import News, Topic, judge_by, record
from syncjobs.models import Finding

judge_by(Topic.COMMUNICATED, ListingLevel)
judge_by(Topic.FINDING_OPENED, Finding)


class Shown(NamedTuple):
    """What a channel shows of ours: now, and before; None is unknown."""

    now: int | None
    was: int | None


def communicated(shown: Mapping[int, Shown], acknowledged_at: datetime) -> None:
    """A channel took numbers of ours, by listing level id; those that are others than before are
    told. Call it while the levels are locked."""
    changed = {
        level_id: each
        for level_id, each in shown.items()
        if each.now is not None and each.now != each.was
    }
    if changed:
        record(Topic.COMMUNICATED, partial(_communicated, changed, acknowledged_at))


def opened(findings: Sequence[Finding]) -> None:
    """These were found, just now."""
    if findings:
        record(Topic.FINDING_OPENED, partial(_opened, findings))


class _Place(NamedTuple):
    """A listing level by names."""

    level_id: int
    sku: str
    channel_id: int
    channel: str
    location_id: int
    location: str
    warehouse_ids: Sequence[int]

    def told(self) -> dict[str, object]:
        return {
            "listing_level_id": self.level_id,
            "sku": self.sku,
            "channel": self.channel,
            "channel_id": self.channel_id,
            "location": self.location,
            "location_id": self.location_id,
        }


def _communicated(changed: Mapping[int, Shown], acknowledged_at: datetime) -> Iterator[News]:
    for place in _places(list(changed)):
        shown = changed[place.level_id]
        yield News(
            resource=f"listing-level:{place.level_id}",
            data={
                **place.told(),
                "quantity": shown.now,
                "was": shown.was,
                "acknowledged_at": _utc(acknowledged_at),
            },
            warehouse_ids=place.warehouse_ids,
            channel_id=place.channel_id,
            row_id=place.level_id,
        )


def _opened(findings: Sequence[Finding]) -> Iterator[News]:
    places = {each.level_id: each for each in _places([each.level_id for each in findings])}
    for finding in findings:
        place = places[finding.level_id]
        yield News(
            resource=f"finding:{finding.pk}",
            data={
                "id": finding.pk,
                **place.told(),
                "cause": finding.cause,
                "message": finding.message,
                "shown": finding.shown,
                "believed": finding.believed,
                "should": finding.should,
                "outcome": finding.outcome,
                "opened_at": _utc(finding.opened_at),
            },
            warehouse_ids=place.warehouse_ids,
            channel_id=place.channel_id,
            row_id=finding.pk,
        )


def _places(level_ids: Sequence[int]) -> list[_Place]:
    """By names, with the warehouses that feed each now. Two queries."""
    levels = ListingLevel.objects.filter(pk__in=level_ids).order_by("pk")
    rows = list(
        levels.values_list(
            "pk",
            "listing__product__sku",
            "location__channel_id",
            "location__channel__name",
            "location_id",
            "location__name",
        )
    )
    sources = mapping.sources({row[4] for row in rows})
    return [
        _Place(*row, warehouse_ids=[each.warehouse_id for each in sources.get(row[4], ())])
        for row in rows
    ]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
