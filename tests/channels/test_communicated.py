"""The table, now and as of a past moment, and the command that prints it."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from channels import communicated
from channels.models import Channel, Observation
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from tests.factories import stock
from tests.store import Store, list_at_once, sync

# Each movement needs a moment of its own, which the database takes from the transaction.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    store.add(product.sku)
    stock(product, warehouse, 40)
    list_at_once(channel, product)
    return product


def test_a_past_moment_is_answered_from_stored_facts(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    then = timezone.now()
    ledger.ship(warehouse.pk, [(listed.pk, 15)], Cause())
    sync(channel)
    [now] = communicated.rows(communicated.select())
    [past] = communicated.rows_as_of(communicated.select(), then)
    assert (now.on_hand, now.should, now.acknowledged) == (25, 25, 25)
    assert (past.on_hand, past.should, past.acknowledged) == (40, 40, 40)


def test_what_a_reading_showed_is_a_fact_too(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> None:
    store.post("levels", levels=[{"sku": listed.sku, "location": "Shop", "available": 33}])
    ledger.ship(warehouse.pk, [(listed.pk, 1)], Cause())
    sync(channel)
    readings = Observation.objects.order_by("pk")
    assert list(readings.values_list("believed", "available")) == [(None, 0), (40, 33)]


def test_before_anything_was_told_it_is_unknown(channel: Channel, listed: Product) -> None:
    listing = channel.listings.get()
    [row] = communicated.rows_as_of(communicated.select(), listing.ticked_at)
    assert (row.acknowledged, row.acknowledged_at) == (None, None)


def test_the_command_prints_the_table_and_its_explanation(
    channel: Channel, listed: Product, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("communicated", "--sku", listed.sku)
    assert f"{listed.sku}  {channel.name}" in capsys.readouterr().out
    call_command("communicated", "--sku", listed.sku, "--json")
    row = json.loads(capsys.readouterr().out)
    assert (row["should"], row["acknowledged"]) == (40, 40)
    assert row["sentence"].endswith("40 sent.")


@pytest.mark.parametrize(
    "arguments", [["--channel", "Nowhere"], ["--as-of", "yesterday"], ["--as-of", "2026-13-45"]]
)
def test_wrong_arguments_are_named_with_their_remedy(
    channel: Channel, arguments: list[str]
) -> None:
    with pytest.raises(CommandError, match=f"^{arguments[0]}: "):
        call_command("communicated", *arguments)
