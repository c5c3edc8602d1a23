"""Transfers: in two steps or one, each step once."""

import pytest

from inventory import transfers
from inventory.errors import InsufficientStock, InvalidLines, WrongState
from inventory.models import Movement, Product, StockLevel, Transfer, Warehouse
from tests.factories import make_product, make_transfer, make_warehouse, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def transfer(product: Product, warehouse: Warehouse) -> Transfer:
    stock(product, warehouse, 5)
    return make_transfer(warehouse, make_warehouse(), {product: 2})


def held(warehouse: Warehouse) -> tuple[int, int]:
    """In stock, incoming."""
    return StockLevel.objects.values_list("on_hand", "incoming").get(warehouse=warehouse)


def test_units_are_in_transit_between_dispatch_and_receipt(transfer: Transfer) -> None:
    transfers.dispatch(transfer, "ana")
    transfers.dispatch(transfer, "ana")
    assert (held(transfer.source), held(transfer.destination)) == ((3, 0), (0, 2))

    transfers.receive(transfer, "ben")
    transfers.receive(transfer, "ben")
    assert held(transfer.destination) == (2, 0)
    assert transfer.status == Transfer.Status.RECEIVED
    assert Movement.objects.filter(document=str(transfer)).count() == 4


def test_one_step_moves_at_once(transfer: Transfer) -> None:
    transfers.in_one_step(transfer)
    transfers.in_one_step(transfer)

    assert (held(transfer.source), held(transfer.destination)) == ((3, 0), (2, 0))


def test_steps_out_of_order_are_refused(transfer: Transfer) -> None:
    with pytest.raises(WrongState, match="in transit"):
        transfers.receive(transfer)
    transfers.dispatch(transfer)
    with pytest.raises(WrongState):
        transfers.in_one_step(transfer)
    transfers.receive(transfer)
    with pytest.raises(WrongState):
        transfers.dispatch(transfer)


def test_what_is_not_there_is_not_dispatched(transfer: Transfer) -> None:
    transfer.lines.create(product=make_product(sku="LAMP"), quantity=1)
    with pytest.raises(InsufficientStock, match="LAMP"):
        transfers.dispatch(transfer)

    transfer.refresh_from_db()
    assert transfer.status == Transfer.Status.DRAFT
    assert held(transfer.source) == (5, 0)


def test_an_empty_transfer_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(InvalidLines):
        transfers.in_one_step(make_transfer(warehouse, make_warehouse(), {}))
