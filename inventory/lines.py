"""What goes into a posting and what comes out of it. Callers use inventory.ledger."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from inventory.models import Reason, State


class Line(NamedTuple):
    """One movement to be: units of a product in one state at one warehouse.

    `document` and `reason` replace the posting's own, so that one posting can serve many orders,
    or pair a receipt with a shipment. `bundle_id`: the bundle that these units are a part of; the
    ledger sets it itself when a line names a bundle.
    """

    product_id: int
    warehouse_id: int
    state: State
    delta: int
    document: str | None = None
    reason: Reason | None = None
    bundle_id: int | None = None


class Level(NamedTuple):
    """A stock level right after a posting."""

    product_id: int
    warehouse_id: int
    on_hand: int
    committed: int
    incoming: int
    staged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why and by whom: stored on every line. `key` makes the posting repeatable without effect."""

    document: str = ""
    actor: str = ""
    note: str = ""
    occurred_at: datetime | None = None
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True, slots=True)
class Posting:
    """The levels a posting changed; empty when its key had been posted before (`is_repeat`)."""

    levels: Sequence[Level]
    is_repeat: bool = False
