"""The state machine with all its rules."""

from __future__ import annotations

from tests.chaos.goods import Goods
from tests.chaos.messages import Messages


class Everything(Goods, Messages):
    """Here, there, between, and the switches."""
