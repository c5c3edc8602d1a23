"""The demonstration: every document it names can be opened, and what it says to try can be done."""

from __future__ import annotations

import io
import json
import re

import pytest
import requests
from django.core.management import call_command
from pytest_django import Settings

from inventory.models import Movement, Transfer
from tests.store import Store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def said(settings: Settings, store: Store) -> str:
    """What the command prints for a demo with one rehearsed store."""
    settings.STOCKCAST_DEMO = True
    output = io.StringIO()
    call_command("demo", "--sandbox", f"shopify={store.url}", stdout=output)
    return output.getvalue()


def test_the_demo_moves_stock_by_a_transfer_that_can_be_opened(said: str) -> None:
    [transfer] = Transfer.objects.all()

    moved = Movement.objects.filter(document=str(transfer))

    assert transfer.status == Transfer.Status.RECEIVED
    assert sorted(moved.values_list("delta", flat=True)) == [-6] * 12 + [6] * 12


def test_a_store_is_broken_and_mended_as_the_demo_says(said: str) -> None:
    commands = dict(re.findall(r"curl (\S+/_sandbox/\S+) -d '(.*)'", said))
    [faults] = [url for url in commands if url.endswith("/faults")]

    for url, body in commands.items():
        requests.post(url, json=json.loads(body), timeout=10).raise_for_status()
        armed = requests.get(faults, timeout=10).json()["faults"]
        assert len(armed) == (url == faults)

    assert len(commands) == 3
