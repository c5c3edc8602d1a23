"""What a comparison found, in the language of whoever reads it: the sentences of
`reconcile.judging`, which are stored in English."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels.admin.anew import Form, Phrasebook
from channels.admin.stored import ADVICE, ERROR_FORMS, ERRORS, reason
from desk import numbers


def number(words: str) -> str:
    """A number, or that there is none."""
    if words == "no number":
        return gettext("no number")
    return numbers.shown(int(words)) if words.isdecimal() else words


def clock(words: str) -> str:
    """A moment as the shop's own clock shows it, or that it is not known."""
    return gettext("an unknown time") if words == "an unknown time" else words


_NUMBERS = {"shown": number, "told": number}
_SINCE = {"since": clock}

FINDINGS = Phrasebook(
    [
        Form(_("%(location)s is missing or switched off at the channel.")),
        Form(_("%(sku)s is no longer linked: %(why)s."), {"why": reason}),
        Form(_("The item that %(sku)s was linked to is gone at the channel.")),
        Form(
            _(
                "%(sku)s is not stocked at %(location)s any more, or the channel ships it from"
                " stock of its own."
            )
        ),
        Form(_("The last number it showed, as far as we know: %(believed)d.")),
        Form(
            _(
                "No warehouse feeds %(location)s, and the channel still offers %(number)d there."
                " Map a warehouse to it, or set it to 0 at the channel."
            )
        ),
        Form(_("The channel shows %(shown)s, %(should)d is right."), _NUMBERS),
        Form(_("%(should)d is right.")),
        Form(
            _(
                "%(told)s was handed over at %(since)s, and the channel does not show it yet."
                " Fewer are told at once all the same; more wait for its answer."
            ),
            _NUMBERS | _SINCE,
        ),
        Form(_("Our last number was refused: %(why)s."), {"why": reason}),
        Form(_("The change waits to be sent since %(since)s."), _SINCE),
        Form(
            _(
                "Stock of %(sku)s is not tracked at the channel any more; it showed %(believed)d"
                " since %(since)s."
            ),
            _SINCE,
        ),
        Form(
            _(
                "Somebody, or another app, changed it at the channel from %(believed)d to"
                " %(shown)d: we knew of %(believed)d since %(since)s, and no order of the channel"
                " explains the difference of %(change)d."
            ),
            _SINCE,
        ),
        Form(_("It is %(missing)d fewer than the %(believed)d we knew of.")),
        Form(_("%(number)d are on orders there that were not taken in here.")),
        Form(_("Orders that wait to be placed here: %(orders)s.")),
        Form(_("It is not mended over them: place them, or adjust the stock by hand.")),
        Form(_("A sale may have taken them whose order is not listed there yet.")),
        Form(
            _(
                "Nothing waits to be sent, and %(shown)s is what we knew of since %(since)s: a"
                " fault of ours. Please report it with this line."
            ),
            _NUMBERS | _SINCE,
        ),
        Form(
            _(
                "The channel shows %(there)d on orders, we hold %(here)d for them: %(more)d more"
                " there."
            )
        ),
        Form(
            _(
                "%(number)d of them are archived or dispatched here: fulfil or cancel them at the"
                " channel."
            )
        ),
        Form(_("Take its orders in.")),
        Form(
            _(
                "The channel shows %(there)d on orders, we hold %(here)d for them, %(waiting)d on"
                " an ASN that the channel was not told yet."
            )
        ),
        Form(
            _(
                "The channel shows %(there)d on orders, we hold %(here)d for them: %(fewer)d fewer"
                " there. They were shipped or canceled at the channel: send the ASN, or archive the"
                " order."
            )
        ),
        Form(
            _(
                "The channel has %(on_hand)d on hand: %(available)d available, %(committed)d on"
                " orders, and %(beside)d set aside there (damaged, reserved or the like). Set them"
                " free at the channel, or take them out of stock here."
            )
        ),
        *ADVICE,
        *ERROR_FORMS,
    ]
)
"""Sentences of findings. What a channel itself said within one is shown as it is."""


def logged(message: str) -> str:
    """A line of the process log: of a finding with its location first, of an error as it is."""
    place, colon, rest = message.partition(": ")
    if colon and not FINDINGS.unknown(rest):
        return f"{place}: {FINDINGS.said(rest)}"
    return ERRORS.said(message)
