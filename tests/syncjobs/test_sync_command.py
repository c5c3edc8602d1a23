"""A sync without Celery, from the command line."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from channels import onboarding
from channels.models import Channel
from inventory.models import Product, Warehouse
from tests.factories import make_product, stock
from tests.store import Store

pytestmark = pytest.mark.django_db


def test_it_sends_and_says_what_it_did(
    channel: Channel,
    store: Store,
    product: Product,
    warehouse: Warehouse,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store.add(product.sku)
    stock(product, warehouse, 4)
    onboarding.tick(channel, [product.pk])
    call_command("sync", "--channel", channel.name, "--sku", product.sku)
    assert "1 sent, 0 already right, 0 skipped, 0 failed" in capsys.readouterr().out
    call_command("sync", "--channel", channel.name, "--hard")
    assert "0 sent, 1 already right" in capsys.readouterr().out


def test_new_products_do_not_go_out_before_their_day(
    channel: Channel, store: Store, product: Product, warehouse: Warehouse
) -> None:
    store.add(product.sku)
    stock(product, warehouse, 4)
    onboarding.tick(channel, [product.pk])
    call_command("sync", "--channel", channel.name, "--new")
    assert store.available(product.sku) == 0


def test_a_channel_that_refuses_makes_the_command_fail_with_its_reason(
    channel: Channel, store: Store
) -> None:
    store.post("shop", token="shpat_other")
    with pytest.raises(CommandError, match="unauthorized"):
        call_command("sync", "--channel", channel.name, "--orders")


def test_unknown_names_are_named_with_the_remedy(channel: Channel) -> None:
    with pytest.raises(CommandError, match="--channel: no channel 'X'; there are: Rehearsal"):
        call_command("sync", "--channel", "X")
    make_product(sku="NOT-LISTED")
    with pytest.raises(CommandError, match="--sku: not on Rehearsal: NOT-LISTED"):
        call_command("sync", "--channel", channel.name, "--sku", "NOT-LISTED")
