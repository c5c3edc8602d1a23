"""What every adapter offers and receives: plain Python, no Django, no orders, no inventory.

An adapter gets finished numbers (`Write`), tells one vendor, and returns plain answers (`Answer`).
It never decides what a number should be, never retries on its own beyond waiting for the
vendor's budget, and raises exactly one kind of error (`ChannelError`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

Payload = dict[str, Any]
"""A JSON object: exactly what is stored before the call and sent byte for byte again on a retry."""


class Mode(StrEnum):
    """How a batch tells its numbers."""

    DELTA = "delta"  # the difference, guarded by compare-and-set: automatic writeback
    ABSOLUTE = "absolute"  # the number itself: bulk and hard sync


class Outcome(StrEnum):
    """What became of one line of a batch."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"  # the vendor refuses this line; `code` says why
    STALE = "stale"  # compare-and-set failed: the vendor's number is not what we believed
    NOT_APPLIED = "not_applied"  # fine by itself, but the batch was refused for another line


class Code(StrEnum):
    """Reason codes: the one vocabulary of process logs, publications and listing states."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    STALE = "stale"
    NOT_MATCHED = "not_matched"
    AMBIGUOUS_MATCH = "ambiguous_match"
    PRODUCT_INACTIVE = "product_inactive"
    REMOTE_INACTIVE = "remote_inactive"
    EXCLUDED = "excluded"
    SYNC_DISABLED = "sync_disabled"
    UNTRACKED = "untracked"
    TRACKING_ENABLED = "tracking_enabled"
    ITEM_MISSING = "item_missing"
    ITEM_NOT_WRITABLE = "item_not_writable"
    LOCATION_MISSING = "location_missing"
    LOCATION_ACTIVATED = "location_activated"
    STOCK_UNKNOWN = "stock_unknown"
    QUANTITY_REFUSED = "quantity_refused"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    OUTCOME_UNKNOWN = "outcome_unknown"
    IN_PROGRESS = "in_progress"
    KEY_EXPIRED = "key_expired"
    KEY_MISMATCH = "key_mismatch"
    UNAUTHORIZED = "unauthorized"
    SCOPE_MISSING = "scope_missing"
    SHOP_CLOSED = "shop_closed"
    CONFIGURATION = "configuration"
    BATCH_REFUSED = "batch_refused"
    BAD_REQUEST = "bad_request"
    INTERNAL = "internal"
    ORDER_REFUSED = "order_refused"
    SHIPPED_THERE = "shipped_there"
    VERSION_MISMATCH = "version_mismatch"
    BREAKER = "breaker"
    FORGED = "forged"
    CHANGED_THERE = "changed_there"
    NOT_FED = "not_fed"
    SUBSCRIBED = "subscribed"


OF_THE_ACCOUNT = frozenset(
    {
        Code.UNAUTHORIZED,
        Code.SCOPE_MISSING,
        Code.SHOP_CLOSED,
        Code.CONFIGURATION,
        Code.VERSION_MISMATCH,
    }
)
"""Refusals that have nothing to do with one message: all wait until a person mended them."""


class ChannelError(Exception):
    """The one error an adapter raises.

    permanent        repeating the same call cannot help; a person or a changed payload must.
    is_outcome_unknown  the vendor may have executed the call (timeout, cut, 5xx): repeat the same
                     payload under the same key, or read and decide. Never a new key.
    retry_after      seconds to wait before the next call, when the vendor or its budget says so.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        permanent: bool,
        is_outcome_unknown: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.permanent = permanent
        self.is_outcome_unknown = is_outcome_unknown
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting a kind of channel asks for; the admin form is built from these.

    `pattern` is a full-match regular expression; `help` tells the remedy when it does not match.
    Secret parameters are stored encrypted and never shown again. One that signs what the vendor
    sends us (`is_signing`) is honoured for a while after it was replaced, under
    `previous(name)`: the vendor may not have changed over yet.
    """

    name: str
    label: str
    help: str
    is_secret: bool = False
    is_signing: bool = False
    is_required: bool = True
    pattern: str = ""
    default: str = ""


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

    is_active is False when the level does not exist or was switched off at that location.
    """

    ref: LevelRef
    available: int | None
    committed: int | None
    on_hand: int | None
    is_active: bool
    is_tracked: bool


@dataclass(frozen=True, slots=True)
class Write:
    """One number to tell. quantity: what the level should show (≥ 0). expected: what we believe it
    shows now, the compare-and-set guard; None means no guard, used only deliberately."""

    ref: LevelRef
    quantity: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    outcome: Outcome
    code: Code = Code.ACCEPTED
    message: str = ""


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


