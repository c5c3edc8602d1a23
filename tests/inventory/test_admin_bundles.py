"""Bundles in the back office: composed on the product's page, their stock shown there."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from inventory import bundles, ledger
from inventory.ledger import Cause
from inventory.models import BundleComponent, Product, Warehouse
from tests.factories import make_product, make_products, make_warehouse, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup(warehouse: Warehouse) -> Product:
    product = make_product(sku="CUP")
    stock(product, warehouse, 7)
    return product


@pytest.fixture
def box(db: None) -> Product:
    return make_product(sku="BOX", name="Box")


def page_of(product: Product) -> str:
    return reverse("admin:inventory_product_change", args=[product.pk])


def save(client: Client, product: Product, *rows: Mapping[str, Any], **fields: object) -> Any:
    """Save the product's page with these component rows; the first ones are those stored."""
    stored = list(product.components.values_list("pk", flat=True))
    answers: dict[str, Any] = {"sku": product.sku, "name": product.name, "is_active": "on"}
    for prefix, first in (("components", len(stored)), ("levels", 0)):
        answers |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": first}
    answers["components-TOTAL_FORMS"] = len(rows)
    for number, row in enumerate(rows):
        prefix = f"components-{number}"
        answers |= {f"{prefix}-{name}": value for name, value in row.items()}
        answers[f"{prefix}-bundle"] = product.pk
        answers[f"{prefix}-id"] = stored[number] if number < len(stored) else ""
    return client.post(page_of(product), answers | fields)


def made_of(product: Product) -> dict[str, int]:
    rows = BundleComponent.objects.filter(bundle=product)
    return dict(rows.values_list("component__sku", "quantity"))


def test_a_product_is_composed_changed_and_made_plain_again_on_its_page(
    admin_client: Client, box: Product, cup: Product
) -> None:
    jug = make_product(sku="JUG")
    one, two = {"component": cup.pk, "quantity": 2}, {"component": jug.pk, "quantity": 1}

    assert save(admin_client, box, one, two).status_code == 302
    assert made_of(box) == {"CUP": 2, "JUG": 1}
    assert "Added bundle component “2 × CUP" in LogEntry.objects.latest("pk").get_change_message()

    assert save(admin_client, box, one | {"quantity": 3}, two | {"DELETE": "on"}).status_code == 302
    assert made_of(box) == {"CUP": 3}

    assert save(admin_client, box, one | {"DELETE": "on"}).status_code == 302
    assert made_of(box) == {}


def test_what_is_refused_is_shown_on_the_form_and_nothing_is_saved(
    admin_client: Client, box: Product, cup: Product, warehouse: Warehouse
) -> None:
    row = {"component": cup.pk, "quantity": 2}
    save(admin_client, box, row)
    ledger.commit(warehouse.pk, [(box.pk, 2)], Cause())

    response = save(admin_client, box, row | {"quantity": 1}, name="New name")

    assert response.status_code == 200
    assert "Orders hold 2 of BOX" in response.text
    assert made_of(box) == {"CUP": 2}
    box.refresh_from_db()
    assert box.name == "Box"


@pytest.mark.parametrize("quantity", ["0", "-1", "3000000000", ""])
def test_a_quantity_that_makes_no_sense_is_told_at_its_field(
    admin_client: Client, box: Product, cup: Product, quantity: str
) -> None:
    response = save(admin_client, box, {"component": cup.pk, "quantity": quantity})

    assert response.status_code == 200
    assert made_of(box) == {}


def test_the_same_component_twice_is_told_on_the_form(
    admin_client: Client, box: Product, cup: Product
) -> None:
    row = {"component": cup.pk, "quantity": 2}

    response = save(admin_client, box, row, row)

    assert response.status_code == 200
    assert "duplicate" in response.text
    assert made_of(box) == {}


def test_saving_a_bundles_name_alone_composes_nothing(
    admin_client: Client, box: Product, cup: Product, warehouse: Warehouse
) -> None:
    row = {"component": cup.pk, "quantity": 2}
    save(admin_client, box, row)
    ledger.commit(warehouse.pk, [(box.pk, 2)], Cause())

    assert save(admin_client, box, row, name="New name").status_code == 302
    box.refresh_from_db()
    assert box.name == "New name"


