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
from channels.admin import wording
from channels.admin.cells import STATE_COLORS, activity
from channels.admin.history import Event, history_of
from channels.communicated import should
from channels.contract import ChannelError, Code
from channels.models import Communicated, Feed
from channels.publishing import Place, decide
from channels.rules import PLAIN, Decision
from desk.cells import ago, list_of
from inventory.models import Movement
from orders.commitments import HELD, HOLDS
from orders.models import SalesOrderLine

ORDERS = 25

QUANTITIES = {
    "available": "quantity at hand",
    "committed": "quantity on orders",
    "backordered": "quantity backordered",
}
OWN_NUMBER = "the rule’s own number, once"
"""What is told where a rule does not follow the stock."""


@dataclass(frozen=True, slots=True)
class Source:
    """One warehouse's share, and where its movements are listed."""

    warehouse: str
    on_hand: int
    committed: int
    available: int
    is_known: bool
    is_counted: bool
    detail: str
    movements: str


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
    should: int | None
    sentence: str
    told: str
    sources: Sequence[Source]
    orders: Sequence[Holding]
    label: str
    advice: str
    history: Sequence[Event]
    rule: str
    summary: str
    risk: str

    @property
    def is_agreed(self) -> bool:
        """Whether the channel acknowledged what it should show."""
        return self.decision is not None and self.decision.quantity == self.row.acknowledged

    @property
    def when(self) -> str:
        """How long ago the channel acknowledged."""
        return ago(self.row.acknowledged_at)

    @property
    def unconfirmed_since(self) -> str:
        """How long ago the channel took a number that it does not show yet."""
        return ago(self.row.told_at)

    @property
    def activity(self) -> str:
        """Whether the channel offers it; empty when it does not say."""
        return activity(self.row.is_buyable)


def explain(row: Communicated) -> Explanation:
    """Explain a row of the table (related objects selected); eight queries."""
    decision = _decision(row)
    feeds = list(_feeds(row))
    label, advice = next(_notes(row, decision), ("", ""))
    rule = decision.rule if decision else PLAIN
    return Explanation(
        row=row,
        state_color=STATE_COLORS[Communicated.State(row.state)],
        decision=decision,
        should=should(decision),
        sentence=_sentence(row, decision),
        told=OWN_NUMBER if rule.is_once else told(row.channel.kind),
        sources=_sources(row, decision, feeds),
        orders=_orders(row, [warehouse for warehouse, _ in feeds]),
        label=label,
        advice=advice,
        history=history_of(row),
        rule=wording.headline(rule),
        summary=wording.summary(rule, wording.names_of([rule])),
        risk=_risk(decision),
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
    if decision.is_left_alone:
        shown = "not known" if decision.quantity is None else decision.quantity
        return (
            f"Rule “{decision.rule.name}” tells its number once and then leaves it alone: what"
            f" {row.channel.name} shows now is {shown}. Nothing is sent until Update Q."
        )
    return rules.describe(decision.as_json())


def _risk(decision: Decision | None) -> str:
    """What may be oversold, because a number told once does not follow the stock."""
    number = should(decision)
    if decision is None or not decision.rule.is_once or number is None:
        return ""
    offered = f"{number} offered, {decision.available} at hand"
    if not decision.risk:
        return f"{offered}: nothing is oversold as long as stock does not fall below."
    return f"{offered}: up to {decision.risk} may be oversold."


_STATES = {
    Communicated.State.SOURCE: (
        "Source of a mirror",
        "Its stock there is read and becomes a warehouse's here; it is told nothing.",
    ),
    Communicated.State.OFF: (
        "Not communicated",
        "Tick the channel on the product's page to communicate it.",
    ),
    Communicated.State.UNCONFIRMED: (
        "Unconfirmed",
        "The channel took the number and does not show it yet. Nothing to do.",
    ),
    Communicated.State.PENDING_UPDATE: (
        "Pending Qty Update",
        "Somebody asked for its quantity; it is told with the next run.",
    ),
}


def _notes(row: Communicated, decision: Decision | None) -> Iterator[tuple[str, str]]:
    """Why nothing is sent now, and what to do; what keeps it back first comes first."""
    if row.reason:
        yield reasons.label(row.reason), reasons.advice(row.reason)
    if not row.channel.is_active:
        yield "The channel is switched off", "Nothing is sent until it is switched on again."
    if not row.channel.is_stock_synced:
        yield reasons.label(Code.SYNC_DISABLED), reasons.advice(Code.SYNC_DISABLED)
    if row.state in _STATES:
        yield _STATES[Communicated.State(row.state)]
    if row.state == Communicated.State.NEW:
        yield "New", _first_day(row)
    if decision is not None and decision.quantity is None and not decision.is_left_alone:
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
            is_counted=each.is_counted,
            detail=each.detail,
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
