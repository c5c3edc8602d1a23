"""The table, now and as of a past moment, and the command that prints it."""

from __future__ import annotations

import datetime
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from channels import communicated
from channels.models import Channel, ListingLevel, Observation, Publication
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from tests.factories import make_profile, make_selling_list, stock
from tests.pretend import World
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
    "arguments",
    [
        ["--channel", "Nowhere"],
        ["--as-of", "yesterday"],
        ["--as-of", "2026-13-45"],
        ["--as-of", "2999-01-01T00:00:00Z"],
    ],
)
def test_wrong_arguments_are_named_with_their_remedy(
    channel: Channel, arguments: list[str]
) -> None:
    with pytest.raises(CommandError, match=f"^{arguments[0]}: "):
        call_command("communicated", *arguments)


def test_a_row_names_its_rule_and_what_the_channel_has_not_shown_yet(world: World) -> None:
    cup, other = world.products[:2]
    made = make_selling_list(world.channel, make_profile(name="Own"), cup)
    since = timezone.now()
    levels = ListingLevel.objects.filter(listing__product=cup)
    levels.update(told=7, told_at=since, is_buyable=False)
    [row] = communicated.rows(communicated.select(sku=cup.sku))
    assert (row.profile, row.selling_list) == ("Own", made.name)
    assert (row.unconfirmed_since, row.is_buyable) == (since, False)
    [row] = communicated.rows(communicated.select(sku=other.sku))
    assert (row.profile, row.selling_list) == ("", "")
    assert (row.unconfirmed_since, row.is_buyable) == (None, None)


def test_then_it_was_unconfirmed_until_it_was_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cup = world.products[0]

    def unconfirmed_since(moment: datetime.datetime) -> datetime.datetime | None:
        [row] = communicated.rows_as_of(communicated.select(sku=cup.sku), moment)
        return row.unconfirmed_since

    before = timezone.now()
    receipt = world.tell(cup)
    told_at = timezone.now()
    assert unconfirmed_since(told_at) is None  # this kind shows at once what it accepts
    monkeypatch.setattr("tests.pretend.PretendAdapter.is_eventual", True)
    assert unconfirmed_since(before) is None
    assert unconfirmed_since(told_at) == receipt.answered_at
    seen_at = timezone.now()
    Publication.objects.update(observed_at=seen_at, status="observed")
    assert (unconfirmed_since(told_at), unconfirmed_since(seen_at)) == (receipt.answered_at, None)
