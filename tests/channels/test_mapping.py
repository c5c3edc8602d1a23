"""A past moment is explained with the mapping of that moment."""

from __future__ import annotations

import pytest
from django.utils import timezone

from channels import communicated, mapping
from channels.models import Channel, Feed, FeedPeriod, Location
from inventory.models import Product, Warehouse
from tests.factories import make_product, make_warehouse, stock
from tests.store import Store, feed, list_at_once, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug(channel: Channel, store: Store, warehouse: Warehouse) -> Product:
    product = make_product(sku="MUG")
    store.add("MUG")
    stock(product, warehouse, 10)
    list_at_once(channel, product)
    return product


def test_as_of_uses_the_mapping_of_then(
    channel: Channel, store: Store, warehouse: Warehouse, mug: Product
) -> None:
    outlet = make_warehouse(code="OUT", name="Outlet")
    stock(mug, outlet, 3)
    before = timezone.now()
    feed(channel, "Shop", warehouse, outlet)
    sync(channel)
    [then] = communicated.rows_as_of(communicated.select(), before)
    [now] = communicated.rows_as_of(communicated.select(), timezone.now())
    assert (then.should, then.acknowledged) == (10, 10)
    assert (now.should, now.acknowledged) == (13, 13)
    assert then.explanation is not None
    assert [each.warehouse for each in then.explanation.inputs] == ["Main"]


def test_periods_follow_every_way_a_mapping_changes(channel: Channel, warehouse: Warehouse) -> None:
    shop = Location.objects.get(name="Shop")
    later = make_warehouse(code="NEW", name="New")
    channel.default_location = shop
    channel.save()
    mapping.remember()
    assert open_periods() == feeds() == {(shop.pk, warehouse.pk), (shop.pk, later.pk)}
    another = make_warehouse(code="YET", name="Yet another")
    assert (shop.pk, another.pk) in open_periods()
    warehouse.is_active = False
    warehouse.save()
    assert open_periods() == feeds() == {(shop.pk, later.pk), (shop.pk, another.pk)}
    assert FeedPeriod.objects.get(warehouse=warehouse).ended_at is not None


def feeds() -> set[tuple[int, int]]:
    return set(Feed.objects.values_list("location_id", "warehouse_id"))


def open_periods() -> set[tuple[int, int]]:
    return set(FeedPeriod.objects.filter(ended_at=None).values_list("location_id", "warehouse_id"))
