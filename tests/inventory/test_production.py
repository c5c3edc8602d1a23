"""Production: outputs and inputs move together, once."""

import pytest

from inventory import production
from inventory.errors import InsufficientStock, InvalidLines, KeyReused
from inventory.models import Movement, Product, StockLevel, Warehouse
from tests.factories import make_product, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def clay(warehouse: Warehouse) -> Product:
    clay = make_product(sku="CLAY")
    stock(clay, warehouse, 10)
    return clay


def on_hand(product: Product) -> int:
    return StockLevel.objects.get(product=product).on_hand


def test_outputs_come_and_inputs_go_once(
    product: Product, clay: Product, warehouse: Warehouse
) -> None:
    for _ in range(2):
        production.record(warehouse, {product.pk: 3}, {clay.pk: 6}, "WO-1", "ana", "run-1")

    assert (on_hand(product), on_hand(clay)) == (3, 4)
    assert Movement.objects.filter(document="WO-1", actor="ana").count() == 2


def test_missing_inputs_make_no_outputs(
    product: Product, clay: Product, warehouse: Warehouse
) -> None:
    with pytest.raises(InsufficientStock, match="CLAY"):
        production.record(warehouse, {product.pk: 3}, {clay.pk: 11}, "WO-1", "ana", "run-1")

    assert not StockLevel.objects.filter(product=product).exists()
    assert on_hand(clay) == 10


def test_output_alone_and_consumption_alone_are_allowed(
    product: Product, clay: Product, warehouse: Warehouse
) -> None:
    production.record(warehouse, {product.pk: 3}, {}, "WO-1", "ana", "run-1")
    production.record(warehouse, {}, {clay.pk: 1}, "WO-2", "ana", "run-2")

    assert (on_hand(product), on_hand(clay)) == (3, 9)


def test_a_key_used_for_another_production_is_refused(
    product: Product, clay: Product, warehouse: Warehouse
) -> None:
    production.record(warehouse, {product.pk: 3}, {clay.pk: 6}, "WO-1", "ana", "run-1")
    for outputs, inputs in [({product.pk: 3}, {}), ({}, {clay.pk: 6}), ({product.pk: 2}, {})]:
        with pytest.raises(KeyReused):
            production.record(warehouse, outputs, inputs, "WO-1", "ana", "run-1")

    assert (on_hand(product), on_hand(clay)) == (3, 4)


def test_nothing_is_no_production(warehouse: Warehouse) -> None:
    with pytest.raises(InvalidLines):
        production.record(warehouse, {}, {}, "WO-1", "ana", "run-1")
