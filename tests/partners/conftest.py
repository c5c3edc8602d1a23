"""Fixtures for what partners are told."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from partners.models import Webhook
from tests.partners.listening import Clock, listen
from tests.partners.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on loopback, which is allowed here."""
    with (
        override_settings(WEBHOOK_PRIVATE_NETWORKS=[ip_network("127.0.0.0/8")]),
        receiving() as here,
    ):
        yield here


@pytest.fixture
def webhook(db: None, receiver: Receiver) -> Webhook:
    """Of a partner that sees all, told of all."""
    return listen(receiver)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(live_server: LiveServer) -> str:
    """The address of one."""
    return str(live_server.url)
