"""A card for each channel: how it is, how far behind, and what went wrong there."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from channels import reasons
from channels.admin.channel import STATES, state_of
from channels.admin.notes import next_try
from channels.admin.stored import ERRORS
from channels.models import Channel
from desk.cells import ago, list_of, page_of
from syncjobs.admin.channel import budget, fresh, speed, told_url
from syncjobs.admin.dashboard.seen import DAY, Seen
from syncjobs.admin.waiting import unconfirmed_url, waiting_url
from syncjobs.admin.windows import logged_since
from syncjobs.counting import bounded
from syncjobs.models import Finding, Oversell, Run

SLOW = datetime.timedelta(minutes=15)
"""Older than one sweep: what waits so long does not go by itself."""
SHOWN_REASONS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, what it counts, and the list of just that (empty: the person may not see it)."""

    number: int
    label: str
    url: str

    @property
    def text(self) -> str:
        return bounded(self.number)


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
    waiting: Figure
    unconfirmed: Figure
    speed: str
    told: Figure
    budget: str
    drift: Sequence[Figure]
    oversells: Figure
    failures: Sequence[Figure]
    last_run: str
    last_run_url: str
    last_run_at: str
    problem: str
    advice: str
    url: str


def cards(seen: Seen) -> list[Card]:
    """One for each channel."""
    return [_card(seen, channel) for channel in seen.channels]


def is_slow(channel: Any) -> bool:
    """Whether something waits there longer than it should."""
    oldest = fresh(channel).oldest_due_at
    return oldest is not None and timezone.now() - oldest > SLOW


def _card(seen: Seen, channel: Any) -> Card:
    key, words = state_of(channel)
    run = Run(pk=channel.last_run, kind=channel.last_kind or "", status=channel.last_status or "")
    found = fresh(channel)
    oldest = found.oldest_due_at
    may_see_table = seen.may("channels.view_communicated")
    may_see_receipts = seen.may("channels.view_publication")
    may_see_runs = seen.may("syncjobs.view_run")
    return Card(
        channel=channel,
        color=STATES[key],
        state=words,
        off=_off(channel),
        freshness=ago(oldest) if oldest else gettext("up to date"),
        is_slow=is_slow(channel),
        backlog=found.backlog,
        waiting=Figure(found.backlog, "", waiting_url(channel) if may_see_table else ""),
        unconfirmed=_unconfirmed(seen, channel, is_linked=may_see_table),
        speed=speed(found),
        told=Figure(found.told, "", told_url(channel) if may_see_receipts else ""),
        budget=budget(found),
        drift=_drift(seen, channel),
        oversells=_oversells(seen, channel),
        failures=_failures(seen, channel),
        last_run=_words(run) if channel.last_run else "",
        last_run_url=page_of(run) if channel.last_run and may_see_runs else "",
        last_run_at=ago(channel.last_at),
        problem=ERRORS.said(channel.problem),
        advice=" ".join(filter(None, [reasons.advice(channel.problem_code), next_try(channel)]))
        if channel.problem
        else "",
        url=page_of(channel),
    )


def _unconfirmed(seen: Seen, channel: Channel, *, is_linked: bool) -> Figure:
    number = seen.number(f"unconfirmed:{channel.pk}").rows
    return Figure(number, "", unconfirmed_url(channel) if is_linked else "")


def _drift(seen: Seen, channel: Channel) -> list[Figure]:
    """Open findings by cause, the commonest first."""
    found = [
        Figure(
            seen.number(f"drift:{channel.pk}:{cause.value}").rows,
            str(cause.label),
            list_of(Finding, channel__id__exact=channel.pk, cause__exact=cause.value),
        )
        for cause in Finding.Cause
    ]
    return sorted((each for each in found if each.number), key=lambda each: -each.number)


def _oversells(seen: Seen, channel: Channel) -> Figure:
    url = list_of(Oversell, channel__id__exact=channel.pk, state="unclosed")
    return Figure(seen.number(f"oversell:{channel.pk}").rows, "", url)


def _failures(seen: Seen, channel: Channel) -> list[Figure]:
    """What was skipped or refused in the last 24 hours, the commonest reasons first."""
    begin, _ = seen.figures.window(DAY) if seen.failures else (timezone.now(), None)
    mine = [(code, lines) for (of, code), lines in seen.failures.items() if of == channel.pk]
    return [
        Figure(lines, reasons.label(code), logged_since(begin, code, channel__id__exact=channel.pk))
        for code, lines in sorted(mine, key=lambda each: (-each[1], each[0]))[:SHOWN_REASONS]
    ]


def _off(channel: Channel) -> str:
    if not channel.is_active:
        return gettext("Nothing is sent and no order is taken in until it is switched on again.")
    if not channel.is_stock_synced:
        return gettext("No quantity is sent until stock sync is switched on again.")
    return ""


def _words(run: Run) -> str:
    return gettext("%(kind)s: %(status)s") % {
        "kind": run.get_kind_display(),
        "status": run.get_status_display(),
    }
