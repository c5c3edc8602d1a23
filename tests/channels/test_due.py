"""What marks a listing level as due, and what does not."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from channels import due, onboarding
from channels.models import Channel, ListingLevel
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from tests.factories import make_product, make_warehouse, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def level(channel: Channel, product: Product, warehouse: Warehouse) -> ListingLevel:
    stock(product, warehouse, 10)
    onboarding.tick(channel, [product.pk])
    ListingLevel.objects.update(pushed_version=1)
    level = ListingLevel.objects.get()
    assert not level.is_due
    return level


def is_due(level: ListingLevel) -> bool:
    level.refresh_from_db()
    return level.is_due


def test_stock_and_promises_make_it_due(
    level: ListingLevel, product: Product, warehouse: Warehouse
) -> None:
    ledger.commit(warehouse.pk, [(product.pk, 1)], Cause())
    assert is_due(level)


def test_incoming_units_do_not(level: ListingLevel, product: Product, warehouse: Warehouse) -> None:
    ledger.expect(warehouse.pk, [(product.pk, 1)], Cause())
    assert not is_due(level)


def test_another_warehouse_or_product_does_not(
    level: ListingLevel, product: Product, warehouse: Warehouse
) -> None:
    stock(product, make_warehouse(), 3)
    stock(make_product(), warehouse, 3)
    assert not is_due(level)


def test_a_new_mapping_creates_levels_and_makes_all_due(
    level: ListingLevel, channel: Channel
) -> None:
    channel.locations.get(name="Depot").warehouses.set([make_warehouse()])
    due.by_channel(channel)
    assert is_due(level)
    assert ListingLevel.objects.count() == 2


def test_a_disabled_location_feeds_nothing(
    level: ListingLevel, channel: Channel, product: Product, warehouse: Warehouse
) -> None:
    channel.locations.update(is_enabled=False)
    stock(product, warehouse, 3)
    assert not is_due(level)


def test_a_movement_with_channels_listening_costs_at_most_eight_statements(
    level: ListingLevel,
    product: Product,
    warehouse: Warehouse,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(8):
        ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())
    assert is_due(level)
