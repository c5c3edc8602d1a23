"""A bundle and its components, for every test of them."""

import pytest

from inventory import bundles
from inventory.models import Product, Warehouse
from tests.factories import make_product, stock


@pytest.fixture
def cup(db: None) -> Product:
    return make_product(sku="CUP")


@pytest.fixture
def jug(db: None) -> Product:
    return make_product(sku="JUG")


@pytest.fixture
def box(cup: Product, jug: Product, warehouse: Warehouse) -> Product:
    """Two cups and a jug, of which there are 7 and 3."""
    product = make_product(sku="BOX")
    bundles.compose(product.pk, {cup.pk: 2, jug.pk: 1})
    stock(cup, warehouse, 7)
    stock(jug, warehouse, 3)
    return product
