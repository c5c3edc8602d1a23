"""What an adapter needs to talk: its settings, and the meters of the account's budgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


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

    def assume(self, *, maximum: float, restore_rate: float) -> None:
        """What the vendor's documentation says: where nothing is known yet, the bucket is full.
        Ends the caller's call, which cost what was reserved."""


def previous(name: str) -> str:
    """Under which name a connection holds the value that a signing parameter had before."""
    return f"{name}.previous"


@dataclass(frozen=True, slots=True)
class Connection:
    """What an adapter needs to talk: values by `Parameter.name`, secrets included; the meter of the
    account's budget, None to keep one for this connection alone; and `meters`, which gives a meter
    of its own to each operation, by name, where the vendor counts them apart."""

    values: Mapping[str, str] = field(default_factory=dict)
    meter: Meter | None = None
    meters: Callable[[str], Meter] | None = None
