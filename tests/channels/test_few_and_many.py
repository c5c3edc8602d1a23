"""What is narrowed to few is narrowed to all of them, where rows name the same thing twice, too."""

from __future__ import annotations

import pytest

from channels import finding
from channels.models import Channel, Entry, Feed, Listing, ListingLevel, Location
from desk import narrowing
from inventory.ledger import Cause
from inventory.models import Warehouse
from orders import fulfilment
from orders.admin.filters import UNTOLD
from orders.admin.totals import with_lines
from orders.models import SalesOrder
from tests.factories import make_products, stock
from tests.orders.factories import make_order, whole

pytestmark = pytest.mark.django_db


def test_no_order_is_lost_where_orders_have_many_lines(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = make_products(3)
    for product in products:
        stock(product, warehouse, 20)
    for number in ("SO-1", "SO-2", "SO-3"):
        order = make_order(warehouse, dict.fromkeys(products, 2), number=number)
        fulfilment.ship(order.pk, whole(order), Cause())
    monkeypatch.setattr(narrowing, "READ", 3)  # 9 lines of 3 orders: as 30,000 of 9,000
    found = with_lines(SalesOrder.objects.all(), UNTOLD).values_list("number", flat=True)
    assert set(found) == {"SO-1", "SO-2", "SO-3"}


def _at_many_places(warehouse: Warehouse) -> None:
    channel = Channel.objects.create(kind="pretend", name="Many places")
    places = [
        Location.objects.create(channel=channel, external_id=str(n), name=str(n)) for n in range(3)
    ]
    for place in places:
        place.warehouses.set([warehouse])
    for product in make_products(3):
        listing = Listing.objects.create(
            channel=channel, product=product, state="linked", is_ticked=True
        )
        for place in places:
            ListingLevel.objects.update_or_create(
                listing=listing,
                location=place,
                defaults={"acknowledged": 1, "should": 5, "reason": "", "is_buyable": False},
            )


def test_no_row_that_differs_is_lost_where_a_product_is_at_many_places(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    _at_many_places(warehouse)
    every = Entry.objects.all()
    many = finding.differing(every, is_wanted=True).count()
    assert many
    monkeypatch.setattr(narrowing, "READ", 3)
    assert finding.differing(every, is_wanted=True).count() == many


def test_no_row_fed_by_a_warehouse_is_lost_where_it_feeds_many_places(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    _at_many_places(warehouse)
    every = Entry.objects.all()
    assert Feed.objects.count() == 3
    many = finding.fed_by(every, warehouse.pk).count()
    assert many
    monkeypatch.setattr(narrowing, "READ", 3)
    assert finding.fed_by(every, warehouse.pk).count() == many
