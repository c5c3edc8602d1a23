"""Documents saved, deleted or answered twice while a verb takes its step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from inventory import counting, ledger, receiving, transfers
from inventory.admin.purchasing import PurchaseOrderAdmin
from inventory.admin.stocktake import StocktakeAdmin
from inventory.admin.transfer import TransferAdmin
from inventory.ledger import Cause
from inventory.models import Product, PurchaseOrder, Receipt, Stocktake, Transfer, Warehouse
from inventory.signals import stock_changed
from tests.factories import make_purchase_order, make_transfer, make_warehouse, stock
from tests.inventory.test_admin_actions import act, count, held, told
from tests.inventory.threads import at_once

pytestmark = pytest.mark.django_db

Meanwhile = Callable[[Any, str, Callable[[], object]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Let something happen on another connection just before a method of a page runs."""

    def install(page: type[ModelAdmin[Any]], method: str, happens: Callable[[], object]) -> None:
        real = getattr(page, method)

        def between(self: ModelAdmin[Any], *args: object) -> object:
            at_once([happens])
            return real(self, *args)

        monkeypatch.setattr(page, method, between)

    return install


def line_form(line: Any, parent: str, field: str, units: int) -> dict[str, object]:
    return {
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 1,
        "lines-0-id": line.pk,
        f"lines-0-{parent}": getattr(line, f"{parent}_id"),
        "lines-0-product": line.product_id,
        f"lines-0-{field}": units,
        "receipts-TOTAL_FORMS": 0,
        "receipts-INITIAL_FORMS": 0,
    }


def save(client: Client, document: Model, form: dict[str, object]) -> Any:
    name = document._meta.model_name
    return client.post(reverse(f"admin:inventory_{name}_change", args=[document.pk]), form)


@pytest.mark.django_db(transaction=True)
def test_a_transfer_dispatched_meanwhile_keeps_its_step_and_its_lines(
    admin_client: Client, product: Product, warehouse: Warehouse, meanwhile: Meanwhile
) -> None:
    stock(product, warehouse, 50)
    transfer = make_transfer(warehouse, make_warehouse(), {product: 5})
    meanwhile(TransferAdmin, "save_model", lambda: transfers.dispatch(transfer))
    form = {"source": warehouse.pk, "destination": transfer.destination_id, "note": "fragile"}
    line = line_form(transfer.lines.get(), "transfer", "quantity", 8)

    response = save(admin_client, transfer, form | line)

    assert told(response) == [f"{transfer} was changed meanwhile: look at it again."]
    assert (Transfer.objects.get().status, transfer.lines.get().quantity) == ("in_transit", 5)


@pytest.mark.django_db(transaction=True)
def test_an_order_opened_meanwhile_keeps_its_step_and_its_lines(
    admin_client: Client, product: Product, warehouse: Warehouse, meanwhile: Meanwhile
) -> None:
    order = make_purchase_order(warehouse, {product: 5})
    meanwhile(PurchaseOrderAdmin, "save_model", lambda: receiving.open_order(order))
    form = {"number": order.number, "warehouse": warehouse.pk, "supplier": "x"}
    line = line_form(order.lines.get(), "purchase_order", "ordered", 8)

    response = save(admin_client, order, form | line)

    assert told(response) == [f"{order} was changed meanwhile: look at it again."]
    assert (PurchaseOrder.objects.get().status, order.lines.get().ordered) == ("open", 5)
    assert held() == (0, 5, 0)


@pytest.mark.django_db(transaction=True)
def test_a_draft_opened_meanwhile_is_not_deleted(
    admin_client: Client, product: Product, warehouse: Warehouse, meanwhile: Meanwhile
) -> None:
    order = make_purchase_order(warehouse, {product: 5})
    meanwhile(PurchaseOrderAdmin, "delete_model", lambda: receiving.open_order(order))
    page = reverse("admin:inventory_purchaseorder_delete", args=[order.pk])

    response = admin_client.post(page, {"post": "yes"})

    assert told(response) == [f"{order} was changed meanwhile: look at it again."]
    assert PurchaseOrder.objects.get().status == "open"


@pytest.mark.django_db(transaction=True)
def test_a_note_does_not_reopen_a_stocktake_closed_meanwhile(
    admin_client: Client, product: Product, warehouse: Warehouse, meanwhile: Meanwhile
) -> None:
    stock(product, warehouse, 10)
    stocktake = counting.open(warehouse, [product.pk])
    counting.record(stocktake, {product.pk: 8})
    meanwhile(StocktakeAdmin, "save_model", lambda: counting.close(stocktake))

    count(admin_client, stocktake, 8, shown=8)

    assert Stocktake.objects.get().status == "closed"
    assert held() == (8, 0, 0)


def test_a_closed_stocktake_asks_for_nothing_more(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 10)
    stocktake = counting.open(warehouse, [product.pk])
    counting.record(stocktake, {product.pk: 7})
    page = reverse("admin:inventory_stocktake_change", args=[stocktake.pk])
    assert "products to add" in admin_client.get(page).text.lower()

    counting.close(stocktake)
    ledger.ship(warehouse.pk, [(product.pk, 1)], Cause())
    shown = admin_client.get(page).text.lower()

    assert "moved: recount" not in shown
    assert "products to add" not in shown


