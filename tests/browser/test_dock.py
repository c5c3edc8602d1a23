"""At the dock, what is too many is seen at once, and stays seen when the page comes back."""

from __future__ import annotations

from django.urls import reverse

from inventory import receiving
from inventory.models import Warehouse
from tests.browser.scanner import ready, said
from tests.browser.screen import PHONE, Opener
from tests.browser.test_scan_press import write
from tests.factories import make_product, make_purchase_order
from tests.orders.factories import make_order

SEND = ".sc-scan-send"


def test_too_many_at_a_line_is_said_and_fills_no_other(
    screen: Opener, warehouse: Warehouse
) -> None:
    mug, cup = make_product(sku="MUG-1", name="Blue mug"), make_product(sku="CUP-7", name="Cup")
    coming = make_purchase_order(warehouse, {mug: 6, cup: 15}, number="PO-1")
    receiving.open_order(coming)
    line = make_order(warehouse, {mug: 2}, number="SO-1").lines.get()
    window = screen(viewport=PHONE)
    window.open(reverse("admin:orders_work_crossdock", args=[coming.pk]))
    ready(window)
    write(window, f"[name=line_order-{line.pk}]", "5")
    window.page.keyboard.press("Enter")
    said(window, "only 2 awaited")

    def is_seen() -> None:
        assert window.page.inner_text("#scan-total") == "5 of 21 units: 3 too many"
        assert "is-danger" in (window.page.get_attribute(".sc-bar", "class") or "")
        width = "parseFloat(document.getElementById('scan-bar').style.width)"
        assert 9 < window.page.evaluate(width) < 10  # 2 of 21

    is_seen()
    with window.page.expect_navigation():
        window.page.click(SEND)
    ready(window)
    assert "SO-1 lacks 2 of MUG-1; 5 were entered." in window.page.inner_text("#scan-refused")
    assert "correct what is said above" in window.page.inner_text("#scan-last")
    is_seen()

    write(window, f"[name=line_order-{line.pk}]", "2")
    write(window, f"[name=line_stock-{mug.pk}]", "3")
    with window.page.expect_navigation():
        window.page.click(SEND)
    received = "Received. 2 units went to orders. 3 units went to stock."
    assert received in window.page.inner_text("body")
    assert window.troubles == []
