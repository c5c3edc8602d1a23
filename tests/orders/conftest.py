"""After every test of this floor: the ledger knows exactly what orders hold."""

from collections.abc import Iterator

import pytest

from inventory.models import Product, Warehouse
from orders import commitments
from orders.models import SalesOrder
from tests.factories import stock
from tests.orders.factories import make_order


@pytest.fixture(autouse=True)
def _orders_and_ledger_agree(request: pytest.FixtureRequest) -> Iterator[None]:
    """The invariant of DESIGN section 4, looked at while the test's data is still there."""
    uses_database = request.node.get_closest_marker("django_db") is not None
    if uses_database:
        transactional = request.node.get_closest_marker("django_db").kwargs.get("transaction")
        request.getfixturevalue("transactional_db" if transactional else "db")
    yield
    if uses_database:
        assert commitments.differences() == []


@pytest.fixture
def order(product: Product, warehouse: Warehouse) -> SalesOrder:
    """10 mugs in stock, 4 of them ordered."""
    stock(product, warehouse, 10)
    return make_order(warehouse, {product: 4}, number="SO-1")