def test_a_bundles_page_shows_what_its_components_make_in_each_warehouse(
    admin_client: Client, box: Product, cup: Product, warehouse: Warehouse
) -> None:
    jug, attic = make_product(sku="JUG"), make_warehouse(name="Attic")
    bundles.compose(box.pk, {cup.pk: 2, jug.pk: 1})
    stock(jug, warehouse, 2)
    stock(cup, attic, 5)
    ledger.commit(warehouse.pk, [(box.pk, 1)], Cause())

    page = " ".join(admin_client.get(page_of(box)).text.split())

    assert "CUP 7 (2 on orders) for 2 each, JUG 2 (1 on orders)" in page
    assert "CUP 5 for 2 each, JUG never counted" in page


def test_a_bundle_in_no_warehouse_says_so(admin_client: Client, box: Product) -> None:
    bundles.compose(box.pk, {make_product().pk: 1})

    assert "No warehouse has any of the components" in admin_client.get(page_of(box)).text


def test_the_list_shows_and_filters_bundles_by_their_components_stock(
    admin_client: Client, box: Product, cup: Product, warehouse: Warehouse
) -> None:
    lid, half = make_product(sku="LID"), make_product(sku="HALF")
    bundles.compose(box.pk, {cup.pk: 2})
    bundles.compose(half.pk, {cup.pk: 1, lid.pk: 1})
    ledger.commit(warehouse.pk, [(box.pk, 1)], Cause())
    url = reverse("admin:inventory_product_changelist")
    model_admin: Any = admin.site._registry[Product]

    rows = {row.sku: row for row in admin_client.get(url).context["cl"].result_list}
    shown = {
        sku: (
            model_admin.show_in_stock(row),
            model_admin.show_on_orders(row),
            model_admin.show_at_hand(row)[1],
        )
        for sku, row in rows.items()
    }

    assert shown["BOX"] == (3, 1, "2")
    assert shown["CUP"] == (7, 2, "5")
    assert shown["HALF"] == ("unknown", 0, "unknown")
    found = {
        state: {row.sku for row in admin_client.get(url, {"stock": state}).context["cl"].queryset}
        for state in ("in", "unknown")
    }
    assert found == {"in": {"BOX", "CUP"}, "unknown": {"HALF", "LID"}}


def test_pages_cost_as_many_statements_for_many_bundles_as_for_one(
    admin_client: Client, cup: Product, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    parts = make_products(20)
    for product in make_products(20):
        bundles.compose(product.pk, {cup.pk: 1} | {part.pk: 1 for part in parts})
    with django_assert_max_num_queries(12):
        admin_client.get(reverse("admin:inventory_product_changelist"))
    with django_assert_max_num_queries(25):
        page = admin_client.get(page_of(product)).text
    assert all(str(part) in page for part in parts)


def test_who_may_only_look_composes_nothing(client: Client, box: Product, cup: Product) -> None:
    user = User.objects.create_user("staff", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_product"))
    client.force_login(user)

    assert client.get(page_of(box)).status_code == 200
    assert save(client, box, {"component": cup.pk, "quantity": 2}).status_code == 403
    assert made_of(box) == {}


def test_who_places_products_only_changes_no_component(
    client: Client, box: Product, cup: Product
) -> None:
    user = User.objects.create_user("staff", password="x", is_staff=True)
    rights = ["view_product", "view_listing", "change_listing"]
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)

    save(client, box, {"component": cup.pk, "quantity": 2})
    assert made_of(box) == {}


def test_the_ledger_says_which_bundle_a_component_was_a_part_of(
    admin_client: Client, box: Product, cup: Product, warehouse: Warehouse
) -> None:
    bundles.compose(box.pk, {cup.pk: 2})
    ledger.ship(warehouse.pk, [(box.pk, 1)], Cause())

    page = admin_client.get(reverse("admin:inventory_movement_changelist"))
    model_admin: Any = admin.site._registry[type(page.context["cl"].result_list[0])]

    assert "Part of bundle" in page.text
    shown = [model_admin.show_bundle(row) for row in page.context["cl"].result_list]
    assert shown == ["BOX", None]
