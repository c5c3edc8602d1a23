"""The switch for negative stock and its copies on the levels."""

import pytest

from inventory import ledger, warehousing
from inventory.errors import BelowZero
from inventory.ledger import Cause
from inventory.models import Product, StockLevel, Warehouse
from tests.factories import make_warehouse, stock

pytestmark = pytest.mark.django_db


def test_levels_follow_the_warehouse_and_no_other(product: Product, warehouse: Warehouse) -> None:
    other = make_warehouse()
    stock(product, warehouse, 1)
    stock(product, other, 1)

    warehousing.allow_negative(warehouse, is_allowed=True)
    ledger.ship(warehouse.pk, [(product.pk, 3)], Cause())

    assert StockLevel.objects.get(warehouse=warehouse).on_hand == -2
    assert not StockLevel.objects.get(warehouse=other).can_go_negative


def test_forbidding_is_refused_while_stock_is_below_zero(
    product: Product, warehouse: Warehouse
) -> None:
    warehousing.allow_negative(warehouse, is_allowed=True)
    ledger.ship(warehouse.pk, [(product.pk, 3)], Cause())
    with pytest.raises(BelowZero, match="MUG-1 are below zero at Main"):
        warehousing.allow_negative(warehouse, is_allowed=False)
    ledger.receive(warehouse.pk, [(product.pk, 3)], Cause())

    warehousing.allow_negative(warehouse, is_allowed=False)

    warehouse.refresh_from_db()
    assert not warehouse.can_go_negative
    assert not StockLevel.objects.get().can_go_negative
