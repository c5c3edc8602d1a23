"""Two people press the same button at the same moment."""

import pytest

from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from orders import asn, intake
from orders.models import SalesOrder
from tests.inventory.threads import at_once
from tests.orders.factories import make_draft, make_order, stock_of, whole

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_asn_is_sent_once(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    notice = asn.draft(order.pk, whole(order))
    sent = at_once([lambda: asn.send([notice.pk])] * 4)

    assert sorted(sent) == [0, 0, 0, 1]
    assert stock_of(product, warehouse) == (10, 0)


def test_the_same_order_is_archived_once(
    order: SalesOrder, product: Product, warehouse: Warehouse
) -> None:
    archived = at_once([lambda: intake.archive([order.pk])] * 4)

    assert sorted(archived) == [0, 0, 0, 1]
    assert stock_of(product, warehouse) == (10, 0)


def test_the_same_order_is_placed_once(product: Product, warehouse: Warehouse) -> None:
    draft = make_draft(warehouse, {product: 3}, number="SO-9")
    alone, among_others = (
        lambda: intake.place(draft).pk,
        lambda: intake.place_all([draft], Cause())[0].pk,
    )
    placed = at_once([alone, among_others, alone, among_others])

    assert len(set(placed)) == 1
    assert stock_of(product, warehouse) == (0, 3)


def test_archiving_and_sending_in_any_order_release_once(
    product: Product, warehouse: Warehouse
) -> None:
    orders = [make_order(warehouse, {product: 2}) for _ in range(6)]
    notices = asn.draft_all([order.pk for order in orders])
    ids = [order.pk for order in orders]
    at_once(
        [
            lambda: intake.archive(ids),
            lambda: asn.send(notices),
            lambda: intake.archive(ids[::-1]),
            lambda: asn.send(notices[::-1]),
        ]
    )

    assert stock_of(product, warehouse) == (0, 0)
