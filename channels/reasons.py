"""What each reason code means to a person, and what to do about it: one catalogue for process logs,
publications and listing states."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from channels.contract import Code

ENGLISH = "en"
"""What is stored, and told to programs, is in one language."""


class Reason(NamedTuple):
    """label: in a few words; advice: what to do about it; meaning: what happened. All of them in
    the language of who reads."""

    label: str | Promise
    advice: str | Promise
    meaning: str | Promise


REASONS: dict[Code, Reason] = {
    Code.ACCEPTED: Reason(
        _("Sent"),
        _("Nothing to do."),
        _("The channel took what we told it."),
    ),
    Code.UNCHANGED: Reason(
        _("Already right"),
        _("The channel showed this number; nothing was sent."),
        _("What the channel showed was right already."),
    ),
    Code.STALE: Reason(
        _("Changed at the channel"),
        _(
            "The channel's number was not what we last told it, so nothing was overwritten."
            " It was read again and the right number follows by itself."
        ),
        _(
            "Between our last number and this one, the channel's own number changed: a sale"
            " there, or an edit."
        ),
    ),
    Code.NOT_MATCHED: Reason(
        _("No match at the channel"),
        _(
            "Create the product there, or correct its SKU, barcode or name on either side"
            " (the channel's matching setting says which counts), then sync the product again."
        ),
        _("The channel offers no item that fits this product."),
    ),
    Code.AMBIGUOUS_MATCH: Reason(
        _("More than one match"),
        _(
            "Several items share this code. Make it unique on both sides, then sync the"
            " product again."
        ),
        _("The channel offers more than one item that fits this product, so none was chosen."),
    ),
    Code.PRODUCT_INACTIVE: Reason(
        _("Product is inactive"),
        _("Activate the product to communicate it."),
        _("The product is switched off here, so no channel is told of it."),
    ),
    Code.REMOTE_INACTIVE: Reason(
        _("Not active at the channel"),
        _("Set the product's status to active at the channel."),
        _("The channel has the item as a draft or archived, so nobody can buy it there."),
    ),
    Code.EXCLUDED: Reason(
        _("Excluded from sync"),
        _("Clear the exclude switch to communicate it."),
        _("Somebody excluded the product, or its listing, from sync."),
    ),
    Code.SYNC_DISABLED: Reason(
        _("Stock sync is off"),
        _("Switch stock sync on for the channel, or sync by hand."),
        _("The channel is switched off, or its stock sync is."),
    ),
    Code.UNTRACKED: Reason(
        _("Stock is not tracked at the channel"),
        _("Switch on Track quantity at the channel; it is locked there, so we can not."),
        _("The channel sells the item without counting its stock."),
    ),
    Code.TRACKING_ENABLED: Reason(
        _("Tracking switched on"),
        _("Nothing to do."),
        _("The channel did not count the item's stock; it does from now on."),
    ),
    Code.ITEM_MISSING: Reason(
        _("Item was deleted at the channel"),
        _("Create it again there and sync the product, or untick the channel on the product."),
        _("The item that the product was linked to is not there any more."),
    ),
    Code.ITEM_NOT_WRITABLE: Reason(
        _("Item takes no quantity"),
        _(
            "It is a bundle at the channel, or the channel ships it from stock of its own:"
            " our number is not for it. Sync a bundle's components instead, or untick the"
            " product."
        ),
        _("The channel keeps this item's quantity by itself and takes none from us."),
    ),
    Code.NOT_APPLIED: Reason(
        _("Accepted, but never shown"),
        _(
            "The channel took the number and did not show it in its usual time. What it"
            " shows was read and the right number is told over by itself."
        ),
        _("The channel said yes to a number and went on showing another one."),
    ),
    Code.UNPAID: Reason(
        _("Awaiting payment"),
        _("The order's units are held; ship it once the channel says it is paid."),
        _("The channel says that the order is not paid yet."),
    ),
    Code.LOCATION_MISSING: Reason(
        _("Location is missing"),
        _("Map a warehouse to an active location of the channel, or set a default location."),
        _("The channel's place for stock is gone, inactive, or fed by no warehouse."),
    ),
    Code.LOCATION_ACTIVATED: Reason(
        _("Stocked at the location now"),
        _("Nothing to do."),
        _("The item was not stocked at this location; it is from now on."),
    ),
    Code.STOCK_UNKNOWN: Reason(
        _("Stock was never counted"),
        _("Receive, count or adjust the product; unknown is not sent as 0."),
        _("Nothing was ever received or counted of the product in the warehouses that feed it."),
    ),
    Code.QUANTITY_REFUSED: Reason(
        _("Quantity refused"),
        _("The number is outside what the channel takes: check the stock level."),
        _("The channel does not take a number this large or this small."),
    ),
    Code.RATE_LIMITED: Reason(
        _("Rate limit reached"),
        _("Nothing was lost: it is sent as soon as the channel allows."),
        _("The channel allows only so many calls, and they were used up."),
    ),
    Code.UNAVAILABLE: Reason(
        _("Channel can not be reached"),
        _(
            "Nothing was lost: it is sent as soon as the channel answers. If it lasts, use"
            " Test connection."
        ),
        _("The channel did not answer, or answered that it is out of order."),
    ),
    Code.OUTCOME_UNKNOWN: Reason(
        _("No answer"),
        _("The same message is repeated under the same key until the answer is known."),
        _("The channel was told a number, and its answer was lost on the way."),
    ),
    Code.IN_PROGRESS: Reason(
        _("Channel is still working on it"),
        _("The same message is repeated shortly."),
        _("The channel has not finished an earlier message yet."),
    ),
    Code.KEY_EXPIRED: Reason(
        _("Attempt expired"),
        _("The level is read again and a new number is sent by itself."),
        _("The answer came too late to be asked for under the same key."),
    ),
    Code.KEY_MISMATCH: Reason(
        _("Key was used for another message"),
        _("A fault of ours: please report it with this line."),
        _("The channel knows the key of this message from one with other numbers."),
    ),
    Code.UNAUTHORIZED: Reason(
        _("Access token refused"),
        _("Enter a valid token on the channel and use Test connection."),
        _("The channel does not accept our access any more."),
    ),
    Code.SCOPE_MISSING: Reason(
        _("Permission missing at the channel"),
        _("Grant the scopes named, then use Test connection."),
        _("The channel lets us in, but not do this."),
    ),
    Code.SHOP_CLOSED: Reason(
        _("Shop is closed or frozen"),
        _("Reopen the shop, then Test connection."),
        _("The shop does not work now: it is closed, frozen or not paid."),
    ),
    Code.CONFIGURATION: Reason(
        _("Connection is set up wrongly"),
        _("Correct the channel's settings, then Test connection."),
        _("The channel is connected with settings that can not work."),
    ),
    Code.BATCH_REFUSED: Reason(
        _("Sent again without a refused neighbour"),
        _("Nothing to do: it went out in the next batch."),
        _("The channel refused a message for another of its lines."),
    ),
    Code.BAD_REQUEST: Reason(
        _("Request refused"),
        _("A fault of ours: please report it with this line."),
        _("The channel did not understand what we sent."),
    ),
    Code.INTERNAL: Reason(
        _("A fault of ours"),
        _("Nothing was lost, and it is tried again: please report it with this line."),
        _("Our own program failed here."),
    ),
    Code.ORDER_REFUSED: Reason(
        _("Order could not be placed here"),
        _(
            "Read why, then place or change the order by hand. It is tried again whenever"
            " the channel changes it."
        ),
        _("An order of the channel could not become one of ours, so its units are not held."),
    ),
    Code.SHIPPED_THERE: Reason(
        _("Shipped at the channel, not in stock here"),
        _(
            "Receive or count the goods: the shipment is then booked by itself. If the order"
            " is canceled or archived here, unarchive it or adjust the stock by hand."
        ),
        _("The channel says that goods left which are not in stock here."),
    ),
    Code.BREAKER: Reason(
        _("Held back: too many zeros at once"),
        _(
            "Look for the run that waits for approval: approve it when the zeros are meant,"
            " or correct what made them. One that was refused is asked for again when the"
            " stock changes or a day is over; Confirm and send tells a single one at once."
        ),
        _("A run would have set so many products to 0 that somebody should look at it first."),
    ),
    Code.FORGED: Reason(
        _("Signature of a webhook is wrong"),
        _(
            "Somebody else sent it, or the client secret here is not the channel's: enter"
            " the one that the channel signs with."
        ),
        _("A webhook came whose signature is not the channel's."),
    ),
    Code.CHANGED_THERE: Reason(
        _("Changed at the channel"),
        _(
            "Somebody, or another app, edited the number there. The right number is sent"
            " again unless the channel is set to report only."
        ),
        _("The channel shows a number that we did not tell it."),
    ),
    Code.NOT_FED: Reason(
        _("No warehouse feeds this location"),
        _("Nothing to do unless it should: map a warehouse to the location."),
        _("The location shows no warehouse's stock, so nothing is told there."),
    ),
    Code.SUBSCRIBED: Reason(
        _("Webhooks were missing and are set up again"),
        _("Nothing to do."),
        _("The channel had stopped telling us of changes by itself; it does again."),
    ),
    Code.TRACKING_MISSING: Reason(
        _("Tracking is missing"),
        _("Enter carrier and tracking number on the ASN, then choose Send again."),
        _("The channel wants to know how the goods travel before it takes an ASN."),
    ),
    Code.VERSION_MISMATCH: Reason(
        _("Answered by another API version"),
        _("The version set on the channel is retired or unknown: choose a supported one."),
        _("The channel answered in another version of its interface than we asked in."),
    ),
}


def label(code: str) -> str:
    """The reason in a few words; the code itself when a plug-in brought one of its own."""
    return str(REASONS[Code(code)].label) if code in REASONS else code


def advice(code: str) -> str:
    """What to do about it."""
    return str(REASONS[Code(code)].advice) if code in REASONS else ""


def meaning(code: str) -> str:
    """What happened."""
    return str(REASONS[Code(code)].meaning) if code in REASONS else ""


def stored(code: str) -> str:
    """The reason in a few words, as it is written down, whoever reads it later."""
    with override(ENGLISH):
        return label(code)
