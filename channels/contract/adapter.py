"""One kind of channel: what it says about its vendor, and what it can be asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from channels.contract.codes import Mode
from channels.contract.connecting import Connection, Parameter
from channels.contract.messages import (
    Answer,
    Check,
    LevelRef,
    Notice,
    Payload,
    RemoteLevel,
    RemoteListing,
    RemoteLocation,
    RemoteOrder,
    Shipment,
    Submitted,
    Write,
)


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
    has_notices: ClassVar[bool] = False  # whether subscribe and open_notice work
    can_read_orders: ClassVar[bool] = False  # whether read_orders works
    is_eventual: ClassVar[bool] = False  # what it accepts shows later: confirmed by reading
    confirm_seconds: ClassVar[int] = 3600  # not shown so long after it was accepted: not applied
    can_clear: ClassVar[bool] = False  # whether it can be told that there is no number
    read_size: ClassVar[int] = 0  # levels one call of read_levels may ask for; 0: as batch_size
    bulk_size: ClassVar[int] = 0  # lines of a Mode.BULK message; 0: there are none
    bulk_from: ClassVar[int] = 0  # a run with at least so many increases sends them in bulk
    bulk_seconds: ClassVar[int] = 0  # a bulk message unanswered for so long is given up
    search_limit: ClassVar[int] = 500  # SKUs searched for before reading everything is cheaper
    orders_every_seconds: ClassVar[int] = 0  # asked for orders no more often than that
    overlap_seconds: ClassVar[int] = 300  # how far a poll of orders reaches back
    sweep_days: ClassVar[int] = 0  # once a day a poll reaches back so far; 0: never

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def reads_at_once(self) -> int:
        """Levels to ask for in one call of `read_levels`."""
        return self.read_size or self.batch_size

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
    def send(self, payload: Payload, key: str) -> list[Answer] | Submitted:
        """Send a built payload under an idempotency key; one answer per write, in order. A bulk
        payload is Submitted, and answered by `ask`.

        An adapter whose vendor honours no keys has `key_life_seconds` 0: a payload with an unknown
        outcome is never repeated, its levels are read and decided anew."""

    def ask(self, handle: str) -> list[Answer] | None:
        """The answers to a submitted message, one per write, in order; None while it is still under
        way. Raises ChannelError (permanent) when the whole message failed."""
        raise NotImplementedError

    def find(self, payload: Payload, since: datetime) -> Submitted | None:
        """A bulk message that was sent at or after `since` without our learning its handle; None
        when the vendor knows of none."""
        raise NotImplementedError

    def withdraw(self, handle: str) -> None:
        """Ask the vendor to drop a submitted message that was given up. Best effort."""
        raise NotImplementedError

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
