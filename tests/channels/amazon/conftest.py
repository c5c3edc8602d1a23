"""Fixtures of the seller's sandbox, for its own tests and the adapter's."""

from collections.abc import Iterator

import pytest

from channels.adapters.amazon.sandbox import Sandbox, Server, running
from channels.registry import get
from tests.channels.amazon.rehearsal import Rehearsal


@pytest.fixture
def amazon_server() -> Iterator[Server]:
    """A seller in the region EU, in memory, on a port of its own; `.url` and `.sandbox`."""
    with running(Sandbox()) as server:
        yield server


@pytest.fixture
def amazon_sandbox(amazon_server: Server) -> Iterator[Rehearsal]:
    """The running sandbox with nothing listed yet; `.url`, and `shape` and `read` to conduct it."""
    with Rehearsal(amazon_server.url) as rehearsal:
        yield rehearsal


@pytest.fixture
def seller(amazon_sandbox: Rehearsal) -> Rehearsal:
    """The same with 10 units of MUG listed in Germany and France. Its clock stands still, and so no
    request budget is kept: none would ever be filled again."""
    amazon_sandbox.shape("clock", {"frozen": True})
    amazon_sandbox.shape("habits", {"is_limited": False})
    amazon_sandbox.add("MUG")
    return amazon_sandbox


@pytest.fixture
def in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two increases are a large run."""
    monkeypatch.setattr(get("amazon"), "bulk_from", 2)
