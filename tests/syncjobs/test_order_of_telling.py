"""What falls is told before what rises, however long the backlog."""

from __future__ import annotations

from typing import Any

import pytest

from channels.models import Batch, Channel, ListingLevel
from channels.models.publication import Status
from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from orders import intake
from orders.intake import Draft, DraftLine
from syncjobs import importing
from syncjobs.models import Run
from tests.factories import make_product, stock
from tests.store import Store, list_at_once, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def products(
    channel: Channel, store: Store, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> list[Product]:
    monkeypatch.setattr("syncjobs.pusher.CHUNK", 2)
    made = [make_product(sku=f"F-{number}") for number in range(8)]
    store.add(*[product.sku for product in made])
    for product in made:
        stock(product, warehouse, 10)
    list_at_once(channel, *made)
    Batch.objects.all().delete()
    return made


def receive(products: list[Product], warehouse: Warehouse) -> None:
    for product in products:
        ledger.receive(warehouse.pk, [(product.pk, 5)], Cause())


def told() -> list[int | None]:
    """Numbers in the order they were accepted."""
    numbers: list[int | None] = []
    for batch in Batch.objects.order_by("pk"):
        accepted = batch.publications.filter(status=Status.ACCEPTED).order_by("position")
        numbers += accepted.values_list("quantity", flat=True)
    return numbers


def test_a_sale_overtakes_a_backlog_of_receipts(
    channel: Channel, warehouse: Warehouse, products: list[Product]
) -> None:
    receive(products[:6], warehouse)
    last = products[7]
    intake.place(Draft(number="S-1", lines=[DraftLine(last.pk, warehouse.pk, 10)]))
    sync(channel)
    assert told() == [0] + [15] * 6


def test_a_sale_does_not_wait_for_the_end_of_a_hard_sync(
    channel: Channel,
    store: Store,
    warehouse: Warehouse,
    products: list[Product],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It comes while the first chunk is read: it is told after that chunk, not after the last."""
    store.post(
        "levels",
        levels=[{"sku": each.sku, "location": "Shop", "available": 1} for each in products],
    )

    def sell(*args: Any, **settings: Any) -> None:
        monkeypatch.undo()
        monkeypatch.setattr("syncjobs.pusher.CHUNK", 2)
        line = DraftLine(products[7].pk, warehouse.pk, 4)
        intake.place(Draft(number="S-1", lines=[line]))
        take(*args, **settings)

    take = importing.take_if_allowed
    monkeypatch.setattr("syncjobs.importing.take_if_allowed", sell)
    sync(channel, Run.Kind.HARD)
    assert told()[:3] == [10, 10, 6]
    assert sorted(number or 0 for number in told()) == [6] + [10] * 7


def test_a_level_that_was_told_is_not_urgent_any_more(
    channel: Channel, warehouse: Warehouse, products: list[Product]
) -> None:
    intake.place(Draft(number="S-1", lines=[DraftLine(products[0].pk, warehouse.pk, 4)]))
    assert ListingLevel.objects.filter(is_falling=True).count() == 1
    sync(channel)
    assert not ListingLevel.objects.filter(is_falling=True).exists()
