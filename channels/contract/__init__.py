"""What every adapter offers and receives: plain Python, no Django, no orders, no inventory.

An adapter gets finished numbers (`Write`), tells one vendor, and returns plain answers (`Answer`).
It never decides what a number should be, never retries on its own beyond waiting for the
vendor's budget, and raises exactly one kind of error (`ChannelError`).
"""

from channels.contract.adapter import Adapter
from channels.contract.codes import OF_THE_ACCOUNT, ChannelError, Code, Mode, Outcome
from channels.contract.connecting import Connection, Meter, Parameter, previous
from channels.contract.messages import (
    Answer,
    Check,
    Concern,
    LevelRef,
    Notice,
    Payload,
    RemoteLevel,
    RemoteListing,
    RemoteLocation,
    RemoteOrder,
    RemoteOrderLine,
    Shipment,
    Submitted,
    Write,
)
from channels.contract.words import gettext_noop

__all__ = [
    "OF_THE_ACCOUNT",
    "Adapter",
    "Answer",
    "ChannelError",
    "Check",
    "Code",
    "Concern",
    "Connection",
    "LevelRef",
    "Meter",
    "Mode",
    "Notice",
    "Outcome",
    "Parameter",
    "Payload",
    "RemoteLevel",
    "RemoteListing",
    "RemoteLocation",
    "RemoteOrder",
    "RemoteOrderLine",
    "Shipment",
    "Submitted",
    "Write",
    "gettext_noop",
    "previous",
]
