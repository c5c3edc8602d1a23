"""`manage.py sandbox`: finds a kind's sandbox by its folder and serves it on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from django.core.management.base import CommandError

from channels.management.commands.sandbox import Command, sandboxes


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_every_folder_with_a_sandbox_is_offered() -> None:
    assert "shopify" in sandboxes()
    assert all(hasattr(module, "serve") for module in sandboxes().values())


def test_the_options_are_those_of_the_kind() -> None:
    parser = Command().create_parser("manage.py", "sandbox")
    options = vars(
        parser.parse_args(["shopify", "--port", "0", "--state", "s.sqlite3", "--plan", "plus"])
    )
    assert (options["kind"], options["port"], options["plan"]) == ("shopify", 0, "plus")
    assert options["state"] == "s.sqlite3"


def test_a_taken_port_is_an_error_with_a_remedy(taken_port: int) -> None:
    with pytest.raises(CommandError, match="Choose another --port"):
        Command().handle(kind="shopify", port=taken_port)


def test_a_port_that_is_none_is_an_error_with_a_remedy() -> None:
    with pytest.raises(CommandError, match="Choose another --port"):
        Command().handle(kind="shopify", port=99_999)
