"""Orders are found by what their lines say, whether such lines are few or many."""

from __future__ import annotations

import pytest
from django.db.models import F, Q

from desk import narrowing
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from orders import asn, fulfilment
from orders.admin.filters import AHEAD, UNTOLD
from orders.admin.totals import with_lines
from orders.models import SalesOrder
from tests.factories import stock
from tests.orders.factories import make_order, whole

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("read", [10_000, 0], ids=["few", "many"])
def test_orders_are_found_by_their_lines(
    order: SalesOrder,
    product: Product,
    warehouse: Warehouse,
    read: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stock(product, warehouse, 20)
    ahead = make_order(warehouse, {product: 2}, number="SO-2")
    both = make_order(warehouse, {product: 3}, number="SO-3")
    fulfilment.ship(order.pk, {order.lines.get().pk: 3}, Cause())
    asn.send([asn.draft(ahead.pk, whole(ahead)).pk])
    asn.send([asn.draft(both.pk, {both.lines.get().pk: 1}).pk])
    fulfilment.ship(both.pk, {both.lines.get().pk: 2}, Cause())
    monkeypatch.setattr(narrowing, "READ", read)
    orders = SalesOrder.objects.all()

    def found(condition: Q) -> set[str]:
        return set(with_lines(orders, condition).values_list("number", flat=True))

    assert found(UNTOLD) == {"SO-1", "SO-3"}
    assert found(AHEAD) == {"SO-2"}
    assert found(Q(ordered__lt=F("shipped"))) == set()
