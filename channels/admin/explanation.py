"""One number of the communicated table, with every input that made it and all that was told."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Sum
from django.utils import formats, timezone

from channels import reasons, registry, rules
from channels.admin.cells import STATE_COLORS, ago, list_of
from channels.contract import ChannelError, Code
from channels.models import Communicated, Feed, Observation, Publication
from channels.models.publication import Status
from channels.publishing import Place, decide
from channels.rules import Decision
from inventory.models import Movement
from orders.commitments import HELD, HOLDS
from orders.models import SalesOrderLine

HISTORY = 50
ORDERS = 25

QUANTITIES = {
    "available": "quantity at hand",
    "committed": "quantity on orders",
    "backordered": "quantity backordered",
}
STATUS_COLORS = {
    Status.QUEUED: "info",
    Status.SENT: "info",
    Status.ACCEPTED: "success",
    Status.OBSERVED: "success",
    Status.REJECTED: "danger",
    Status.EXPIRED: "warning",
}


ACKNOWLEDGED = {Status.ACCEPTED, Status.OBSERVED}


@dataclass(frozen=True, slots=True)
class Source:
    """One warehouse's share, and where its movements are listed."""

    warehouse: str
    on_hand: int
    committed: int
    available: int
    is_known: bool
    movements: str


@dataclass(frozen=True, slots=True)
class Event:
    """A number told or read. `delta` is what a message changed, None when that was not known."""

    at: datetime.datetime
    what: str
    delta: int | None
    status: str
    color: str
    detail: str
    sentence: str

    @property
    def when(self) -> str:
        return ago(self.at)

    @property
    def change(self) -> str:
        return "" if self.delta is None else f"({self.delta:+d})"


@dataclass(frozen=True, slots=True)
class Holding:
    """An order that holds units of the product in the warehouses that feed the place."""

    order_id: int
    number: str
    status: str
    placed_at: datetime.datetime
    units: int

    @property
    def when(self) -> str:
        return ago(self.placed_at)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything the page of a row shows."""

    row: Communicated
    state_color: str
    decision: Decision | None
    sentence: str
    told: str
    sources: Sequence[Source]
    orders: Sequence[Holding]
    label: str
    advice: str
    history: Sequence[Event]

    @property
    def is_agreed(self) -> bool:
        """Whether the channel acknowledged what it should show."""
        return self.decision is not None and self.decision.quantity == self.row.acknowledged

    @property
    def when(self) -> str:
        """How long ago the channel acknowledged."""
        return ago(self.row.acknowledged_at)


def explain(row: Communicated) -> Explanation:
    """Explain a row of the table (related objects selected); eight queries."""
    decision = _decision(row)
    feeds = list(_feeds(row))
    label, advice = next(_notes(row, decision), ("", ""))
    return Explanation(
        row=row,
        state_color=STATE_COLORS[Communicated.State(row.state)],
        decision=decision,
        sentence=_sentence(row, decision),
        told=told(row.channel.kind),
        sources=_sources(row, decision, feeds),
        orders=_orders(row, [warehouse for warehouse, _ in feeds]),
        label=label,
        advice=advice,
        history=_history(row),
    )


def told(kind: str) -> str:
    """Which of our quantities a kind of channel is told, in words."""
    try:
        quantities = registry.get(kind).quantities
    except ChannelError as error:
        return error.message
    return ", ".join(QUANTITIES.get(name, name) for name in quantities)


def _decision(row: Communicated) -> Decision | None:
    if row.location_id is None:
        return None
    place = Place(row.product_id, row.location_id)
    return decide([place])[place]


def _sentence(row: Communicated, decision: Decision | None) -> str:
    if decision is None:
        return f"No location of {row.channel.name} is fed by a warehouse, so nothing is sent."
    return rules.describe(decision.as_json())


def _notes(row: Communicated, decision: Decision | None) -> Iterator[tuple[str, str]]:
    """Why nothing is sent now, and what to do; what keeps it back first comes first."""
    if row.reason:
        yield reasons.label(row.reason), reasons.advice(row.reason)
    if row.state == Communicated.State.OFF:
        yield "Not communicated", "Tick the channel on the product's page to communicate it."
    if not row.channel.is_active:
        yield "The channel is switched off", "Nothing is sent until it is switched on again."
    if not row.channel.is_stock_synced:
        yield reasons.label(Code.SYNC_DISABLED), reasons.advice(Code.SYNC_DISABLED)
    if row.state == Communicated.State.NEW:
        yield "New", _first_day(row)
    if decision is not None and decision.quantity is None:
        yield reasons.label(Code.STOCK_UNKNOWN), reasons.advice(Code.STOCK_UNKNOWN)
    if row.is_due and not row.channel.is_updated_on_change:
        yield (
            "Updates on change are off",
            "Use Confirm and send, or switch them on.",
        )


def _first_day(row: Communicated) -> str:
    """When a new product is sent by itself, on the channel's own clock, and how to send sooner."""
    sooner = "To send it now, use Confirm and send, or Sync to channel in the product list."
    zone = ZoneInfo(row.channel.time_zone)
    first = row.listing.eligible_at.astimezone(zone)
    if first <= timezone.now():
        return f"It is matched and first sent at the next look for new products. {sooner}"
    day = formats.date_format(first, "l, j F Y")
    return f"It is first sent on {day}, from {first:%H:%M} ({zone.key}). {sooner}"