@dataclass(frozen=True, slots=True)
class Shipment:
    """An ASN to transmit: order id at the vendor, units per vendor line id, tracking."""

    order_id: str
    lines: Mapping[str, int]
    tracking_number: str = ""
    tracking_url: str = ""
    carrier: str = ""
    reference: str = ""


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


class Meter(Protocol):
    """A vendor's budget of calls as one token bucket, shared by everybody who calls the account.

    Costs are in the vendor's own points. Never blocks for long and never raises.
    """

    def reserve(self, cost: float) -> float:
        """Take points out of the bucket. Returns the seconds to wait before calling: 0.0 when the
        points were there, else until they will have flowed back (they are taken all the same)."""

    def release(self, cost: float) -> None:
        """Give back points that were reserved and not used."""

    def observe(self, *, available: float, maximum: float, restore_rate: float) -> None:
        """What the vendor just said: points left, size of the bucket, points per second."""


def previous(name: str) -> str:
    """Under which name a connection holds the value that a signing parameter had before."""
    return f"{name}.previous"


@dataclass(frozen=True, slots=True)
class Connection:
    """What an adapter needs to talk: values by `Parameter.name`, secrets included; and the meter of
    the account's budget, None to keep one for this connection alone."""

    values: Mapping[str, str] = field(default_factory=dict)
    meter: Meter | None = None


class Adapter(ABC):
    """One kind of channel. An instance serves one connected account and is not thread-safe.

    Every method may raise ChannelError and nothing else on purpose.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    parameters: ClassVar[Sequence[Parameter]]
    batch_size: ClassVar[int]
    key_life_seconds: ClassVar[int]  # how long a repeat under the same key is answered as a repeat
    has_compare_and_set: ClassVar[bool]
    quantities: ClassVar[Sequence[str]]  # which of available, committed, backordered it is told
    has_notices: ClassVar[bool] = False  # whether subscribe, open_notice and read_orders work

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @abstractmethod
    def check(self) -> Check:
        """Prove that the account answers and that we may do what we need there."""

    @abstractmethod
    def pull_locations(self) -> list[RemoteLocation]: ...

    @abstractmethod
    def pull_listings(self, skus: Iterable[str] | None = None) -> Iterator[RemoteListing]:
        """Every sellable unit, page by page; with `skus` at least those whose SKU is exactly one
        of them (others may come along)."""

    @abstractmethod
    def read_levels(self, refs: Sequence[LevelRef]) -> dict[LevelRef, RemoteLevel]:
        """What the vendor shows now. A ref whose item no longer exists is absent."""

    @abstractmethod
    def prepare(self, levels: Sequence[RemoteLevel]) -> dict[LevelRef, Answer]:
        """Make levels writable before their first number: tracking on, active at the location.
        Answers for the levels it changed or could not change; others are absent."""

    @abstractmethod
    def build(self, mode: Mode, writes: Sequence[Write], reference: str) -> Payload:
        """The exact request for up to `batch_size` writes. Pure: no call, clock or randomness."""

    @abstractmethod
    def send(self, payload: Payload, key: str) -> list[Answer]:
        """Send a built payload under an idempotency key; one answer per write, in order."""

    @abstractmethod
    def pull_orders(self, since: datetime | None) -> Iterator[RemoteOrder]:
        """Orders changed at or after `since` (all that may be read when None), oldest change first,
        each whole with all its lines, page by page. Safe to stop anywhere and go on from the last
        `updated_at` seen; the same order may come again."""

    def read_orders(self, external_ids: Sequence[str]) -> Iterator[RemoteOrder]:
        """These orders as they are now, each whole; one that is gone there is absent."""
        raise NotImplementedError

    def subscribe(self, address: str) -> list[str]:
        """Have the vendor send its notices to this address. Creates what is missing and moves what
        points to another address of ours; returns the topics it created or moved."""
        raise NotImplementedError

    def open_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Prove the signature over the raw body and say what it is about. Names of headers are
        matched whatever their case. Raises ChannelError (FORGED) for a wrong or missing signature,
        (BAD_REQUEST) for a signed body that makes no sense. Calls nobody."""
        raise NotImplementedError

    @abstractmethod
    def send_shipment(self, shipment: Shipment) -> str:
        """Tell the vendor that goods left, with tracking; safe to repeat. Returns its id."""
