"""Pages show a Romanian a thousand as 1.000. Who types it so is told to write 1000, sees what he
typed, and nothing was booked, ordered or sent."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from desk.cells import page_of
from inventory.models import Movement, Product, PurchaseOrder, StockLevel, Warehouse
from tests.factories import stock
from tests.orders.factories import make_order
from tests.orders.test_work_ship import page

pytestmark = pytest.mark.django_db
REMEDY = "digits alone, such as 1000"


@pytest.mark.parametrize("typed", ["1.000", "1,000"])
def test_a_thousand_counted_is_not_booked_as_one(
    admin_client: Client, product: Product, warehouse: Warehouse, typed: str
) -> None:
    stock(product, warehouse, 1000)
    romanian = {"Accept-Language": "ro"}
    assert "1.000" in admin_client.get(page_of(product), headers=romanian).text
    translation.activate("en")  # a request leaves its language behind
    given = {"warehouse": warehouse.pk, "way": "total", "units": typed, "reason": "Count"}
    answer = admin_client.post(
        reverse("admin:inventory_product_adjust", args=[product.pk]),
        {"key": "k", **{f"adjust-{name}": value for name, value in given.items()}},
        follow=True,
    )

    assert StockLevel.objects.get(product=product).on_hand == 1000
    assert REMEDY in answer.text
    assert f'value="{typed}"' in answer.text


def test_a_thousand_on_an_asn_is_not_sent_as_one(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 5000)
    order = make_order(warehouse, {product: 1234}, number="SO-BIG")
    name = f"line_{order.lines.get().pk}"
    answer = admin_client.post(page("notify", order), {"key": "k", name: "1.000", "is_meant": "on"})

    assert not order.asns.exists()
    assert REMEDY in answer.text
    assert 'value="1.000"' in answer.text


def test_a_thousand_ordered_from_a_supplier_is_not_one(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    url = reverse("admin:inventory_purchaseorder_add")
    [formset] = admin_client.get(url).context["inline_admin_formsets"]
    prefix = formset.formset.prefix
    given = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 0, "0-product": product.pk, "0-ordered": "1.000"}
    answer = admin_client.post(
        url,
        {
            "number": "PO-1",
            "supplier": "Acme",
            "warehouse": warehouse.pk,
            **{f"{prefix}-{name}": value for name, value in given.items()},
        },
    )

    assert not PurchaseOrder.objects.exists()
    assert REMEDY in answer.text
    assert 'value="1.000"' in answer.text


def test_a_thousand_produced_is_not_one(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    url = reverse("admin:inventory_product_record_production", args=[product.pk])
    given = {"warehouse": warehouse.pk, "produced": "1.000", "consumed": "0", "document": ""}
    answer = admin_client.post(url, {"key": "k", **given})

    assert not Movement.objects.exists()
    assert REMEDY in answer.text
