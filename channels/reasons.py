"""What each reason code means to a person, and what to do about it: one catalogue for process logs,
publications and listing states."""

from __future__ import annotations

from typing import NamedTuple

from channels.contract import Code


class Reason(NamedTuple):
    label: str
    advice: str


REASONS: dict[Code, Reason] = {
    Code.ACCEPTED: Reason("Sent", "Nothing to do."),
    Code.UNCHANGED: Reason("Already right", "The channel showed this number; nothing was sent."),
    Code.STALE: Reason(
        "Changed at the channel",
        "The channel's number was not what we last told it, so nothing was overwritten. It was read"
        " again and the right number follows by itself.",
    ),
    Code.NOT_MATCHED: Reason(
        "No match at the channel",
        "Create the product there, or correct its SKU, barcode or name on either side (the"
        " channel's matching setting says which counts), then sync the product again.",
    ),
    Code.AMBIGUOUS_MATCH: Reason(
        "More than one match",
        "Several items share this code. Make it unique on both sides, then sync the product again.",
    ),
    Code.PRODUCT_INACTIVE: Reason("Product is inactive", "Activate the product to communicate it."),
    Code.REMOTE_INACTIVE: Reason(
        "Not active at the channel", "Set the product's status to active at the channel."
    ),
    Code.EXCLUDED: Reason("Excluded from sync", "Clear the exclude switch to communicate it."),
    Code.SYNC_DISABLED: Reason(
        "Stock sync is off", "Switch stock sync on for the channel, or sync by hand."
    ),
    Code.UNTRACKED: Reason(
        "Stock is not tracked at the channel",
        "Switch on Track quantity at the channel; it is locked there, so we can not.",
    ),
    Code.TRACKING_ENABLED: Reason("Tracking switched on", "Nothing to do."),
    Code.ITEM_MISSING: Reason(
        "Item was deleted at the channel",
        "Create it again there and sync the product, or untick the channel on the product.",
    ),
    Code.ITEM_NOT_WRITABLE: Reason(
        "Item takes no quantity",
        "It is a bundle at the channel, or the channel ships it from stock of its own: our number"
        " is not for it. Sync a bundle's components instead, or untick the product.",
    ),
    Code.NOT_APPLIED: Reason(
        "Accepted, but never shown",
        "The channel took the number and did not show it in its usual time. What it shows was read"
        " and the right number is told over by itself.",
    ),
    Code.UNPAID: Reason(
        "Awaiting payment", "The order's units are held; ship it once the channel says it is paid."
    ),
    Code.LOCATION_MISSING: Reason(
        "Location is missing",
        "Map a warehouse to an active location of the channel, or set a default location.",
    ),
    Code.LOCATION_ACTIVATED: Reason("Stocked at the location now", "Nothing to do."),
    Code.STOCK_UNKNOWN: Reason(
        "Stock was never counted", "Receive, count or adjust the product; unknown is not sent as 0."
    ),
    Code.QUANTITY_REFUSED: Reason(
        "Quantity refused", "The number is outside what the channel takes: check the stock level."
    ),
    Code.RATE_LIMITED: Reason(
        "Rate limit reached", "Nothing was lost: it is sent as soon as the channel allows."
    ),
    Code.UNAVAILABLE: Reason(
        "Channel can not be reached",
        "Nothing was lost: it is sent as soon as the channel answers. If it lasts, use Test"
        " connection.",
    ),
    Code.OUTCOME_UNKNOWN: Reason(
        "No answer", "The same message is repeated under the same key until the answer is known."
    ),
    Code.IN_PROGRESS: Reason(
        "Channel is still working on it", "The same message is repeated shortly."
    ),
    Code.KEY_EXPIRED: Reason(
        "Attempt expired", "The level is read again and a new number is sent by itself."
    ),
    Code.KEY_MISMATCH: Reason(
        "Key was used for another message", "A fault of ours: please report it with this line."
    ),
    Code.UNAUTHORIZED: Reason(
        "Access token refused", "Enter a valid token on the channel and use Test connection."
    ),
    Code.SCOPE_MISSING: Reason(
        "Permission missing at the channel", "Grant the scopes named, then use Test connection."
    ),
    Code.SHOP_CLOSED: Reason("Shop is closed or frozen", "Reopen the shop, then Test connection."),
    Code.CONFIGURATION: Reason(
        "Connection is set up wrongly", "Correct the channel's settings, then Test connection."
    ),
    Code.BATCH_REFUSED: Reason(
        "Sent again without a refused neighbour", "Nothing to do: it went out in the next batch."
    ),
    Code.BAD_REQUEST: Reason(
        "Request refused", "A fault of ours: please report it with this line."
    ),
    Code.INTERNAL: Reason(
        "A fault of ours",
        "Nothing was lost, and it is tried again: please report it with this line.",
    ),
    Code.ORDER_REFUSED: Reason(
        "Order could not be placed here",
        "Read why, then place or change the order by hand. It is tried again whenever the channel"
        " changes it.",
    ),
    Code.SHIPPED_THERE: Reason(
        "Shipped at the channel, not in stock here",
        "Receive or count the goods: the shipment is then booked by itself. If the order is"
        " canceled or archived here, unarchive it or adjust the stock by hand.",
    ),
    Code.BREAKER: Reason(
        "Held back: too many zeros at once",
        "Look for the run that waits for approval: approve it when the zeros are meant, or correct"
        " what made them. One that was refused is asked for again when the stock changes or a day"
        " is over; Confirm and send tells a single one at once.",
    ),
    Code.FORGED: Reason(
        "Signature of a webhook is wrong",
        "Somebody else sent it, or the client secret here is not the channel's: enter the one that"
        " the channel signs with.",
    ),
    Code.CHANGED_THERE: Reason(
        "Changed at the channel",
        "Somebody, or another app, edited the number there. The right number is sent again unless"
        " the channel is set to report only.",
    ),
    Code.NOT_FED: Reason(
        "No warehouse feeds this location",
        "Nothing to do unless it should: map a warehouse to the location.",
    ),
    Code.SUBSCRIBED: Reason("Webhooks were missing and are set up again", "Nothing to do."),
    Code.TRACKING_MISSING: Reason(
        "Tracking is missing",
        "Enter carrier and tracking number on the ASN, then choose Send again.",
    ),
    Code.VERSION_MISMATCH: Reason(
        "Answered by another API version",
        "The version set on the channel is retired or unknown: choose a supported one.",
    ),
}


def label(code: str) -> str:
    """The reason in a few words; the code itself when a plug-in brought one of its own."""
    return REASONS[Code(code)].label if code in REASONS else code


def advice(code: str) -> str:
    """What to do about it."""
    return REASONS[Code(code)].advice if code in REASONS else ""
