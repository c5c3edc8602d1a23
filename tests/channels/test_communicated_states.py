"""The state of a row of the past, the number nobody is asked to aim below, and a reader who stops
reading."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from channels import communicated
from channels.models import Communicated, ListingLevel, Observation
from channels.rules import Mode
from desk.cells import page_of
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product
from tests.factories import make_profile, make_selling_list
from tests.pretend import World

# Each movement needs a moment of its own, which the database takes from the transaction.
pytestmark = pytest.mark.django_db(transaction=True)

State = Communicated.State


def then(product: Product) -> communicated.Row:
    """The product's row as of this very moment, from the facts of the past alone."""
    [row] = communicated.rows_as_of(communicated.select(sku=product.sku), timezone.now())
    return row


def show(world: World, product: Product, available: int) -> None:
    """The channel was read, and showed this."""
    level = world.level(product)
    Observation.objects.create(level=level, believed=level.acknowledged, available=available)
    ListingLevel.objects.filter(pk=level.pk).update(
        acknowledged=available, acknowledged_at=timezone.now(), is_update_asked=False
    )


def test_then_it_was_pending_until_the_channel_showed_it_and_linked_after(world: World) -> None:
    cup = world.products[0]
    assert then(cup).state == State.PENDING
    show(world, cup, 39)
    assert then(cup).state == State.PENDING
    show(world, cup, 40)
    assert then(cup).state == State.LINKED


def test_then_it_was_out_of_stock_where_nothing_was_left_and_the_channel_knew(world: World) -> None:
    cup = world.products[1]
    show(world, cup, 5)
    ledger.ship(world.warehouse.pk, [(cup.pk, 5)], Cause())
    assert (then(cup).should, then(cup).state) == (0, State.PENDING)
    show(world, cup, 0)
    row = then(cup)
    assert (row.should, row.acknowledged, row.state) == (0, 0, State.OUT_OF_STOCK)


def test_then_it_was_skipped_while_its_stock_was_unknown(world: World) -> None:
    never_counted = world.products[2]
    row = then(never_counted)
    assert (row.should, row.state) == (None, State.SKIPPED)


def test_a_row_without_location_was_skipped(world: World) -> None:
    ListingLevel.objects.filter(listing__product=world.products[0]).delete()
    row = then(world.products[0])
    assert (row.location, row.state) == ("", State.SKIPPED)


@pytest.fixture
def oversold(world: World) -> Product:
    """Three of it were told once, and the channel sold five."""
    cup = world.products[0]
    make_selling_list(world.channel, make_profile(Mode.CUSTOM, name="Three", quantity=3), cup)
    world.tell(cup)
    show(world, cup, -2)
    return cup


def test_a_number_that_the_channel_sold_below_zero_should_be_zero_now_and_then(
    oversold: Product,
) -> None:
    [now] = communicated.rows(communicated.select(sku=oversold.sku))
    past = then(oversold)
    for row in (now, past):
        assert row.explanation is not None
        assert (row.should, row.acknowledged, row.explanation.quantity) == (0, -2, -2)
    assert (now.state, past.state) == (State.OUT_OF_STOCK, State.OUT_OF_STOCK)


def test_the_pages_aim_at_zero_too_and_do_not_say_that_stock_is_told(
    admin_client: Client, world: World, oversold: Product
) -> None:
    table = admin_client.get("/admin/channels/communicated/", {"q": oversold.sku})
    assert 'until Update Q">0</span>' in table.text
    page = admin_client.get(page_of(world.row(oversold)))
    explanation = page.context["explanation"]
    assert (explanation.should, explanation.quantities) == (0, "the rule’s own number, once")
    assert "<dd>0</dd>" in page.text
    assert explanation.risk.startswith("0 offered, 40 at hand")


def test_a_moment_to_come_is_refused_with_what_to_give_instead(world: World) -> None:
    with pytest.raises(CommandError, match=r"^--as-of: 2999.* is in the future; give a moment"):
        call_command("communicated", "--as-of", "2999-01-01T00:00:00Z")


def test_a_reader_who_has_seen_enough_ends_the_command_quietly(world: World) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as pipe:  # closing it writes what is left
        call_command("communicated", stdout=pipe)
        assert os.fstat(pipe.fileno()).st_rdev == Path(os.devnull).stat().st_rdev
