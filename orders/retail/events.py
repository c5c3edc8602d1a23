"""What happens in the story. Plain facts: the plan counts them, the replay applies them.

`keys` are the ledger keys the event posts under, made of its content: an event whose keys are all
posted was applied by an earlier load. `moved` is its effect on stock by code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2b

from orders.retail.reader import Row


class Outcome(StrEnum):
    """What became of a line."""

    ORDERED = "ordered"
    CANCELLED = "cancelled"
    ADJUSTED = "adjusted"
    LEFT_OUT = "left out"
    REFUSED = "refused"


Units = Mapping[int, int]
"""Units by position of the line within its order, from 0."""


def key_of(name: str, rows: Iterable[Row]) -> str:
    """A key made of what the lines say, so that a changed file is not taken for a loaded one."""
    digest = blake2b(digest_size=8)
    for row in rows:
        said = (row.invoice, row.code, row.text, row.quantity, row.at, row.is_free, row.customer)
        digest.update(repr(said).encode())
    return f"retail:{name}:{digest.hexdigest()}"


@dataclass(frozen=True, slots=True)
class Place:
    """Orders of one hour, each as its lines."""

    key: str
    orders: Sequence[Sequence[Row]]

    @property
    def rows(self) -> list[Row]:
        return [row for order in self.orders for row in order]


@dataclass(frozen=True, slots=True)
class Extend:
    """One more line of an order that was placed before."""

    key: str
    row: Row


@dataclass(frozen=True, slots=True)
class Cancel:
    """The lines of one C-invoice, and what they do to orders by number: lines `edited` to so many
    units, orders `withdrawn` whole, units `returned` that had been shipped."""

    key: str
    rows: Sequence[Row]
    edited: Mapping[str, Units]
    withdrawn: Sequence[str]
    returned: Mapping[str, Units]
    moved: Counter[str]

    def key_for(self, number: str) -> str:
        return f"{self.key}:{number}"


@dataclass(frozen=True, slots=True)
class Adjust:
    key: str
    row: Row
    note: str


@dataclass(frozen=True, slots=True)
class Ship:
    """Everything that is due leaves in the evening."""

    key: str
    at: datetime
    numbers: Sequence[str]
    moved: Counter[str]


@dataclass(frozen=True, slots=True)
class Notify:
    """ASNs over yesterday's shipments are sent, and the orders closed."""

    key: str
    at: datetime
    numbers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Archive:
    at: datetime
    numbers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Decline:
    """A line that is not taken."""

    row: Row
    outcome: Outcome
    reason: str


Event = Place | Extend | Cancel | Adjust | Ship | Notify | Archive | Decline


@dataclass(frozen=True, slots=True)
class Day:
    """A working day: what is done in the morning, what comes in, what leaves in the evening."""

    date: date
    is_first_of_month: bool
    morning: Sequence[Event]
    events: Sequence[Event]
    evening: Sequence[Event]

    @property
    def all(self) -> list[Event]:
        return [*self.morning, *self.events, *self.evening]


def keys_of(event: Event) -> list[str]:
    """The ledger keys this event posts under; none for what moves no units."""
    match event:
        case Cancel():
            return [event.key_for(number) for number in (*event.edited, *event.returned)]
        case Place() | Extend() | Adjust() | Ship() | Notify():
            return [event.key]
        case _:
            return []


def moved(event: Event) -> Mapping[str, int]:
    """Change of stock by code."""
    match event:
        case Adjust():
            return {event.row.code: event.row.quantity}
        case Cancel() | Ship():
            return event.moved
        case _:
            return {}


def parts_of(event: Event) -> list[Event]:
    """The same event for each of its orders alone."""
    match event:
        case Place():
            return [Place(f"{event.key}:{rows[0].invoice}", [rows]) for rows in event.orders]
        case Ship():
            return [
                Ship(f"{event.key}:{number}", event.at, [number], event.moved)
                for number in event.numbers
            ]
        case Notify():
            return [Notify(f"{event.key}:{n}", event.at, [n]) for n in event.numbers]
        case Archive():
            return [Archive(event.at, [number]) for number in event.numbers]
        case _:
            return [event]


def rows_of(event: Event) -> Sequence[Row]:
    """The lines an event was made of; none for what follows by the rules."""
    match event:
        case Place() | Cancel():
            return event.rows
        case Extend() | Adjust() | Decline():
            return [event.row]
        case _:
            return []
