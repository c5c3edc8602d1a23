"""Products by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models.signals import post_save

from inventory.models import Product
from tests.api import Api, make_api
from tests.factories import make_product, make_products
from tests.inventory.answers import counting_statements, done, problem, results


def test_a_product_is_made_found_and_changed(api: Api) -> None:
    told = done(api.post("/products", {"sku": "MUG-1", "name": "Mug", "barcode": "501"}), 201)
    assert results(api.get("/products?sku=mug-1")) == [told]
    assert results(api.get("/products?barcode=501")) == [told]
    changed = done(api.patch(f"/products/{told['id']}", {"barcode": "502", "is_excluded": True}))
    assert changed == {**told, "barcode": "502", "is_excluded": True}
    assert results(api.get("/products?barcode=501")) == []
    assert results(api.get("/products?is_excluded=true&is_active=true")) == [changed]
    assert results(api.get("/products?is_excluded=false")) == []


def test_an_sku_is_taken_whatever_its_case(api: Api, product: Product) -> None:
    made = api.post("/products", {"sku": "mug-1", "name": "Another"})
    assert problem(made) == (409, "sku_taken", ["/sku"])
    other = make_product(sku="PLATE")
    renamed = api.patch(f"/products/{other.pk}", {"sku": "Mug-1"})
    assert problem(renamed) == (409, "sku_taken", ["/sku"])
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["MUG-1", "PLATE"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", ""),
        ("sku", 5),
        ("sku", "x" * 65),
        ("sku", "a\0b"),
        ("name", None),
        ("barcode", 5012345678900),
        ("is_active", "yes"),
        ("is_excluded", None),
        ("created_at", "2026-01-31T09:00:00Z"),
        ("price", 5),
    ],
)
def test_what_a_product_can_not_be_is_refused_where_it_stands(
    api: Api, product: Product, field: str, value: Any
) -> None:
    made = api.post("/products", {"sku": "NEW", "name": "New", field: value})
    assert problem(made) == (400, "invalid", [f"/{field}"])
    changed = api.patch(f"/products/{product.pk}", {field: value})
    assert problem(changed) == (400, "invalid", [f"/{field}"])
    assert Product.objects.get() == product


def test_floors_above_hear_what_a_change_changed(api: Api, product: Product) -> None:
    heard: list[Any] = []

    def listen(update_fields: Any, **_: Any) -> None:
        heard.append(update_fields)

    post_save.connect(listen, Product)
    try:
        path = f"/products/{product.pk}"
        done(api.patch(path, {"barcode": "501", "name": product.name, "is_active": False}))
        done(api.patch(path, {"barcode": "501"}))
    finally:
        post_save.disconnect(listen, Product)
    assert heard == [frozenset({"barcode", "is_active"})]


def test_who_sees_no_warehouse_sees_all_products(product: Product) -> None:
    api = make_api(warehouses=[], channels=[])
    assert [each["sku"] for each in results(api.get("/products"))] == ["MUG-1"]


def test_a_page_of_products_costs_the_same_however_many(api: Api, product: Product) -> None:
    results(api.get("/products"))
    with counting_statements() as few:
        results(api.get("/products"))
    make_products(30)
    with counting_statements() as many:
        assert len(results(api.get("/products"))) == 31
    assert len(many) == len(few) <= 2
