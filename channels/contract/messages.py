"""What goes to and fro between an adapter and the floors above: plain dataclasses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from channels.contract.codes import Code, Outcome

Payload = dict[str, Any]
"""A JSON object: exactly what is stored before the call and sent byte for byte again on a retry."""


@dataclass(frozen=True, slots=True)
class LevelRef:
    """A stock level at the vendor: the vendor's item id at the vendor's location id."""

    item_id: str
    location_id: str


@dataclass(frozen=True, slots=True)
class RemoteLocation:
    external_id: str
    name: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class RemoteListing:
    """A sellable unit at the vendor. `name` is the exact name used by name matching."""

    external_id: str  # the variant or offer
    item_id: str  # the stock-keeping identity that quantities are written to
    sku: str
    barcode: str
    name: str
    is_active: bool
    is_tracked: bool


@dataclass(frozen=True, slots=True)
class RemoteLevel:
    """What the vendor shows now. `available` is None when the vendor does not track the item.

    is_active is False when the level does not exist or was switched off at that location, or must
    not be written by us. is_buyable: whether the vendor offers it for sale; None: it does not say.
    """

    ref: LevelRef
    available: int | None
    committed: int | None
    on_hand: int | None
    is_active: bool
    is_tracked: bool
    is_buyable: bool | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """One number to tell. quantity: what the level should show (≥ 0), None to take its number away
    (only where the adapter `can_clear`). expected: what we believe it shows now, the
    compare-and-set guard; None means no guard, used only deliberately."""

    ref: LevelRef
    quantity: int | None
    expected: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    outcome: Outcome
    code: Code = Code.ACCEPTED
    message: str = ""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A message was taken in and will be answered later: `Adapter.ask` asks for it by this handle.
    The text is the adapter's own, stored as it is."""

    handle: str


@dataclass(frozen=True, slots=True)
class Check:
    """Result of Test connection: `details` are lines for a person."""

    name: str
    details: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RemoteOrderLine:
    """A line of an order. item_id is the stock item, "" when the vendor has none (a custom line).

    unfulfilled: units still to ship; what was canceled, removed or refunded before is not in it.
    fulfilled: units that were shipped there, whether or not they were refunded afterwards.
    returned: of the fulfilled, units that a refund put back into the vendor's stock.
    location_id: where the vendor took the units from, "" when unknown or from several places.
    """

    external_id: str
    item_id: str
    sku: str
    unfulfilled: int
    fulfilled: int = 0
    returned: int = 0
    location_id: str = ""

    @property
    def ordered(self) -> int:
        """Units that left, or are still to leave."""
        return self.unfulfilled + self.fulfilled


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """An order as the vendor shows it now. Times are aware."""

    external_id: str
    number: str
    placed_at: datetime
    updated_at: datetime
    is_canceled: bool
    is_test: bool
    lines: Sequence[RemoteOrderLine]
    is_unpaid: bool = False  # held like any other, but must not leave yet


@dataclass(frozen=True, slots=True)
class Shipment:
    """An ASN to transmit: order id at the vendor, units per vendor line id, tracking."""

    order_id: str
    lines: Mapping[str, int]
    tracking_number: str = ""
    tracking_url: str = ""
    carrier: str = ""
    reference: str = ""
    sent_at: datetime | None = None


class Concern(StrEnum):
    """What a notice is about."""

    ORDER = "order"
    LEVEL = "level"
    LOCATION = "location"
    ACCOUNT = "account"  # the account was closed or cut off from us
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the vendor told us by itself, its signature proven. Notices come late, doubled, in
    any order or not at all, so one is only a reason to look: nothing in it is taken for true.

    external_id: the same on every repeat of this notice. raised_at: the vendor's clock, aware.
    order_id: of an order. ref, available: of a level (`available` None: not tracked).
    """

    external_id: str
    topic: str
    concern: Concern
    raised_at: datetime | None = None
    order_id: str = ""
    ref: LevelRef | None = None
    available: int | None = None
