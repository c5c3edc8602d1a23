"""Fixtures of all chaos."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.chaos import world
from tests.chaos.world import Place


@pytest.fixture
def place() -> Iterator[Place]:
    """A sandbox for any number of worlds, one after the other; no line in the log per request."""
    logger = logging.getLogger("channels")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with world.place() as place:
        yield place
    logger.setLevel(level)
