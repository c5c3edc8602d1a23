"""Pure translation between our words and Amazon's: listings, levels, and what is told to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from channels.contract import LevelRef, Mode, Payload, RemoteLevel, RemoteListing, Write

BULK_SIZE = 10_000
MERCHANT = "DEFAULT"
"""The channel code of what the seller ships; others are Amazon's own, AMAZON_NA and so on."""
QUANTITY_PATH = "/attributes/fulfillment_availability"
FEED = "JSON_LISTINGS_FEED"
PATCH = "patchListingsItem"


@dataclass(frozen=True, slots=True)
class Item:
    """A listing in the designated marketplace. quantity: what Amazon applies now for units that the
    seller ships; None: it has no number. is_buyable None: not listed in that marketplace."""

    sku: str
    asin: str
    name: str
    product_type: str
    quantity: int | None
    is_buyable: bool | None
    is_amazon_fulfilled: bool


def item(data: Payload, marketplace: str) -> Item:
    """Of an item with its summaries and `fulfillmentAvailability`: what Amazon applies, not what
    was submitted last. An absent quantity means unknown there, never 0."""
    summaries = [each for each in data.get("summaries") or () if _is_of(each, marketplace)]
    summary: Payload = summaries[0] if summaries else {}
    channels = {
        str(each["fulfillmentChannelCode"]): each.get("quantity")
        for each in data.get("fulfillmentAvailability") or ()
    }
    return Item(
        sku=data["sku"],
        asin=summary.get("asin") or "",
        name=summary.get("itemName") or "",
        product_type=summary.get("productType") or "",
        quantity=channels.get(MERCHANT),
        is_buyable="BUYABLE" in summary.get("status", ()) if summary else None,
        is_amazon_fulfilled=any(code.startswith("AMAZON") for code in channels)
        # A label of Amazon's own stock and no number of the seller's: taken for Amazon's, which is
        # the mistake that costs less [?].
        or (bool(summary.get("fnSku")) and MERCHANT not in channels),
    )


def listing(found: Item) -> RemoteListing:
    """Active whatever its status: a zero makes a listing inactive, and it must stay linked."""
    return RemoteListing(
        external_id=found.asin or found.sku,
        item_id=found.sku,
        sku=found.sku,
        barcode="",
        name=found.name,
        is_active=True,
        is_tracked=True,
    )


def level(found: Item, ref: LevelRef) -> RemoteLevel:
    """Amazon shows one number; units on orders are out of it already. One that Amazon ships itself
    is not active: it must never be written."""
    return RemoteLevel(
        ref=ref,
        available=None if found.is_amazon_fulfilled else found.quantity,
        committed=None,
        on_hand=None,
        is_active=not found.is_amazon_fulfilled,
        is_tracked=True,
        is_buyable=found.is_buyable,
    )


def payload(mode: Mode, writes: Sequence[Write], reference: str) -> Payload:
    """What is stored before the call. The product type, which Amazon demands and only Amazon knows,
    is added when it is sent.

    Raises ValueError for what must never be sent: a quantity that is no whole number from 0 on (an
    explicit null would delete the field), a SKU twice in one feed, more lines than one message
    takes.
    """
    if mode is Mode.BULK:
        return {"operation": FEED, "reference": reference, "messages": _messages(writes)}
    (write,) = writes
    return {"operation": PATCH, "sku": _sku(write), "patches": [_patch(write)]}


def _messages(writes: Sequence[Write]) -> list[Payload]:
    if not 0 < len(writes) <= BULK_SIZE or len({write.ref.item_id for write in writes}) < len(
        writes
    ):
        raise ValueError(f"A feed takes 1 to {BULK_SIZE} different SKUs, not {len(writes)} lines")
    return [
        {
            "messageId": number,
            "sku": _sku(write),
            "operationType": "PATCH",
            "patches": [_patch(write)],
        }
        for number, write in enumerate(writes, 1)
    ]


def _sku(write: Write) -> str:
    if not write.ref.item_id:
        raise ValueError("A quantity needs a SKU")
    return write.ref.item_id


def _patch(write: Write) -> Payload:
    """`merge` keeps handling time and restock date, which `replace` would wipe. No marketplace
    inside: Amazon adds it to what it shows, and refuses it here. Taking the number away names the
    element alone, by its selector (unproven)."""
    element: Payload = {"fulfillment_channel_code": MERCHANT}
    if write.quantity is None:
        return {"op": "delete", "path": QUANTITY_PATH, "value": [element]}
    if type(write.quantity) is not int or write.quantity < 0:
        raise ValueError(f"{write.quantity!r} is no quantity")
    return {
        "op": "merge",
        "path": QUANTITY_PATH,
        "value": [{**element, "quantity": write.quantity}],
    }


def feed(seller_id: str, messages: Iterable[Payload]) -> Payload:
    """The file of a JSON_LISTINGS_FEED."""
    header = {"sellerId": seller_id, "version": "2.0", "issueLocale": "en_US"}
    return {"header": header, "messages": list(messages)}


def _is_of(summary: Payload, marketplace: str) -> bool:
    return bool(summary.get("marketplaceId") == marketplace)
