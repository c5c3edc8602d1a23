"""How something could be sold twice, in the language of whoever reads it: the sentences of
`forensics`, which are stored in English."""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from channels.admin.anew import Form, Phrasebook
from channels.admin.stored import ADVICE, lower, reason
from channels.reasons import ENGLISH
from desk import numbers
from desk.saying import ngettext
from inventory.models import Reason
from syncjobs.models import Run


def units(words: str) -> str:
    """A count of units."""
    found = re.fullmatch(r"(-?\d+) units?", words)
    if found is None:
        return words
    number = int(found[1])
    return ngettext("%(number)d unit", "%(number)d units", number) % {"number": number}


def span(words: str) -> str:
    """How long something took; units of time are signs everywhere, but days."""
    found = re.fullmatch(r"(\d+) days", words)
    return gettext("%(number)s days") % {"number": found[1]} if found else words


def number(words: str) -> str:
    """A number, or that there is none, or none for certain."""
    said = {"no number": gettext("no number"), "nothing certain": gettext("nothing certain")}
    return numbers.shown(int(words)) if words.isdecimal() else said.get(words, words)


@cache
def _labels() -> dict[str, str]:
    """What our lists call things, by its English, as it stands in a sentence too."""
    choices = [*Reason, *Run.Kind, *Run.Status]
    with override(ENGLISH):
        texts = [(str(each.label), str(each.label)) for each in choices]
    return dict([*((lower(english), text) for english, text in texts), *texts])


def label(words: str) -> str:
    """A reason of a movement, or a kind or state of a run, in the reader's language."""
    english = _labels().get(words)
    if english is None:
        return words
    return lower(gettext(english)) if words[:1].islower() else gettext(english)


def cause(words: str) -> str:
    """Why stock moved, with the document in brackets."""
    found = re.fullmatch(r"(.+?)( \(.+\))?", words)
    return label(found[1]) + (found[2] or "") if found else words


def order(words: str) -> str:
    """An order's number, or that it has none."""
    return gettext("without a number") if words == "without a number" else words


def run(words: str) -> str:
    """A run by its number."""
    found = re.fullmatch(r"Run (\d+)", words)
    return gettext("Run %(number)s") % {"number": found[1]} if found else words


_UNITS = {"units": units, "left": units, "short": units, "needed": units}
_HOLES = _UNITS | {
    "span": span,
    "shown": number,
    "believed": number,
    "why": reason,
    "cause": cause,
    "reason": label,
    "order": order,
    "run": run,
    "kind": label,
    "state": label,
}

OVERSELLS = Phrasebook(
    [
        *(
            Form(text, _HOLES)
            for text in (
                _("More was promised than was left."),
                _("Order %(order)s took %(units)s at %(warehouse)s; %(left)s were left to sell."),
                _("Order %(number)s was placed at %(channel)s."),
                _("We first heard of order %(number)s of %(channel)s."),
                _("%(cause)s: %(change)d in stock at %(warehouse)s; %(number)d left to sell."),
                _("%(cause)s: %(change)d on orders at %(warehouse)s; %(number)d left to sell."),
                _("%(quantity)s was written for %(place)s."),
                _("%(quantity)s was written for %(place)s, where we believed %(believed)s."),
                _("%(place)s acknowledged %(quantity)s."),
                _("%(quantity)s was not taken by %(place)s: %(why)s."),
                _("%(place)s was read: it showed %(shown)s, we believed %(believed)s."),
                _(
                    "What %(place)s shows became uncertain by its own order; we believed"
                    " %(believed)s."
                ),
                _(
                    "By an order of its own %(place)s should show %(shown)s now, after"
                    " %(believed)s."
                ),
                _("%(run)s (%(kind)s): %(state)s: %(why)s."),
                _("%(run)s (%(kind)s): %(state)s."),
                _(
                    "Another warehouse that %(channel)s sells from has enough: transfer %(units)s"
                    " to %(warehouse)s, or ship from there."
                ),
                _(
                    "It was placed here for %(units)s when %(left)s were left to sell, and that was"
                    " known: look at Quantity at hand before placing an order by hand, or expect"
                    " the units from a supplier first."
                ),
                _(
                    "It was sold while the stock seemed enough; then it was %(reason)s by"
                    " %(change)d. Take in the channel's orders right before counting or adjusting,"
                    " count more often, or keep a safety buffer of %(units)s."
                ),
                _("Order %(number)s was %(span)s late."),
                _("Order %(number)s of %(channel)s came in %(span)s after its sale."),
                _("Until then only a safety buffer of %(units)s would have helped."),
                _(
                    "The channel sends us no webhooks, so its orders come by the schedule only: set"
                    " up its webhooks, or let the schedule look for orders more often."
                ),
                _(
                    "Its webhook did not come or came late, so the schedule brought it: look at the"
                    " channel's webhooks, and let the schedule look for orders more often."
                ),
                _("Its webhook was as quick as webhooks are."),
                _(
                    "%(quantity)s had been sent %(span)s before, and %(channel)s had not shown it"
                    " yet. No setting makes this shorter; a safety buffer of %(units)s on the"
                    " channel covers it."
                ),
                _(
                    "Stock sync is off for %(channel)s, so it keeps selling what it last knew:"
                    " switch it on."
                ),
                _(
                    "“Update quantity when it changes” is off for %(channel)s, so numbers go out by"
                    " hand only: switch it on."
                ),
                _(
                    "The product is not communicated to %(channel)s, which sells by a number of its"
                    " own: tick the channel on the product."
                ),
                _(
                    "The product is held back from %(channel)s: tick the channel on it, and clear"
                    " its exclude switch."
                ),
                _("%(quantity)s was sent, but not taken (%(why)s)."),
                _(
                    "The zeros of %(run)s waited for a person's approval: approve sooner, or raise"
                    " the share at which %(channel)s pauses."
                ),
                _("%(channel)s rested after an error (%(why)s)."),
                _("A safety buffer of %(units)s on %(channel)s would have covered it."),
                _("%(channel)s had not been told how little is left."),
                _(
                    "The sale came %(span)s after the change, before the number was out: no setting"
                    " is that quick."
                ),
                _(
                    "The right number had been due for %(span)s and waited its turn behind others,"
                    " or for the channel's rate limit."
                ),
                _(
                    "If it waits long often, look at the channel's freshness: other programs may"
                    " use up the same limit."
                ),
                _(
                    "%(channel)s showed %(shown)s where we believed %(believed)s: a person or"
                    " another program raised the number there. Change stock here only, and let its"
                    " policy mend what differs."
                ),
                _(
                    "%(channel)s sold more than it was told. See whether it is set to go on selling"
                    " when out of stock, or whether somebody changed the number there."
                ),
                _(
                    "%(channel)s had accepted %(quantity)s before it sold %(needed)s. See whether"
                    " the product is set there to go on selling when out of stock, or whether"
                    " somebody placed the order there by hand."
                ),
            )
        ),
        *ADVICE,
    ]
)
"""Sentences of timelines and of what would have prevented a case."""
