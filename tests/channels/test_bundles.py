"""A store shows as many bundles as their components make, and its sales of them take these."""

from __future__ import annotations

import datetime
from typing import NamedTuple

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels import publishing, rules
from channels.contract import Code
from channels.intake import locking, polling
from channels.models import Channel, ChannelOrder, ListingLevel, Publication
from channels.publishing import Place
from inventory import bundles, ledger
from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from orders import commitments
from orders.models import SalesOrder
from syncjobs.models import Run
from tests.factories import make_product, make_products, make_warehouse, stock
from tests.store import Store, feed, list_at_once, sync

pytestmark = pytest.mark.django_db


class Goods(NamedTuple):
    """Cups and jugs; a box is two cups and a jug, a pair is two cups."""

    cup: Product
    jug: Product
    box: Product
    pair: Product


@pytest.fixture
def goods(channel: Channel, store: Store, warehouse: Warehouse) -> Goods:
    """7 cups and 3 jugs in stock; the store shows all four."""
    Channel.objects.update(created_at=timezone.now() - datetime.timedelta(hours=1))
    goods = Goods(*(make_product(sku=sku) for sku in ("CUP", "JUG", "BOX", "PAIR")))
    bundles.compose(goods.box.pk, {goods.cup.pk: 2, goods.jug.pk: 1})
    bundles.compose(goods.pair.pk, {goods.cup.pk: 2})
    stock(goods.cup, warehouse, 7)
    stock(goods.jug, warehouse, 3)
    store.add(*(product.sku for product in goods))
    list_at_once(channel, *goods)
    return goods


def shown(store: Store, goods: Goods) -> list[int]:
    """What the store shows of cup, jug, box and pair."""
    return [store.available(product.sku) for product in goods]


def due(goods: Goods) -> set[str]:
    levels = ListingLevel.objects.select_related("listing__product")
    return {level.listing.product.sku for level in levels if level.is_due}


def level(product: Product) -> ListingLevel:
    return ListingLevel.objects.get(listing__product=product)


def test_a_store_shows_the_minimum_over_the_components(store: Store, goods: Goods) -> None:
    assert shown(store, goods) == [7, 3, 3, 3]


def test_a_component_that_moves_makes_every_bundle_of_it_due_and_the_store_shows_it(
    channel: Channel, store: Store, goods: Goods, warehouse: Warehouse
) -> None:
    ledger.ship(warehouse.pk, [(goods.cup.pk, 3)], Cause())
    assert due(goods) == {"CUP", "BOX", "PAIR"}
    sync(channel)
    assert shown(store, goods) == [4, 3, 2, 2]

    ledger.receive(warehouse.pk, [(goods.jug.pk, 9)], Cause())
    assert due(goods) == {"JUG", "BOX"}
    sync(channel)
    assert shown(store, goods) == [4, 12, 2, 2]


def test_a_bundle_promised_elsewhere_makes_its_components_and_their_bundles_fall(
    channel: Channel, store: Store, goods: Goods, warehouse: Warehouse
) -> None:
    ledger.commit(warehouse.pk, [(goods.box.pk, 1)], Cause())
    assert due(goods) == {"CUP", "JUG", "BOX", "PAIR"}
    assert all(ListingLevel.objects.values_list("is_falling", flat=True))
    sync(channel)
    assert shown(store, goods) == [5, 2, 2, 2]
    ledger.release(warehouse.pk, [(goods.box.pk, 1)], Cause())


def test_a_bundle_sold_at_the_store_is_held_by_its_components_and_nothing_is_told_back_of_it(
    channel: Channel, store: Store, goods: Goods
) -> None:
    store.post("orders", lines=[{"sku": "BOX", "quantity": 2}])
    sync(channel, Run.Kind.ORDERS)

    held = dict(StockLevel.objects.values_list("product__sku", "committed"))
    assert held == {"CUP": 4, "JUG": 2}
    assert SalesOrder.objects.get().lines.get().product == goods.box
    assert commitments.differences() == []
    assert level(goods.box).acknowledged == 1, "the store took these units itself"

    told = Publication.objects.filter(level=level(goods.box)).count()
    sync(channel)
    assert shown(store, goods) == [3, 1, 1, 1]
    assert Publication.objects.filter(level=level(goods.box)).count() == told
    sync(channel, Run.Kind.ORDERS)
    assert shown(store, goods) == [3, 1, 1, 1]


