"""Warehouse work with a keyboard and a scanner alone, on a phone: what was scanned survives, what
does not belong is refused, and the ledger has it in the end."""

from __future__ import annotations

import os
from pathlib import Path

from django.urls import reverse

from desk.cells import page_of
from inventory import receiving
from inventory.models import (
    Movement,
    Product,
    PurchaseOrder,
    Receipt,
    StockLevel,
    Stocktake,
    Warehouse,
)
from tests.browser.looking import look as looked_at
from tests.browser.scanner import finish, ready, said, scan
from tests.browser.screen import PHONE, SETTLED, Opener, Screen
from tests.factories import make_product, make_purchase_order, make_warehouse, stock


def fits(window: Screen) -> None:
    assert window.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def look(window: Screen, name: str) -> None:
    """Keep a picture where one is asked for by STOCKCAST_LOOK."""
    if folder := os.environ.get("STOCKCAST_LOOK"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        window.page.wait_for_function(SETTLED)
        window.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def opened(warehouse: Warehouse, mug: Product, cup: Product) -> PurchaseOrder:
    order = make_purchase_order(warehouse, {mug: 10, cup: 3}, number="PO-2026-000117")
    receiving.open_order(order)
    return order


def test_a_purchase_order_is_received_by_keyboard_alone_on_a_phone(  # noqa: PLR0915 - one story
    screen: Opener,
    warehouse: Warehouse,
) -> None:
    mug = make_product(sku="MUG-1", name="Blue mug", barcode="4006381333931")
    cup = make_product(sku="CUP-7", name="Espresso cup, porcelain")
    make_product(sku="LAMP-2", name="Lamp", barcode="5901234123457")
    order = opened(warehouse, mug, cup)
    window = screen(viewport=PHONE, color_scheme="dark")
    window.open(reverse("work"))
    fits(window)
    look(window, "work-phone-dark")
    window.page.keyboard.type("po-2026-000117")
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    ready(window)

    scan(window, "]E04006381333931", "1/10")
    scan(window, "8*mug-1", "9/10")
    scan(window, "5901234123457", "LAMP-2 is not on PO-2026-000117")
    assert "is-bad" in (window.page.get_attribute("#scan-last", "class") or "")
    look(window, "receive-phone-refused")
    scan(window, "2*4006381333931", "only 1 awaited")
    scan(window, "cup-7", "1/3")
    window.page.keyboard.press("Backspace")
    said(window, "Taken back: CUP-7")
    scan(window, "cup-7", "1/3")

    window.page.reload()
    ready(window)
    assert "Scans: 3" in window.page.inner_text("#scan-last")
    assert window.page.input_value(f"[name=line_{mug.pk}]") == "9"
    scan(window, "cup-7", "2/3")
    fits(window)
    look(window, "receive-phone")
    assert not Receipt.objects.exists()
    finish(window)

    assert "11 units received" in window.page.inner_text("#content")
    fits(window)
    look(window, "receipt-phone")
    assert looked_at(window, "receipt-scanned") == []
    units = dict(StockLevel.objects.values_list("product__sku", "on_hand"))
    assert units == {"MUG-1": 9, "CUP-7": 2}
    window.open(reverse("admin:inventory_purchaseorder_receive_scanned", args=[order.pk]))
    ready(window)
    assert window.page.is_hidden("#scan-unsent")
    assert looked_at(window, "receive-partly") == []
    assert "Ready" in window.page.inner_text("#scan-last")
    assert window.troubles == []


def focused(window: Screen) -> str:
    return str(window.page.evaluate("document.activeElement.id"))


def test_a_tap_on_a_choice_neither_loses_a_scan_nor_sends_the_sheet(  # noqa: PLR0915 - one story
    screen: Opener, warehouse: Warehouse
) -> None:
    mug = make_product(sku="TUB-1", name="Blue tub", barcode="4006381333931")
    cup = make_product(sku="CUP-7", name="Espresso cup, porcelain")
    order = opened(warehouse, mug, cup)
    window = screen(viewport=PHONE)
    window.open(reverse("admin:inventory_purchaseorder_receive_scanned", args=[order.pk]))
    ready(window)
    scan(window, "4006381333931", "1/10")
    window.page.get_by_text("To staging, put away later").click()
    window.page.wait_for_function("() => document.activeElement.id === 'scan-code'")
    scan(window, "4006381333931", "2/10")

    window.page.focus("[name=mode][value=direct]")
    window.page.keyboard.press("Enter")
    assert focused(window) == "scan-code"
    window.page.focus("[name=mode][value=direct]")
    scan(window, "tub-1", "3/10")  # begins like a shortcut of the page, and ends with Enter
    window.page.focus(".sc-scan-send")
    scan(window, "4006381333931", "4/10")
    window.page.evaluate("document.activeElement.blur()")
    scan(window, "tub-1", "5/10")
    assert not Receipt.objects.exists()

    window.page.fill(f"[name=line_{cup.pk}]", "9")
    window.page.keyboard.press("Enter")
    said(window, "only 3 awaited")
    window.page.locator(".sc-scan-send").click()
    window.page.wait_for_selector("#scan-refused")
    ready(window)
    window.page.fill(f"[name=line_{cup.pk}]", "2")
    window.page.keyboard.press("Enter")
    scan(window, "cup-7", "3/3")
    assert window.page.locator("#scan-refused").count() == 0
    finish(window)
    receipt = Receipt.objects.get()
    assert (receipt.mode, window.troubles) == (Receipt.Mode.STAGED, [])


def test_a_stocktake_is_counted_reviewed_and_closed_with_a_difference(  # noqa: PLR0915 - one story
    screen: Opener,
    warehouse: Warehouse,
) -> None:
    mug = make_product(sku="MUG-1", name="Blue mug", barcode="4006381333931")
    cup = make_product(sku="CUP-7", name="Espresso cup, porcelain")
    for product in (mug, cup):
        stock(product, warehouse, 5)
    window = screen()
    window.open(reverse("work"))
    look(window, "work")
    window.open(reverse("work-stocktake"))
    look(window, "stocktake-start")
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Start counting").click()
    ready(window)

    for number in range(1, 4):
        scan(window, "4006381333931", str(number))
    window.page.fill(f"[name=line_{cup.pk}]", "5")
    window.page.keyboard.press("Enter")
    said(window, "CUP-7")
    # A code that went into a line's number by mistake is counted as a scan.
    window.page.focus(f"[name=line_{cup.pk}]")
    scan(window, "4006381333931", "MUG-1")
    assert window.page.input_value(f"[name=line_{cup.pk}]") == "5"
    assert window.page.input_value(f"[name=line_{mug.pk}]") == "4"
    look(window, "count")
    assert looked_at(window, "count-under-way") == []
    # So is one that looks like a number, when it came as fast as only a scanner types.
    window.page.focus(f"[name=line_{cup.pk}]")
    scan(window, "99999", "99999")
    assert "is-bad" in (window.page.get_attribute("#scan-last", "class") or "")
    assert window.page.input_value(f"[name=line_{cup.pk}]") == "5"
    finish(window)

    assert "1\nof 2 lines differ" in window.page.inner_text("#content")
    look(window, "review")
    assert looked_at(window, "review-differs") == []
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Close and post the differences").click()

    assert Stocktake.objects.get().status == Stocktake.Status.CLOSED
    counts = Movement.objects.filter(reason="count").values_list("product__sku", "delta")
    assert dict(counts) == {"MUG-1": -1, "CUP-7": 0}
    window.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    fits(window)
    look(window, "review-phone")
    assert window.troubles == []


def test_units_are_put_away_and_moved_by_scanner(  # noqa: PLR0915 - one story
    screen: Opener,
    warehouse: Warehouse,
) -> None:
    mug = make_product(sku="MUG-1", name="Blue mug", barcode="4006381333931")
    cup = make_product(sku="CUP-7", name="Espresso cup, porcelain")
    order = opened(warehouse, mug, cup)
    receiving.receive(order, {mug.pk: 2}, Receipt.Mode.STAGED, "first")
    receiving.receive(order, {mug.pk: 3}, Receipt.Mode.STAGED, "second")
    make_warehouse(code="shop", name="Shop")
    window = screen(viewport=PHONE)
    window.open(reverse("work-put-away"))
    ready(window)
    scan(window, "3*mug-1", "3/5")  # two on the first receipt, one on the second
    fits(window)
    look(window, "put-away-phone")
    finish(window)
    assert "3 units put away" in window.page.inner_text("body")

    window.open(reverse("work-transfer"))
    window.page.select_option("#id_source", label="Main")
    window.page.select_option("#id_destination", label="Shop")
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Start scanning").click()
    ready(window)
    scan(window, "4006381333931", "MUG-1")
    scan(window, "mug-1", "2")
    fits(window)
    look(window, "transfer-phone")
    finish(window)
    window.page.get_by_role("link", name="Receive it at the destination").click()
    ready(window)
    scan(window, "2*mug-1", "2/2")
    finish(window)

    rows = StockLevel.objects.filter(product=mug).values_list("warehouse__name", "on_hand")
    assert dict(rows) == {"Main": 1, "Shop": 2}
    assert window.troubles == []


def test_a_draft_says_on_a_phone_that_it_is_opened_and_nothing_lies_beyond_the_edge(
    screen: Opener, warehouse: Warehouse
) -> None:
    mug = make_product(sku="MUG-1", name="Small red mug with white dots, in a box of its own")
    order = make_purchase_order(warehouse, {mug: 12}, number="PO-9")
    window = screen(viewport=PHONE)
    window.open(page_of(order))
    fits(window)
    look(window, "draft-phone")
    beyond = """() => [...document.querySelectorAll('td.field-tabular > div')]
        .filter(each => each.offsetParent && each.getBoundingClientRect().right > innerWidth - 16)
        .map(each => each.parentElement.dataset.label)"""
    assert window.page.evaluate(beyond) == []
    window.page.click(".sc-draft .sc-scan-button")
    window.page.wait_for_selector("#modal-content #dialog")
    look(window, "draft-dialog-phone")
    box = window.page.locator("#modal-content").bounding_box()
    assert box is not None
    assert box["x"] > 8
    assert box["x"] + box["width"] < PHONE["width"] - 8
