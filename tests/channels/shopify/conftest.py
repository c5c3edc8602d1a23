"""Fixtures of the store's sandbox."""

from collections.abc import Iterator

import pytest

from channels.adapters.shopify.sandbox import Sandbox, deliveries, running
from tests.channels.shopify.rehearsal import Rehearsal


@pytest.fixture
def shop() -> Iterator[Rehearsal]:
    """A fresh shop in memory, on a port of its own."""
    with running(Sandbox()) as server, Rehearsal(server.url) as rehearsal:
        rehearsal.shape("locations", {"locations": [{"name": "Main"}, {"name": "East"}]})
        yield rehearsal


@pytest.fixture
def answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliveries come in order as long as each is answered at once: on a busy machine, too."""
    monkeypatch.setattr(deliveries, "PATIENCE", float(deliveries.ANSWER_SECONDS))
