"""What a warehouse manager does in the admin reaches the ledger, and refusals are told."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from inventory import bundles, counting, ledger, receiving, transfers
from inventory.ledger import Cause
from inventory.models import (
    Movement,
    Product,
    PurchaseOrder,
    Receipt,
    StockLevel,
    Stocktake,
    Transfer,
    Warehouse,
)
from tests.factories import make_product, make_purchase_order, make_transfer, make_warehouse, stock

pytestmark = pytest.mark.django_db


def act(client: Client, name: str, object_id: int, **answers: object) -> Any:
    """Answer an action's dialog as its page would."""
    page = reverse(f"admin:inventory_{name}", args=[object_id])
    return client.post(page, {"_form_submitted": "True", "key": "dialog-1"} | answers)


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def held() -> tuple[int, int, int]:
    """In stock, incoming, staged."""
    return StockLevel.objects.values_list("on_hand", "incoming", "staged").get()


@pytest.fixture
def order(product: Product, warehouse: Warehouse) -> PurchaseOrder:
    return make_purchase_order(warehouse, {product: 10}, number="PO-77")


def test_adjust_stock_leads_to_the_one_form_on_the_page_and_changes_nothing(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    page = reverse("admin:inventory_product_adjust_stock", args=[product.pk])
    answers = {"warehouse": warehouse.pk, "delta": 3, "reason": "found", "key": "k"}

    for response in (
        admin_client.get(page, follow=True),
        admin_client.post(page, answers | {"_form_submitted": "True"}, follow=True),
    ):
        [(where, status)] = response.redirect_chain
        assert status == 302
        assert where.split("?")[0] == reverse("admin:inventory_product_change", args=[product.pk])
        [units] = re.findall(r"<input[^>]*id=\"id_adjust-units\"[^>]*>", response.text)
        assert "autofocus" in units
        assert response.text.count('id="adjust-here"') == 1
    assert not Movement.objects.exists()


def test_adjusting_a_bundle_says_that_its_components_are_adjusted(
    admin_client: Client, product: Product
) -> None:
    box = make_product(sku="BOX")
    bundles.compose(box.pk, {product.pk: 2})

    response = admin_client.get(
        reverse("admin:inventory_product_adjust_stock", args=[box.pk]), follow=True
    )

    assert "adjust that of its components" in told(response)[0]


def test_a_refusal_is_told_and_nothing_is_logged(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    answers = {"warehouse": warehouse.pk, "produced": 0, "consumed": 3}
    response = act(admin_client, "product_record_production", product.pk, **answers)

    assert response.status_code == 302
    assert "MUG-1 at Main: 3 asked, 0 in stock" in told(response)[0]
    assert not LogEntry.objects.exists()


def test_a_dialog_posted_by_htmx_is_told_where_to_go(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    page = reverse("admin:inventory_product_record_production", args=[product.pk])
    answers = {"warehouse": warehouse.pk, "produced": 3, "consumed": 0, "key": "k"}
    response = admin_client.post(
        page, answers | {"_form_submitted": "True"}, headers={"HX-Request": "true"}
    )

    expected = reverse("admin:inventory_product_change", args=[product.pk])
    assert response.headers["HX-Redirect"] == expected


def test_production_is_recorded(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    answers = {"warehouse": warehouse.pk, "produced": 8, "consumed": 0, "document": "WO-1"}
    act(admin_client, "product_record_production", product.pk, **answers)

    assert Movement.objects.get().document == "WO-1"
    assert held() == (8, 0, 0)


@pytest.mark.parametrize(
    ("action", "flags"),
    [
        ("exclude_from_sync", (True, True)),
        ("include_in_sync", (True, False)),
        ("archive", (False, False)),
        ("activate", (True, False)),
    ],
)
def test_chosen_products_are_switched_together(
    admin_client: Client, action: str, flags: tuple[bool, bool]
) -> None:
    chosen, spared = make_product(), make_product()
    chosen_ids = [str(chosen.pk)]
    admin_client.post(
        reverse("admin:inventory_product_changelist"),
        {"action": action, "_selected_action": chosen_ids},
    )

    chosen.refresh_from_db()
    spared.refresh_from_db()
    assert (chosen.is_active, chosen.is_excluded) == flags
    assert (spared.is_active, spared.is_excluded) == (True, False)


def test_a_purchase_order_goes_from_draft_to_closed(
    admin_client: Client, order: PurchaseOrder, product: Product
) -> None:
    act(admin_client, "purchaseorder_open_order", order.pk)
    line = f"line_{product.pk}"
    act(admin_client, "purchaseorder_receive_direct", order.pk, key="a", **{line: 4})
    act(admin_client, "purchaseorder_receive_staged", order.pk, key="b", **{line: 3})
    assert held() == (4, 3, 3)

    staged = Receipt.objects.get(mode=Receipt.Mode.STAGED).lines.get()
    act(admin_client, "purchaseorder_put_away", order.pk, **{f"line_{staged.pk}": 2})
    act(admin_client, "purchaseorder_close_short", order.pk)

    assert held() == (6, 0, 1)
    order.refresh_from_db()
    assert order.status == PurchaseOrder.Status.CLOSED


def test_nothing_staged_is_nothing_to_put_away(admin_client: Client, order: PurchaseOrder) -> None:
    receiving.open_order(order)
    response = act(admin_client, "purchaseorder_put_away", order.pk)

    assert told(response) == ["Nothing to put away: receive to staging first."]


def test_receiving_proposes_all_that_remains_and_accepts_no_more(
    admin_client: Client, order: PurchaseOrder, product: Product
) -> None:
    receiving.open_order(order)
    page = reverse("admin:inventory_purchaseorder_receive_direct", args=[order.pk])
    assert "MUG-1 Blue mug (10 left)" in admin_client.get(page).text

    answers = {f"line_{product.pk}": 11}
    response = act(admin_client, "purchaseorder_receive_direct", order.pk, **answers)

    assert "less than or equal to 10" in response.text
    assert held() == (0, 10, 0)


def test_a_draft_is_not_received(admin_client: Client, order: PurchaseOrder) -> None:
    response = act(admin_client, "purchaseorder_receive_direct", order.pk)

    assert told(response) == ["PO-77 is draft: only an open order is received."]


def test_lines_of_an_open_order_are_fixed(
    admin_client: Client, order: PurchaseOrder, product: Product
) -> None:
    receiving.open_order(order)
    page = reverse("admin:inventory_purchaseorder_change", args=[order.pk])
    line = order.lines.get()
    data = {
        "supplier": "Potter & Sons",
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 1,
        "lines-0-id": line.pk,
        "lines-0-purchase_order": order.pk,
        "lines-0-product": product.pk,
        "lines-0-ordered": 99,
        "lines-0-DELETE": "on",
        "receipts-TOTAL_FORMS": 0,
        "receipts-INITIAL_FORMS": 0,
    }
    admin_client.post(page, data)

    order.refresh_from_db()
    assert order.supplier == "Potter & Sons"
    assert order.lines.get().ordered == 10


def test_a_purchase_order_is_written_with_its_lines(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    data = {
        "number": "PO-1",
        "warehouse": warehouse.pk,
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 0,
        "lines-0-product": product.pk,
        "lines-0-ordered": 5,
        "receipts-TOTAL_FORMS": 0,
        "receipts-INITIAL_FORMS": 0,
    }
    admin_client.post(reverse("admin:inventory_purchaseorder_add"), data)

    assert PurchaseOrder.objects.get().lines.get().ordered == 5


def test_an_opened_order_is_not_deleted(admin_client: Client, order: PurchaseOrder) -> None:
    receiving.open_order(order)
    page = reverse("admin:inventory_purchaseorder_delete", args=[order.pk])

    assert admin_client.post(page, {"post": "yes"}).status_code == 403


def test_a_stocktake_is_opened_counted_and_closed(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 10)
    opening = {
        "warehouse": warehouse.pk,
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 0,
        "lines-0-product": product.pk,
    }
    admin_client.post(reverse("admin:inventory_stocktake_add"), opening)
    stocktake = Stocktake.objects.get()
    assert (stocktake.opened_by, stocktake.lines.get().expected) == ("admin", 10)

    response = count(admin_client, stocktake, 7)
    assert response.status_code == 302
    act(admin_client, "stocktake_close_stocktake", stocktake.pk)

    assert held() == (7, 0, 0)
    assert stocktake.lines.get().counted_by == "admin"


def count(client: Client, stocktake: Stocktake, counted: object, shown: object = "") -> Any:
    """Fill the only line of a stocktake's page in, which showed `shown` before."""
    data = {
        "note": "",
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 1,
        "lines-0-id": stocktake.lines.get().pk,
        "lines-0-stocktake": stocktake.pk,
        "lines-0-counted": counted,
        "initial-lines-0-counted": shown,
        "lines-2-TOTAL_FORMS": 0,
        "lines-2-INITIAL_FORMS": 0,
    }
    return client.post(reverse("admin:inventory_stocktake_change", args=[stocktake.pk]), data)


def test_a_moved_line_is_shown_and_its_close_refused(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 10)
    stocktake = counting.open(warehouse, [product.pk])
    counting.record(stocktake, {product.pk: 7})
    ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())

    page = admin_client.get(reverse("admin:inventory_stocktake_change", args=[stocktake.pk]))
    response = act(admin_client, "stocktake_close_stocktake", stocktake.pk)

    assert "moved: recount" in page.text
    assert 'placeholder="was 7"' in page.text
    assert told(response) == ["Stock moved after counting: MUG-1. Count these again."]


def test_the_same_number_typed_again_is_a_recount_and_one_sent_along_is_not(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 10)
    stocktake = counting.open(warehouse, [product.pk])
    counting.record(stocktake, {product.pk: 7})
    ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())

    count(admin_client, stocktake, 7, shown=7)
    assert counting.needs_recount(stocktake.lines.get())

    count(admin_client, stocktake, 7, shown="")
    assert not counting.needs_recount(stocktake.lines.get())


def test_a_count_is_not_taken_back(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stocktake = counting.open(warehouse, [product.pk])
    counting.record(stocktake, {product.pk: 7})

    response = count(admin_client, stocktake, "", shown=7)

    assert "not taken back" in told(response)[0]
    assert stocktake.lines.get().counted == 7


def test_all_products_of_a_warehouse_are_added_and_a_stocktake_is_canceled(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 10)
    stocktake = counting.open(warehouse, [])
    act(admin_client, "stocktake_add_stocked", stocktake.pk)
    assert stocktake.lines.get().product == product

    act(admin_client, "stocktake_cancel_stocktake", stocktake.pk)
    stocktake.refresh_from_db()
    assert stocktake.status == Stocktake.Status.CANCELED


def test_a_transfer_is_dispatched_and_received(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)
    transfer = make_transfer(warehouse, make_warehouse(), {product: 2})
    act(admin_client, "transfer_dispatch_units", transfer.pk)
    act(admin_client, "transfer_receive_units", transfer.pk)

    transfer.refresh_from_db()
    assert transfer.status == Transfer.Status.RECEIVED


def test_only_fitting_actions_are_offered(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)
    transfer = make_transfer(warehouse, make_warehouse(), {product: 2})
    page = reverse("admin:inventory_transfer_change", args=[transfer.pk])
    receive = reverse("admin:inventory_transfer_receive_units", args=[transfer.pk])

    assert receive not in admin_client.get(page).text
    transfers.dispatch(transfer)
    assert receive in admin_client.get(page).text


def test_negative_stock_is_switched_through_its_verb(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 1)
    page = reverse("admin:inventory_warehouse_change", args=[warehouse.pk])
    data = {"code": "main", "name": "Main", "is_active": "on"}
    admin_client.post(page, data | {"can_go_negative": "on"})
    assert StockLevel.objects.get().can_go_negative

    ledger.ship(warehouse.pk, [(product.pk, 3)], Cause())
    response = admin_client.post(page, data | {"name": "Renamed"})

    assert "MUG-1 are below zero at Renamed" in told(response)[-1]
    warehouse.refresh_from_db()
    assert (warehouse.name, warehouse.can_go_negative) == ("Main", True)