def _feeds(row: Communicated) -> Any:
    """Warehouses in the order in which a decision lists them."""
    feeds = Feed.objects.filter(location=row.location_id).order_by("warehouse_id")
    return feeds.values_list("warehouse_id", "warehouse__name")


def _sources(
    row: Communicated, decision: Decision | None, feeds: Sequence[tuple[int, str]]
) -> list[Source]:
    return [
        Source(
            warehouse=each.warehouse,
            on_hand=each.on_hand,
            committed=each.committed,
            available=each.available,
            is_known=each.is_known,
            movements=list_of(
                Movement, product__id__exact=row.product_id, warehouse__id__exact=warehouse
            ),
        )
        for (warehouse, _), each in zip(feeds, decision.inputs if decision else (), strict=False)
    ]


def _orders(row: Communicated, warehouse_ids: Sequence[int]) -> list[Holding]:
    """The orders that hold most of it."""
    lines = SalesOrderLine.objects.filter(
        HOLDS, product=row.product_id, warehouse__in=warehouse_ids, ordered__gt=F("notified")
    )
    grouped = (
        lines.order_by()
        .values_list("order_id", "order__number", "order__status", "order__placed_at")
        .annotate(units=Sum(HELD))
    )
    return [Holding(*held) for held in grouped.order_by("-units", "order_id")[:ORDERS]]


def _history(row: Communicated) -> list[Event]:
    """The last messages and readings of this level, the latest first."""
    if row.level_id is None:
        return []
    messages = Publication.objects.filter(level=row.level_id)[:HISTORY]
    readings = Observation.objects.filter(level=row.level_id)[:HISTORY]
    events = [*map(_message, messages), *map(_reading, readings)]
    return sorted(events, key=lambda event: event.at, reverse=True)[:HISTORY]


def _message(publication: Publication) -> Event:
    code = "" if publication.status in ACKNOWLEDGED else publication.code
    return Event(
        at=publication.created_at,
        what=f"Told {publication.quantity}",
        delta=publication.delta,
        status=publication.get_status_display(),
        color=STATUS_COLORS[Status(publication.status)],
        detail=" ".join(filter(None, [reasons.label(code) if code else "", publication.message])),
        sentence=rules.describe(publication.explanation),
    )


def _reading(observation: Observation) -> Event:
    """What was read there, or what an order of the channel made of our belief."""
    shown = "unknown" if observation.available is None else observation.available
    believed = "unknown" if observation.believed is None else observation.believed
    return Event(
        at=observation.read_at,
        what=f"Read {shown}" if observation.is_read else f"Now {shown}",
        delta=None,
        status="Read" if observation.is_read else "Order",
        color="",
        detail=f"We believed: {believed}."
        if observation.is_read
        else f"An order of the channel changed its own number; we believed {believed} before.",
        sentence="",
    )