def test_goods_are_received_and_put_away_once_and_the_second_click_is_told(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    order = make_purchase_order(warehouse, {product: 10})
    for _ in range(2):
        response = act(admin_client, "purchaseorder_open_order", order.pk)
    assert told(response)[1:] == ["Already done."]

    units = {f"line_{product.pk}": 10}
    for _ in range(2):
        response = act(admin_client, "purchaseorder_receive_staged", order.pk, **units)
    assert told(response)[2:] == [f"{Receipt.objects.get()}: 10 units received.", "Already done."]

    staged = {f"line_{Receipt.objects.get().lines.get().pk}": 1}
    for _ in range(2):
        response = act(admin_client, "purchaseorder_put_away", order.pk, **staged)
    assert told(response)[4:] == ["1 unit put away.", "Already done."]
    assert held() == (1, 0, 9)
    assert LogEntry.objects.count() == 3


@pytest.mark.parametrize("name", ["receive_direct", "receive_staged"])
def test_goods_received_with_other_numbers_under_the_same_key_are_refused(
    admin_client: Client, product: Product, warehouse: Warehouse, name: str
) -> None:
    order = make_purchase_order(warehouse, {product: 10})
    receiving.open_order(order)
    line, step = f"line_{product.pk}", f"purchaseorder_{name}"
    act(admin_client, step, order.pk, **{line: 4})

    refused = act(admin_client, step, order.pk, **{line: 5})
    assert (refused.status_code, refused.context["form"][line].value()) == (200, "5")
    assert "was sent from this page before" in refused.text
    assert order.lines.get().received == 4
    act(admin_client, step, order.pk, **{line: 5, "key": refused.context["form"]["key"].value()})
    assert order.lines.get().received == 9


def test_two_clicks_at_once_receive_once(
    admin_client: Client, product: Product, warehouse: Warehouse, transactional_db: None
) -> None:
    order = make_purchase_order(warehouse, {product: 10})
    receiving.open_order(order)
    units = {f"line_{product.pk}": 4}

    at_once([lambda: act(admin_client, "purchaseorder_receive_direct", order.pk, **units)] * 3)

    assert held() == (4, 6, 0)
    assert LogEntry.objects.count() == 1


def test_putting_away_is_offered_while_something_is_staged(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    order = make_purchase_order(warehouse, {product: 10})
    receiving.open_order(order)
    page = reverse("admin:inventory_purchaseorder_change", args=[order.pk])
    put_away = reverse("admin:inventory_purchaseorder_put_away", args=[order.pk])
    assert put_away not in admin_client.get(page).text

    receipt = receiving.receive(order, {product.pk: 10}, Receipt.Mode.STAGED, "k")
    assert put_away in admin_client.get(page).text

    receiving.put_away(receipt, {product.pk: 10}, "k")
    assert put_away not in admin_client.get(page).text


def test_transfers_and_stocktakes_answered_twice_are_told(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)
    transfer = make_transfer(warehouse, make_warehouse(), {product: 2})
    stocktake = counting.open(warehouse, [product.pk])
    steps = [
        ("transfer_dispatch_units", transfer.pk),
        ("transfer_receive_units", transfer.pk),
        ("stocktake_cancel_stocktake", stocktake.pk),
    ]
    for name, pk in steps:
        act(admin_client, name, pk)
        response = act(admin_client, name, pk)

    assert told(response)[1::2] == ["Already done."] * 3


@pytest.mark.parametrize("name", ["stocktake", "transfer"])
def test_a_document_is_found_by_its_own_number(
    admin_client: Client, product: Product, warehouse: Warehouse, name: str
) -> None:
    document = (
        counting.open(warehouse, [product.pk])
        if name == "stocktake"
        else make_transfer(warehouse, make_warehouse(), {product: 2})
    )
    page = reverse(f"admin:inventory_{name}_changelist")
    for term in (str(document), str(document).lower(), str(document.pk)):
        found = admin_client.get(page, {"q": term}).context["cl"].result_list
        assert list(found) == [document]
    for term in ("9" * 18, "9" * 5000, f"{document}x"):
        assert not admin_client.get(page, {"q": term}).context["cl"].result_list


def test_a_count_beyond_reason_is_asked_again(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stocktake = counting.open(warehouse, [product.pk])
    response = count(admin_client, stocktake, 1_000_000_001)

    assert "less than or equal to 1000000000" in response.text
    assert stocktake.lines.get().counted is None


def test_a_warehouse_switched_off_is_heard_with_all_its_stock(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 1)
    heard: list[list[tuple[int, int]]] = []

    def listen(*, levels: list[tuple[int, int]], **_kwargs: object) -> None:
        heard.append(levels)

    page = reverse("admin:inventory_warehouse_change", args=[warehouse.pk])
    stock_changed.connect(listen)
    try:
        admin_client.post(page, {"code": "main", "name": "Renamed", "is_active": "on"})
        assert heard == []
        admin_client.post(page, {"code": "main", "name": "Renamed"})
    finally:
        stock_changed.disconnect(listen)
    assert heard == [[(product.pk, warehouse.pk)]] * 2


def test_warehouse_managers_delete_drafts_alone(
    client: Client, product: Product, warehouse: Warehouse
) -> None:
    keeper = User.objects.create_user("kim", is_staff=True)
    keeper.groups.add(Group.objects.get(name="Warehouse manager"))
    client.force_login(keeper)
    draft, opened = (make_purchase_order(warehouse, {product: 5}) for _ in range(2))
    receiving.open_order(opened)
    transfer = make_transfer(warehouse, make_warehouse(), {product: 2})

    for document in (draft, opened, transfer):
        name = f"admin:inventory_{document._meta.model_name}_delete"
        client.post(reverse(name, args=[document.pk]), {"post": "yes"})

    assert PurchaseOrder.objects.get() == opened
    assert not Transfer.objects.exists()
