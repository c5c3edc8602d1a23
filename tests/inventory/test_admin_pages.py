"""Every page of the inventory admin opens, stays cheap, and is closed to those without a right."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from inventory import counting, ledger, receiving
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
from tests.factories import (
    make_products,
    make_purchase_order,
    make_transfer,
    make_warehouse,
    stock,
)

pytestmark = pytest.mark.django_db
MODELS = [Product, Warehouse, StockLevel, Movement, PurchaseOrder, Stocktake, Transfer]
READ_ONLY = [StockLevel, Movement]
ROWS = 12

Url = Callable[..., str]


def url(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:inventory_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def full(warehouse: Warehouse) -> None:
    """A dozen rows of everything, with lines, so that a query for each row would show."""
    products = make_products(ROWS)
    ledger.open_stock(warehouse.pk, [(product.pk, 9) for product in products], Cause())
    for number in range(ROWS):
        other = make_warehouse()
        order = make_purchase_order(other, dict.fromkeys(products, 5))
        receiving.open_order(order)
        receiving.receive(order, {products[0].pk: 2}, Receipt.Mode.STAGED, f"r-{number}")
        make_transfer(warehouse, other, dict.fromkeys(products, 1))
        counting.open(other, [product.pk for product in products], "ana")


@pytest.fixture
def login(client: Client) -> Callable[..., Client]:
    """Log a staff user with just these permissions in."""

    def log_in(*codenames: str) -> Client:
        user = User.objects.create_user("staff", password="x", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        assert user.user_permissions.count() == len(codenames)
        client.force_login(user)
        return client

    return log_in


def test_every_page_of_the_inventory_is_tested_here() -> None:
    registered = {model for model in admin.site._registry if model._meta.app_label == "inventory"}

    assert registered == set(MODELS)


@pytest.mark.usefixtures("full")
def test_lists_and_objects_open_in_few_statements(
    admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for model in MODELS:
        with django_assert_max_num_queries(12, info=f"the list of {model}"):
            response = admin_client.get(url(model, "changelist"))
        assert response.status_code == 200
        assert len(response.context["cl"].result_list) >= ROWS
        chosen = model._default_manager.order_by("pk")[0]
        with django_assert_max_num_queries(30, info=f"one {model}"):
            response = admin_client.get(url(model, "change", chosen.pk))
        assert response.status_code == 200


@pytest.mark.usefixtures("full")
def test_a_list_can_be_searched(admin_client: Client) -> None:
    search = {"q": "nothing is called so"}
    answers = {model: admin_client.get(url(model, "changelist"), search) for model in MODELS}

    assert {model: answer.status_code for model, answer in answers.items()} == dict.fromkeys(
        MODELS, 200
    )
    assert [len(each.context["cl"].result_list) for each in answers.values()] == [0] * len(MODELS)


def test_adding_is_offered_for_what_people_write(admin_client: Client) -> None:
    found = {model: admin_client.get(url(model, "add")).status_code for model in MODELS}

    assert found == {model: 403 if model in READ_ONLY else 200 for model in MODELS}


@pytest.mark.parametrize("model", READ_ONLY)
@pytest.mark.usefixtures("full")
def test_not_even_a_superuser_edits_or_deletes_the_ledger(
    admin_client: Client, model: type[Model]
) -> None:
    chosen = model._default_manager.order_by("pk")[0]
    before = list(model._default_manager.order_by("pk").values())

    changed = admin_client.post(url(model, "change", chosen.pk), {"delta": 7, "on_hand": 7})
    deleted = admin_client.post(url(model, "delete", chosen.pk), {"post": "yes"})
    bulk = {"action": "delete_selected", "_selected_action": [chosen.pk], "post": "yes"}
    admin_client.post(url(model, "changelist"), bulk)

    assert (changed.status_code, deleted.status_code) == (403, 403)
    assert list(model._default_manager.order_by("pk").values()) == before


@pytest.mark.usefixtures("full")
def test_without_permission_every_page_is_forbidden(login: Callable[..., Client]) -> None:
    client = login()
    chosen = {model: model._default_manager.order_by("pk")[0].pk for model in MODELS}
    pages = [
        page
        for model, pk in chosen.items()
        for page in (url(model, "changelist"), url(model, "add"), url(model, "change", pk))
    ]

    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 403)


@pytest.mark.parametrize(
    ("model", "actions"),
    [
        (Product, ["adjust_stock", "record_production"]),
        (
            PurchaseOrder,
            ["open_order", "receive_direct", "receive_staged", "put_away", "close_short"],
        ),
        (Stocktake, ["close_stocktake", "cancel_stocktake", "add_stocked"]),
        (Transfer, ["dispatch_units", "receive_units", "in_one_step"]),
    ],
)
@pytest.mark.usefixtures("full")
def test_looking_does_not_allow_acting(
    login: Callable[..., Client], model: type[Model], actions: list[str]
) -> None:
    name = model._meta.model_name
    client = login(f"view_{name}")
    chosen = model._default_manager.order_by("pk")[0]
    movements = Movement.objects.count()

    assert client.get(url(model, "change", chosen.pk)).status_code == 200
    for action in actions:
        page = reverse(f"admin:inventory_{name}_{action}", args=[chosen.pk])
        assert client.get(page).status_code == 403
        assert client.post(page, {"_form_submitted": "True", "key": "k"}).status_code == 403
    assert Movement.objects.count() == movements


@pytest.mark.parametrize("object_id", ["999999", "nonsense"])
def test_an_action_on_an_unknown_object_is_not_found(admin_client: Client, object_id: str) -> None:
    page = reverse("admin:inventory_transfer_in_one_step", args=[object_id])

    assert admin_client.get(page).status_code == 404


def test_a_link_alone_changes_nothing(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)
    transfer = make_transfer(warehouse, make_warehouse(), {product: 2})

    page = admin_client.get(reverse("admin:inventory_transfer_in_one_step", args=[transfer.pk]))

    assert "Units change warehouse now" in page.text
    assert StockLevel.objects.get().on_hand == 5


def test_the_ledger_is_searched_by_whole_sku_document_or_key(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)
    ledger.receive(warehouse.pk, [(product.pk, 1)], Cause(document="D-1", key="key-1"))
    found = {
        term: len(
            admin_client.get(url(Movement, "changelist"), {"q": term}).context["cl"].result_list
        )
        for term in ("mug-1", "D-1", "key-1", "MUG", "")
    }

    assert found == {"mug-1": 2, "D-1": 1, "key-1": 1, "MUG": 0, "": 2}


def test_the_ledgers_length_is_never_counted(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5)
    page = admin_client.get(url(Movement, "changelist"))

    assert "COUNT(" not in str(page.context["cl"].queryset.query)
    assert "9999999999" not in page.text


def test_a_product_that_is_all_promised_shows_zero_at_hand_and_one_never_counted_unknown(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    Product.objects.create(sku="NEW", name="Never counted")
    stock(product, warehouse, 5)
    ledger.commit(warehouse.pk, [(product.pk, 5)], Cause())

    model_admin: Any = admin.site._registry[Product]
    page = admin_client.get(url(Product, "changelist"))
    shown = {row.sku: model_admin.show_at_hand(row) for row in page.context["cl"].result_list}

    assert shown == {"MUG-1": ("out", "0"), "NEW": ("unknown", "unknown")}


@pytest.mark.parametrize(
    ("state", "expected"),
    [("in", {"A"}), ("out", {"B"}), ("backordered", {"C"}), ("unknown", {"D"})],
)
def test_products_are_filtered_by_their_stock(
    admin_client: Client, warehouse: Warehouse, state: str, expected: set[str]
) -> None:
    for sku, units, promised in [("A", 5, 1), ("B", 5, 5), ("C", 5, 6), ("D", None, 0)]:
        product = Product.objects.create(sku=sku, name=sku)
        if units:
            stock(product, warehouse, units)
        if promised:
            ledger.commit(warehouse.pk, [(product.pk, promised)], Cause())

    page = admin_client.get(url(Product, "changelist"), {"stock": state})

    assert {product.sku for product in page.context["cl"].result_list} == expected


def test_the_right_to_post_by_hand_is_enough_to_adjust_stock(
    login: Callable[..., Client], product: Product, warehouse: Warehouse
) -> None:
    client = login("view_product", "add_movement")
    page = reverse("admin:inventory_product_adjust", args=[product.pk])
    answers = {"warehouse": warehouse.pk, "way": "change", "units": 2, "reason": "found"}

    assert "Adjust stock" in client.get(url(Product, "change", product.pk)).text
    given = {f"adjust-{name}": value for name, value in answers.items()}
    assert client.post(page, given | {"key": "k"}).status_code == 302
    assert Movement.objects.get().actor == "staff"
