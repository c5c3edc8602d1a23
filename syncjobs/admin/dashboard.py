"""What the first page shows: each channel's health, and the figures that ask for somebody."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncHour
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.utils import timezone

from channels import reasons
from channels.admin.channel import STATES, state_of
from channels.models import Channel, Publication
from channels.models.publication import Status
from desk.cells import ago, list_of, page_of
from inventory.models import Movement, StockLevel
from orders.commitments import HELD, HOLDS
from orders.models import SalesOrder, SalesOrderLine
from syncjobs.admin.channel import (
    HELP,
    add_freshness,
    budget,
    fresh,
    speed,
    told_url,
    waiting_url,
    with_last_run,
)
from syncjobs.models import Finding, Oversell, ProcessLog, Run

DAY = datetime.timedelta(days=1)
HOURS = 24
CHART_HEIGHT = 100
SLOW = datetime.timedelta(minutes=15)
"""Older than one sweep: what waits so long does not go by itself."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that waits for a person."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """One channel. `freshness` is how old the oldest waiting number is, `speed` how long changes
    took in the last hour (empty: none was told), `budget` how much of its calls is used (empty: not
    known). `off` says what does not happen while the channel, or its stock sync, is switched off
    (empty: it is on)."""

    channel: Channel
    color: str
    state: str
    off: str
    freshness: str
    is_slow: bool
    backlog: int
    backlog_url: str
    speed: str
    told: int
    told_url: str
    budget: str
    asks: Sequence[Ask]
    last_run: str
    last_run_url: str
    last_run_at: str
    problem: str
    advice: str
    url: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure, and the list it counts."""

    figure: int
    label: str
    note: str
    url: str
    color: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Numbers told in one hour. x, y and height are in the chart's own units."""

    hour: str
    number: int
    x: int
    y: int
    height: int


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the first page's context what this person may see; at most ten queries."""

    def may(permission: str) -> bool:
        return request.user.has_perms([permission])

    context["title"] = "Dashboard"
    if may("channels.view_channel"):
        channels = list(with_last_run(Channel.objects.all()))
        add_freshness(channels)
        context["cards"] = [_card(channel) for channel in channels]
        context["freshness_help"] = HELP
        context["may_connect"] = may("channels.add_channel")
    if may("channels.view_publication"):
        context["bars"] = _bars()
        context["told"] = sum(bar.number for bar in context["bars"])
        context["publications_url"] = list_of(Publication)
    if may("syncjobs.view_processlog"):
        context["failures"] = _failures()
    context["tiles"] = [make() for permission, make in TILES if may(permission)]
    context["may_add_product"] = may("inventory.add_product")
    return context


def _card(channel: Any) -> Card:
    key, words = state_of(channel)
    run = Run(pk=channel.last_run, kind=channel.last_kind or "", status=channel.last_status or "")
    found = fresh(channel)
    oldest = found.oldest_due_at
    return Card(
        channel=channel,
        color=STATES[key],
        state=words,
        off=_off(channel),
        freshness=ago(oldest) if oldest else "up to date",
        is_slow=oldest is not None and timezone.now() - oldest > SLOW,
        backlog=found.backlog,
        backlog_url=waiting_url(channel),
        speed=speed(found),
        told=found.told,
        told_url=told_url(channel),
        budget=budget(found),
        asks=_asks(channel),
        last_run=_words(run) if channel.last_run else "",
        last_run_url=page_of(run) if channel.last_run else "",
        last_run_at=ago(channel.last_at),
        problem=channel.problem,
        advice=reasons.advice(channel.problem_code),
        url=page_of(channel),
    )


def _asks(channel: Any) -> list[Ask]:
    """What waits for a person."""
    asks = []
    if channel.paused_run:
        asks.append(Ask("a run waits for approval", page_of(Run(pk=channel.paused_run))))
    if channel.open_findings:
        words = _counted(channel.open_findings, "number differs", "numbers differ")
        asks.append(Ask(words, list_of(Finding, channel__id__exact=channel.pk)))
    if channel.open_oversells:
        words = _counted(channel.open_oversells, "oversell case", "oversell cases")
        asks.append(Ask(words, list_of(Oversell, channel__id__exact=channel.pk)))
    return asks


def _off(channel: Channel) -> str:
    if not channel.is_active:
        return "Nothing is sent and no order is taken in until it is switched on again."
    if not channel.is_stock_synced:
        return "No quantity is sent until stock sync is switched on again."
    return ""


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _words(run: Run) -> str:
    return f"{run.get_kind_display()}: {run.get_status_display()}"


def _canceled() -> Tile:
    lines = SalesOrderLine.objects.filter(
        HOLDS, order__status=SalesOrder.Status.CANCELED, ordered__gt=F("notified")
    )
    held = lines.order_by().aggregate(orders=Count("order", distinct=True), units=Sum(HELD))
    return Tile(
        figure=held["orders"],
        label=f"canceled order{pluralize(held['orders'])} still counting",
        note=f"{_counted(held['units'] or 0, 'unit', 'units')} held until archived",
        url=list_of(SalesOrder, holding="canceled_but_counting"),
        color="warn" if held["orders"] else "",
    )


def _backordered() -> Tile:
    short = StockLevel.objects.filter(available__lt=0).order_by()
    found = short.aggregate(levels=Count("pk"), units=Sum("available"))
    return Tile(
        figure=found["levels"],
        label=f"stock level{pluralize(found['levels'])} backordered",
        note=f"{_counted(-(found['units'] or 0), 'unit', 'units')} promised, not there",
        url=list_of(StockLevel, available__lt=0),
        color="bad" if found["levels"] else "",
    )


def _moved() -> Tile:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    number = Movement.objects.filter(recorded_at__gte=midnight).count()
    return Tile(
        figure=number,
        label=f"stock movement{pluralize(number)} today",
        note="each one a line of the ledger",
        url=list_of(Movement),
        color="",
    )


TILES = [
    ("orders.view_salesorder", _canceled),
    ("inventory.view_stocklevel", _backordered),
    ("inventory.view_movement", _moved),
]


def _failures() -> Sequence[dict[str, Any]]:
    """What was skipped or refused in the last day, by reason, the commonest first."""
    lines = ProcessLog.objects.filter(
        ~Q(level=ProcessLog.Level.INFO), created_at__gte=timezone.now() - DAY
    )
    counts = lines.order_by().values_list("code").annotate(lines=Count("pk")).order_by("-lines")
    return [
        {
            "label": reasons.label(code),
            "advice": reasons.advice(code),
            "number": number,
            "url": list_of(ProcessLog, code=code),
        }
        for code, number in counts[:8]
    ]


def _bars() -> list[Bar]:
    """Numbers told per hour, the last 24, the current one last."""
    now = timezone.localtime().replace(minute=0, second=0, microsecond=0)
    hours = [now - datetime.timedelta(hours=back) for back in reversed(range(HOURS))]
    told = Publication.objects.filter(
        status__in=[Status.ACCEPTED, Status.OBSERVED], answered_at__gte=hours[0]
    )
    counts: dict[datetime.datetime, int] = dict(
        told.order_by()
        .annotate(hour=TruncHour("answered_at"))
        .values_list("hour")
        .annotate(number=Count("pk"))
    )
    most = max(counts.values(), default=0) or 1
    bars = []
    for position, hour in enumerate(hours):
        number = counts.get(hour, 0)
        height = max(2, round(CHART_HEIGHT * number / most))
        bars.append(Bar(f"{hour:%H:%M}", number, position * 10 + 1, CHART_HEIGHT - height, height))
    return bars
