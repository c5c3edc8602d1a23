"""Why nothing is sent for a row of the communicated table now, and what to do about it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels import reasons
from channels.admin.stored import ERRORS
from channels.contract import Code
from channels.models import Channel, Communicated
from channels.rules import Decision
from desk import moments

_STATES = {
    Communicated.State.SOURCE: (
        _("Source of a mirror"),
        _("Its stock there is read and becomes a warehouse's here; it is told nothing."),
    ),
    Communicated.State.OFF: (
        _("Not communicated"),
        _("Tick the channel on the product's page to communicate it."),
    ),
    Communicated.State.UNCONFIRMED: (
        _("Unconfirmed"),
        _("The channel took the number and does not show it yet. Nothing to do."),
    ),
    Communicated.State.PENDING_UPDATE: (
        _("Pending Qty Update"),
        _("Somebody asked for its quantity; it is told with the next run."),
    ),
}


def notes(row: Communicated, decision: Decision | None) -> Iterator[tuple[str, str]]:
    """Why nothing is sent now, and what to do; what keeps it back first comes first."""
    held = held_back(row.channel)
    if held and row.is_due:  # a reason of its own is older, or says the same with less
        yield held
    if row.reason:
        yield reasons.label(row.reason), reasons.advice(row.reason)
    if held and not (row.is_due or row.channel.problem_code):
        yield held
    if row.state in _STATES:
        label, advice = _STATES[Communicated.State(row.state)]
        yield str(label), str(advice)
    if row.state == Communicated.State.NEW:
        yield gettext("New"), _first_day(row)
    if decision is not None and decision.quantity is None and not decision.is_left_alone:
        yield reasons.label(Code.STOCK_UNKNOWN), reasons.advice(Code.STOCK_UNKNOWN)
    if row.is_due and not row.channel.is_updated_on_change:
        yield (
            gettext("Updates on change are off"),
            gettext("Use Confirm and send, or switch them on."),
        )


def held_back(channel: Channel) -> tuple[str, str] | None:
    """What keeps everything back from a channel now, in a few words, and the rest: what it said,
    when it is tried next, what becomes of the numbers. None when nothing does. No statement."""
    if not channel.is_active:
        return (
            gettext("The channel is switched off"),
            gettext(
                "Nothing is sent until it is switched on again. Nothing is lost: what changes"
                " meanwhile is sent then."
            ),
        )
    if not channel.is_stock_synced:
        return (
            reasons.label(Code.SYNC_DISABLED),
            gettext(
                "No quantity is sent, neither by itself nor by hand, until it is switched on on the"
                " channel's page. Nothing is lost: what changes meanwhile is sent then."
            ),
        )
    if channel.problem_code or _rests(channel):
        label = reasons.label(channel.problem_code) if channel.problem_code else gettext("It rests")
        return label, " ".join(filter(None, [_said(channel), next_try(channel), _kept()]))
    return None


def _rests(channel: Channel) -> bool:
    return channel.retry_at is not None and channel.retry_at > timezone.now()


def _said(channel: Channel) -> str:
    """What it answered when it was last tried, and when that was."""
    if not channel.problem:
        return ""
    values = {
        "channel": channel.name,
        "words": ERRORS.said(channel.problem).strip().rstrip("."),
        "time": at_time(channel.checked_at) if channel.checked_at else "–",
    }
    return gettext("%(channel)s was last tried at %(time)s and said: “%(words)s”.") % values


def next_try(channel: Channel) -> str:
    """A sweep tries it all the same, though it rests: so at the latest then."""
    if channel.retry_at is None or not _rests(channel):
        return gettext("It is tried again with the next change or sweep, within minutes.")
    return gettext("It is tried again at %(time)s, or before that by the next sweep.") % {
        "time": at_time(channel.retry_at)
    }


def _kept() -> str:
    return gettext("Nothing is lost: what changes meanwhile is kept and sent as soon as it can be.")


def at_time(moment: datetime.datetime) -> str:
    """“08:49:10 UTC”, in the site's zone; with its date when that is not today."""
    return f"{moments.lately(moment)} {timezone.localtime(moment):%Z}"


def _first_day(row: Communicated) -> str:
    """When a new product is sent by itself, on the channel's own clock, and how to send sooner."""
    sooner = gettext(
        "To send it now, use Confirm and send, or Sync to channel in the product list."
    )
    zone = ZoneInfo(row.channel.time_zone)
    first = row.listing.eligible_at.astimezone(zone)
    if first <= timezone.now():
        look = gettext("It is matched and first sent at the next look for new products.")
        return f"{look} {sooner}"
    sent = gettext("It is first sent on %(day)s, from %(time)s (%(zone)s).") % {
        "day": moments.weekday(first.date()),
        "time": f"{first:%H:%M}",
        "zone": zone.key,
    }
    return f"{sent} {sooner}"
