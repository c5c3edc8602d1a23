"""A change of rules has its effect, and its explanation, as of any moment before and after it."""

from __future__ import annotations

import datetime
import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from channels import communicated, selling
from channels.models import Channel, Listing
from channels.rules import Mode, describe
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from tests.factories import (
    make_profile,
    make_selling_list,
    say,
    stock,
)
from tests.store import Store, list_at_once, sync

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listed(channel: Channel, store: Store, product: Product, warehouse: Warehouse) -> Product:
    """Twenty in stock, which the store shows."""
    return list_with(20, product, channel, store, warehouse)


def list_with(
    units: int, product: Product, channel: Channel, store: Store, warehouse: Warehouse
) -> Product:
    store.add(product.sku)
    stock(product, warehouse, units)
    list_at_once(channel, product)
    assert store.available(product.sku) == units
    return product


def row(product: Product) -> communicated.Row:
    [found] = communicated.rows(communicated.select(sku=product.sku))
    return found


def then(product: Product, moment: datetime.datetime) -> communicated.Row:
    [found] = communicated.rows_as_of(communicated.select(sku=product.sku), moment)
    return found


ALONE = "custom quantity was told once and is left alone"
STORY = (  # each: a name, what should be and is shown, and why
    ("before any list", (20, 20), "20 in stock in Main. Rule “Product value”: 20 sent."),
    ("ten", (10, 10), "20 in stock in Main; not more than 10 → 10. Rule “Capped”: 10 sent."),
    ("three", (3, 10), "20 in stock in Main; not more than 3 → 3. Rule “Capped”: 3 sent."),
    ("and told", (3, 3), "20 in stock in Main; not more than 3 → 3. Rule “Capped”: 3 sent."),
    ("custom", (3, 3), f"{ALONE}: 3 shown. Rule “Capped”: nothing sent."),
    ("and asked", (12, 12), f"{ALONE}: 12 shown. Rule “Capped”: nothing sent."),
    ("out of it", (19, 19), "19 in stock in Main. Rule “Product value”: 19 sent."),
)


@pytest.fixture
def moments(
    channel: Channel, store: Store, listed: Product, warehouse: Warehouse
) -> list[datetime.datetime]:
    """The end of each chapter of the story."""
    moments = [timezone.now()]

    def end_chapter() -> None:
        moments.append(timezone.now())

    capped = make_profile(Mode.NOT_MORE_THAN, name="Capped", quantity=10)
    made = make_selling_list(channel, capped, listed, name="Candles")
    sync(channel)
    end_chapter()
    say(capped, Mode.NOT_MORE_THAN, quantity=3)
    end_chapter()
    sync(channel)
    end_chapter()
    say(capped, Mode.CUSTOM, quantity=12)
    sync(channel)
    end_chapter()
    selling.update_quantities(channel, made)
    sync(channel)
    end_chapter()
    selling.assign(None, [Listing.objects.get().pk])
    ledger.ship(warehouse.pk, [(listed.pk, 1)], Cause())
    sync(channel)
    end_chapter()
    return moments


def test_every_moment_is_explained_by_the_profile_of_that_moment(
    listed: Product, moments: list[datetime.datetime]
) -> None:
    rows = [then(listed, moment) for moment in moments]
    told = [
        (name, (row.should, row.acknowledged), describe(row.explanation.as_json()))
        for (name, _, _), row in zip(STORY, rows, strict=True)
        if row.explanation
    ]
    assert told == list(STORY)
    names = [(row.profile, row.selling_list) for row in rows]
    assert names == [("", ""), *[("Capped", "Candles")] * 5, ("", "")]
    now = row(listed)
    assert (now.should, now.profile, now.selling_list) == (19, "", "")


def test_the_command_prints_the_rule_of_that_moment(
    listed: Product,
    moments: list[datetime.datetime],
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("communicated", "--as-of", moments[1].isoformat(), "--json")
    printed = json.loads(capsys.readouterr().out)
    assert (printed["should"], printed["profile"]) == (10, "Capped")
    assert printed["selling_list"] == "Candles"
    assert printed["explanation"]["rule"]["version"] == 1
    assert printed["sentence"] == STORY[1][2]