def test_an_order_for_a_bundle_and_its_component_is_held_for_both(
    channel: Channel, store: Store, goods: Goods
) -> None:
    lines = [{"sku": sku, "quantity": 1} for sku in ("BOX", "PAIR", "CUP")]
    store.post("orders", lines=lines)
    sync(channel, Run.Kind.ORDERS)
    sync(channel)

    held = dict(StockLevel.objects.values_list("product__sku", "committed"))
    assert held == {"CUP": 5, "JUG": 1}
    assert shown(store, goods) == [2, 2, 1, 1]
    assert commitments.differences() == []


def test_a_bundle_is_held_where_all_its_components_are(
    channel: Channel, store: Store, goods: Goods, warehouse: Warehouse
) -> None:
    attic = make_warehouse(name="Attic")
    for product, units in [(goods.cup, 100), (goods.jug, 50)]:
        stock(product, attic, units)
    feed(channel, "Shop", warehouse, attic)
    sync(channel)
    assert store.available("BOX") == 53

    store.post("orders", lines=[{"sku": "BOX", "quantity": 20}])
    sync(channel, Run.Kind.ORDERS)

    held = dict(StockLevel.objects.filter(warehouse=attic).values_list("product", "committed"))
    assert held == {goods.cup.pk: 40, goods.jug.pk: 20}


def test_composing_anew_is_told(
    channel: Channel, store: Store, goods: Goods, warehouse: Warehouse
) -> None:
    bundles.compose(goods.pair.pk, {goods.cup.pk: 1})
    assert due(goods) == {"PAIR"}
    sync(channel)
    assert shown(store, goods) == [7, 3, 3, 7]

    bundles.compose(goods.pair.pk, {})
    stock(goods.pair, warehouse, 1)
    sync(channel)
    assert store.available("PAIR") == 1


def test_the_receipt_explains_a_bundle_by_its_components(goods: Goods) -> None:
    receipt = Publication.objects.filter(level=level(goods.box)).latest("pk")
    sentence = rules.describe(receipt.explanation)

    assert "3 in stock in Main (CUP 7 for 2 each, JUG 3)" in sentence
    assert sentence.endswith("3 sent.")


def test_a_component_nobody_counted_makes_the_bundle_unknown_and_nothing_is_told(
    channel: Channel, store: Store, goods: Goods
) -> None:
    set_of_two = make_product(sku="SET")
    bundles.compose(set_of_two.pk, {goods.cup.pk: 1, make_product(sku="NEW").pk: 1})
    store.add("SET", available=12)
    list_at_once(channel, set_of_two)

    assert store.available("SET") == 12
    assert level(set_of_two).reason == Code.STOCK_UNKNOWN


def test_a_hundred_bundles_are_decided_in_as_many_statements_as_one(
    channel: Channel, goods: Goods, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    location = channel.locations.get(name="Shop").pk
    offers = make_products(100)
    for product in offers:
        bundles.compose(product.pk, {goods.cup.pk: 1, goods.jug.pk: 1})
    places = [Place(product.pk, location) for product in offers]

    with django_assert_num_queries(4):
        publishing.decide(places[:1])
    with django_assert_num_queries(4):
        decided = publishing.decide(places)

    assert {each.quantity for each in decided.values()} == {3}


def test_an_order_locks_the_components_and_every_listing_that_they_change(goods: Goods) -> None:
    stocked, listed = bundles.related([goods.box.pk])

    assert stocked == {goods.box.pk, goods.cup.pk, goods.jug.pk}
    assert listed == {product.pk for product in goods}
    locking.lock([goods.box.pk])


def test_an_order_that_waits_for_goods_of_a_bundle_is_asked_for_when_a_component_came(
    channel: Channel, store: Store, goods: Goods, warehouse: Warehouse
) -> None:
    store.post("orders", lines=[{"sku": "BOX", "quantity": 1}])
    sync(channel, Run.Kind.ORDERS)
    ledger.ship(warehouse.pk, [(goods.cup.pk, 7), (goods.jug.pk, 3)], Cause())
    ChannelOrder.objects.update(reason=Code.SHIPPED_THERE)
    assert polling._waiting(channel) == []

    stock(goods.cup, warehouse, 5)
    assert polling._waiting(channel) == [ChannelOrder.objects.get().external_id]
