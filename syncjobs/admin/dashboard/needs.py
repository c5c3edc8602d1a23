"""What waits for a person, the most urgent first, each with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from channels import reasons
from channels.models import Channel, ChannelOrder, Transmission
from desk.cells import list_of, page_of
from orders.models import SalesOrder
from partners.models import Webhook
from syncjobs.admin.dashboard.cards import is_slow
from syncjobs.admin.dashboard.seen import Seen
from syncjobs.admin.dashboard.tiles import of_units
from syncjobs.admin.waiting import waiting_url
from syncjobs.counting import bounded
from syncjobs.models import Finding, Oversell, Run


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person. `number` is how many, as the list at `url` shows them;
    None where it is about one thing. `color`: danger, warning or info, as urgent as it is."""

    color: str
    title: str
    remedy: str
    url: str
    number: int | None = None


def needs(seen: Seen) -> list[Need]:
    """All of it, the most urgent first: what is cut off, then what sells what is not there, then
    what is held back, then what can wait."""
    found = [need for about in ABOUT for need in about(seen)]
    return sorted(found, key=lambda need: ["danger", "warning", "info"].index(need.color))


def _problems(seen: Seen) -> Iterator[Need]:
    for channel in seen.channels:
        if channel.problem and channel.is_active:
            words = {"channel": channel.name, "reason": reasons.label(channel.problem_code)}
            yield Need(
                "danger",
                gettext("%(channel)s: %(reason)s") % words,
                reasons.advice(channel.problem_code) or channel.problem,
                page_of(channel),
            )


def _paused(seen: Seen) -> Iterator[Need]:
    if not seen.may("syncjobs.view_run"):
        return
    for channel in seen.channels:
        if channel.paused_run:
            yield Need(
                "danger",
                gettext("%(channel)s: a run waits for your approval") % {"channel": channel.name},
                gettext(
                    "It would set too many products to 0 at once. Look at them, then tell these"
                    " zeros or keep them back. Everything else was told."
                ),
                page_of(Run(pk=channel.paused_run)),
            )


def _oversold(seen: Seen) -> Iterator[Need]:
    for channel in seen.channels:
        number = seen.number(f"oversell:{channel.pk}").rows
        if number:
            text = ngettext(
                "%(channel)s: %(number)s oversell case",
                "%(channel)s: %(number)s oversell cases",
                number,
            )
            yield Need(
                "danger",
                text % {"channel": channel.name, "number": bounded(number)},
                gettext(
                    "Units were sold that are not there. Each case says how that could happen;"
                    " tell the customer or receive more, then close it."
                ),
                list_of(Oversell, channel__id__exact=channel.pk, state="unclosed"),
                number,
            )


def _drift(seen: Seen) -> Iterator[Need]:
    for channel in seen.channels:
        for cause, remedy in _CAUSES.items():
            number = seen.number(f"drift:{channel.pk}:{cause.value}").rows
            if number and _is_for_a_person(channel, cause):
                text = ngettext(
                    "%(channel)s shows %(number)s wrong number: %(cause)s",
                    "%(channel)s shows %(number)s wrong numbers: %(cause)s",
                    number,
                )
                words = {"number": bounded(number), "cause": str(cause.label).lower()}
                yield Need(
                    "warning",
                    text % (words | {"channel": channel.name}),
                    str(remedy),
                    list_of(Finding, channel__id__exact=channel.pk, cause__exact=cause.value),
                    number,
                )


def _late_numbers(seen: Seen) -> Iterator[Need]:
    for channel in seen.channels:
        is_automatic = channel.is_active and channel.is_stock_synced
        if not (is_automatic and is_slow(channel)) or channel.problem:
            continue
        number = channel.freshness.backlog
        text = ngettext(
            "%(channel)s: %(number)s number waits for long",
            "%(channel)s: %(number)s numbers wait for long",
            number,
        )
        remedy = (
            gettext(
                "The channel takes fewer calls than there are changes, or cannot be reached. If it"
                " lasts, use Test connection on the channel and see its last runs."
            )
            if channel.is_updated_on_change
            else gettext(
                "Updating when the stock changes is switched off for this channel: use Sync now on"
                " its page, or switch it on."
            )
        )
        yield Need(
            "warning",
            text % {"channel": channel.name, "number": bounded(number)},
            remedy,
            waiting_url(channel),
            number,
        )


def _of_the_house(seen: Seen) -> Iterator[Need]:
    for each in HOUSE:
        found = seen.number(each.count)
        if found:
            title = each.title % {"number": bounded(found.rows), "rows": found.rows}
            remedy = of_units(each.remedy, found)
            yield Need(each.color, title, remedy, each.url(), found.rows)


def _is_for_a_person(channel: Any, cause: Finding.Cause) -> bool:
    """What is mended by itself asks for nobody."""
    if cause == Finding.Cause.EDIT:
        return bool(channel.drift_policy == Channel.DriftPolicy.REPORT)
    return True


_CAUSES = {
    Finding.Cause.REJECTED: _("Put right what the channel refuses; each says why."),
    Finding.Cause.NOT_MAPPED: _("Link the product or map its location again."),
    Finding.Cause.ORDER: _("An order there is not taken in yet: see why it waits."),
    Finding.Cause.EDIT: _("Somebody changed them there: choose Mend to send ours."),
    Finding.Cause.UNEXPLAINED: _("A fault of ours: choose Mend, and please report it."),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted over all channels. count: its name among the numbers seen; title: lazy, by
    that number; remedy: lazy, of the units where it names them."""

    color: str
    count: str
    title: Any
    remedy: Any
    url: Callable[[], str]


HOUSE = [
    Counted(
        "danger",
        "parked",
        ngettext_lazy(
            "%(number)s order of a channel could not be taken in",
            "%(number)s orders of channels could not be taken in",
            "rows",
        ),
        _(
            "Its units are not held, so others may buy them. Read why, and mend it: the order"
            " then comes in by itself."
        ),
        lambda: list_of(ChannelOrder, parked="yes"),
    ),
    Counted(
        "warning",
        "refused_asns",
        ngettext_lazy(
            "%(number)s ASN was refused by its channel",
            "%(number)s ASNs were refused by their channel",
            "rows",
        ),
        _("Put right what the channel misses, then choose Send again."),
        lambda: list_of(Transmission, status__exact=Transmission.Status.FAILED.value),
    ),
    Counted(
        "info",
        "canceled",
        ngettext_lazy(
            "%(number)s canceled order is still counting",
            "%(number)s canceled orders are still counting",
            "rows",
        ),
        ngettext_lazy(
            "%(units)s unit held: archive them, and it can be sold again.",
            "%(units)s units held: archive them, and they can be sold again.",
            "number",
        ),
        lambda: list_of(SalesOrder, holding="canceled_but_counting"),
    ),
    Counted(
        "info",
        "webhooks",
        ngettext_lazy(
            "%(number)s webhook of a partner is failing",
            "%(number)s webhooks of partners are failing",
            "rows",
        ),
        _("It is tried again by itself. If it lasts, ask the partner to look at it."),
        lambda: list_of(Webhook, failing_since__isnull=False),
    ),
]

ABOUT = [_problems, _paused, _of_the_house, _oversold, _late_numbers, _drift]
