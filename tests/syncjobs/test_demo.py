"""The demonstration: every document it names can be opened, and what it says to try can be done."""

from __future__ import annotations

import datetime
import io
import json
import re

import pytest
import requests
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from inventory import receiving
from inventory.models import Movement, PurchaseOrder, Receipt, Transfer
from orders.models import Asn
from tests.store import Store

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_the_demo_says_can_be_seen_and_done(settings: Settings, store: Store) -> None:
    """All of it with one demo, which takes seconds to make."""
    settings.STOCKCAST_DEMO = True
    output = io.StringIO()
    call_command("demo", "--sandbox", f"shopify={store.url}", stdout=output)

    _what_was_sent_went_in_our_days()
    _stock_was_moved_by_a_transfer_that_can_be_opened()
    _a_delivery_waits_to_be_received(output.getvalue())
    _what_the_store_shows_is_seen(output.getvalue())
    _a_store_is_broken_and_mended(output.getvalue())


def _what_was_sent_went_in_our_days() -> None:
    sent = Asn.objects.filter(status=Asn.Status.SENT)

    assert sent.exists()
    assert not sent.filter(sent_at__date__lt=F("order__placed_at__date")).exists()
    assert not sent.filter(created_at__gt=F("sent_at")).exists()
    newest = sent.latest("sent_at").sent_at
    assert newest is not None
    assert timezone.now() - datetime.timedelta(days=10) < newest <= timezone.now()


def _stock_was_moved_by_a_transfer_that_can_be_opened() -> None:
    [transfer] = Transfer.objects.all()

    moved = Movement.objects.filter(document=str(transfer))

    assert transfer.status == Transfer.Status.RECEIVED
    assert sorted(moved.values_list("delta", flat=True)) == [-6] * 12 + [6] * 12


def _a_delivery_waits_to_be_received(said: str) -> None:
    order = PurchaseOrder.objects.get(status=PurchaseOrder.Status.OPEN)
    awaited = dict(order.lines.values_list("product", "ordered"))

    assert f"type {order}" in said
    assert (order.status, len(awaited)) == (PurchaseOrder.Status.OPEN, 3)
    receiving.receive(order, awaited, Receipt.Mode.STAGED, "at the dock", "manager")
    order.refresh_from_db()
    assert order.status == PurchaseOrder.Status.CLOSED


def _what_the_store_shows_is_seen(said: str) -> None:
    [url] = re.findall(r"curl '(\S+/_sandbox/levels\S+)'", said)

    levels = requests.get(url, timeout=10).json()["levels"]

    assert {level["sku"] for level in levels} == {"37449"}


def _a_store_is_broken_and_mended(said: str) -> None:
    commands = dict(re.findall(r"curl (\S+/_sandbox/\S+) -d '(.*)'", said))
    [faults] = [url for url in commands if url.endswith("/faults")]

    for url, body in commands.items():
        requests.post(url, json=json.loads(body), timeout=10).raise_for_status()
        armed = requests.get(faults, timeout=10).json()["faults"]
        assert len(armed) == (url == faults)

    assert len(commands) == 3
