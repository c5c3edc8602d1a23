"""Purchase orders: from draft to closed, in every way goods can come in."""

import pytest

from inventory import receiving
from inventory.errors import InvalidLines, KeyReused, OverReceived, WrongState
from inventory.models import Movement, Product, PurchaseOrder, Receipt, StockLevel, Warehouse
from tests.factories import make_product, make_purchase_order

pytestmark = pytest.mark.django_db
Mode = Receipt.Mode


@pytest.fixture
def order(product: Product, warehouse: Warehouse) -> PurchaseOrder:
    order = make_purchase_order(warehouse, {product: 10}, number="PO-77")
    receiving.open_order(order, "ana")
    return order


def held() -> tuple[int, int, int]:
    """In stock, incoming, staged."""
    return StockLevel.objects.values_list("on_hand", "incoming", "staged").get()


def test_opening_makes_units_incoming_once(order: PurchaseOrder) -> None:
    receiving.open_order(order)

    assert order.status == PurchaseOrder.Status.OPEN
    assert held() == (0, 10, 0)
    assert Movement.objects.get().document == "PO-77"


def test_an_order_without_lines_can_not_be_opened(warehouse: Warehouse) -> None:
    order = make_purchase_order(warehouse, {})
    with pytest.raises(InvalidLines):
        receiving.open_order(order)

    order.refresh_from_db()
    assert order.status == PurchaseOrder.Status.DRAFT


@pytest.mark.parametrize("mode", [Mode.DIRECT, Mode.CROSS_DOCK])
def test_goods_received_directly_are_in_stock(
    order: PurchaseOrder, product: Product, mode: Receipt.Mode
) -> None:
    receipt = receiving.receive(order, {product.pk: 4}, mode, "r1", "ana")

    assert held() == (4, 6, 0)
    assert receipt.mode == mode
    assert order.lines.get().received == 4


def test_staged_goods_are_in_stock_when_put_away(order: PurchaseOrder, product: Product) -> None:
    receipt = receiving.receive(order, {product.pk: 4}, Mode.STAGED, "r1")
    assert held() == (0, 6, 4)

    receiving.put_away(receipt, {product.pk: 3}, "p1")
    receiving.put_away(receipt, {product.pk: 3}, "p1")

    assert held() == (3, 6, 1)
    assert receipt.lines.get().put_away == 3


def test_putting_away_the_rest_twice_does_it_once(order: PurchaseOrder, product: Product) -> None:
    receipt = receiving.receive(order, {product.pk: 4}, Mode.STAGED, "r1")
    receiving.put_away(receipt, {product.pk: 4}, "p1")
    receiving.put_away(receipt, {product.pk: 4}, "p1")
    with pytest.raises(KeyReused):
        receiving.put_away(receipt, {product.pk: 3}, "p1")

    assert held() == (4, 6, 0)


def test_no_more_is_put_away_than_was_staged(order: PurchaseOrder, product: Product) -> None:
    receipt = receiving.receive(order, {product.pk: 4}, Mode.STAGED, "r1")
    with pytest.raises(OverReceived, match="MUG-1: 5 given, 4 left"):
        receiving.put_away(receipt, {product.pk: 5}, "p1")

    assert held() == (0, 6, 4)


def test_only_staged_receipts_are_put_away(order: PurchaseOrder, product: Product) -> None:
    receipt = receiving.receive(order, {product.pk: 4}, Mode.DIRECT, "r1")
    with pytest.raises(WrongState):
        receiving.put_away(receipt, {product.pk: 1}, "p1")


def test_the_same_receipt_key_receives_once_even_when_the_order_closed(
    order: PurchaseOrder, product: Product
) -> None:
    first = receiving.receive(order, {product.pk: 10}, Mode.DIRECT, "r1")
    again = receiving.receive(order, {product.pk: 10}, Mode.DIRECT, "r1")

    assert first == again
    assert order.status == PurchaseOrder.Status.CLOSED
    assert held() == (10, 0, 0)


@pytest.mark.parametrize(("units", "mode"), [(3, Mode.DIRECT), (4, Mode.STAGED)])
def test_a_receipt_key_with_other_content_is_refused(
    order: PurchaseOrder, product: Product, units: int, mode: Receipt.Mode
) -> None:
    receiving.receive(order, {product.pk: 4}, Mode.DIRECT, "r1")
    with pytest.raises(KeyReused):
        receiving.receive(order, {product.pk: units}, mode, "r1")

    assert held() == (4, 6, 0)


def test_receiving_more_than_ordered_names_line_and_remedy(
    order: PurchaseOrder, product: Product
) -> None:
    with pytest.raises(OverReceived, match=r"MUG-1: 11 given, 10 left on PO-77\. Reduce"):
        receiving.receive(order, {product.pk: 11}, Mode.DIRECT, "r1")

    assert held() == (0, 10, 0)
    assert not Receipt.objects.exists()


def test_a_product_that_was_not_ordered_is_refused_and_named(order: PurchaseOrder) -> None:
    stranger = make_product(sku="LAMP")
    with pytest.raises(InvalidLines, match="LAMP is not on PO-77"):
        receiving.receive(order, {stranger.pk: 1}, Mode.DIRECT, "r1")


@pytest.mark.parametrize("units", [0, -2])
def test_a_received_quantity_is_above_zero(
    order: PurchaseOrder, product: Product, units: int
) -> None:
    with pytest.raises(InvalidLines, match="above 0"):
        receiving.receive(order, {product.pk: units}, Mode.DIRECT, "r1")


def test_a_draft_is_not_received(product: Product, warehouse: Warehouse) -> None:
    order = make_purchase_order(warehouse, {product: 1})
    with pytest.raises(WrongState, match="only an open order"):
        receiving.receive(order, {product.pk: 1}, Mode.DIRECT, "r1")

    assert not Receipt.objects.exists()


def test_closing_short_releases_what_will_not_come(order: PurchaseOrder, product: Product) -> None:
    receiving.receive(order, {product.pk: 4}, Mode.DIRECT, "r1")
    receiving.close_short(order)
    receiving.close_short(order)

    assert order.status == PurchaseOrder.Status.CLOSED
    assert held() == (4, 0, 0)


def test_a_draft_can_not_be_closed_and_a_closed_order_not_opened(
    product: Product, warehouse: Warehouse
) -> None:
    order = make_purchase_order(warehouse, {product: 1})
    with pytest.raises(WrongState):
        receiving.close_short(order)
    receiving.open_order(order)
    receiving.close_short(order)
    with pytest.raises(WrongState):
        receiving.open_order(order)
