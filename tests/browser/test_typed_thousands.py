"""Typed by hand, a thousand as the page shows it stands where it was typed, with the remedy beside
it; digits are taken as ever, on a phone with a pad for them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from desk.cells import page_of
from inventory.models import PurchaseOrder, StockLevel, Warehouse
from tests.browser.screen import DESKTOP, PHONE, Opener
from tests.factories import make_product, make_purchase_order, stock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
UNITS = "#id_adjust-units"


@pytest.mark.parametrize(("language", "typed"), [("ro", "1.000"), ("en", "1,000")])
def test_a_thousand_typed_by_hand_is_refused_and_digits_are_taken(
    screen: Opener, warehouse: Warehouse, language: str, typed: str
) -> None:
    mug = make_product(sku="MUG-1", name="Blue mug")
    stock(mug, warehouse, 1200)
    window = screen(viewport=DESKTOP, locale=language)
    window.open(page_of(mug))
    window.page.check("#id_adjust-way_1")
    window.page.click(UNITS)
    window.page.keyboard.type(typed, delay=40)
    window.page.fill("#id_adjust-reason", "Count")
    with window.page.expect_navigation():
        window.page.press("#id_adjust-reason", "Enter")

    assert StockLevel.objects.get(product=mug).on_hand == 1200
    assert window.page.input_value(UNITS) == typed

    window.page.fill(UNITS, "1000")
    with window.page.expect_navigation():
        window.page.press("#id_adjust-reason", "Enter")

    assert StockLevel.objects.get(product=mug).on_hand == 1000


def test_a_line_of_an_order_keeps_what_it_does_not_take(
    screen: Opener, warehouse: Warehouse
) -> None:
    order = make_purchase_order(warehouse, {make_product(): 10})
    window = screen(viewport=PHONE)
    window.open(reverse("admin:inventory_purchaseorder_change", args=[order.pk]))
    units = window.page.locator("[name=lines-0-ordered]")

    assert units.get_attribute("inputmode") == "numeric"

    units.fill("1,000")
    with window.page.expect_navigation():
        units.press("Enter")

    assert units.input_value() == "1,000"
    assert window.page.get_by_text("digits alone, such as 1000").is_visible()
    assert PurchaseOrder.objects.get().lines.get().ordered == 10
