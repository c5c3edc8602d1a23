"""Orders as people work on them: picked, shipped and told by keyboard on a phone; canceled ones
found by the banner and archived together."""

from __future__ import annotations

import os
from pathlib import Path

from django.urls import reverse

from desk.cells import list_of, page_of
from inventory.models import StockLevel
from orders.models import Asn, SalesOrder
from tests.browser.screen import PHONE, Opener, Screen
from tests.browser.shop import Shop

LOOKS = os.environ.get("STOCKCAST_LOOKS", "")


def look(window: Screen, name: str) -> None:
    """A picture for whoever builds these pages, where one is asked for."""
    if LOOKS:
        Path(LOOKS).mkdir(parents=True, exist_ok=True)
        window.page.screenshot(path=f"{LOOKS}/{name}.png", full_page=True)


def fits(window: Screen) -> bool:
    width = window.page.viewport_size["width"]  # type: ignore[index]
    return int(window.page.evaluate("document.documentElement.scrollWidth")) <= width


def go_on(window: Screen, key: str = "Enter") -> None:
    """Press a key that leads to another page."""
    with window.page.expect_navigation():
        window.page.keyboard.press(key)
    window.page.wait_for_load_state("networkidle")


def scanned(window: Screen, code: str) -> None:
    """What a scanner does: keys, and Enter."""
    window.page.keyboard.type(code)
    window.page.keyboard.press("Enter")


def ship_by_scanner(window: Screen, order: SalesOrder) -> None:
    """From the queue to the parcel; one unit too many is refused."""
    window.open(reverse("admin:orders_work_ship"))
    assert order.number in window.page.inner_text("#content")
    assert fits(window)
    look(window, "queue-phone")
    assert window.page.evaluate("document.activeElement.id") == "order-number"
    window.page.keyboard.type(order.number)
    go_on(window)
    window.page.wait_for_selector("#scan[data-ready]")
    for _ in range(4):
        scanned(window, "HS-101")
    scanned(window, "5*HS-101")
    window.page.get_by_text("put it back").wait_for()
    scanned(window, "8*HS-102")
    window.page.get_by_text("12 of 60 units").first.wait_for()
    assert fits(window)
    look(window, "pick-phone")
    scanned(window, "STOCKCAST-DONE")
    notice = reverse("admin:orders_work_notify", args=[order.pk])
    window.page.wait_for_url(f"**{notice}**")
    window.page.wait_for_load_state("networkidle")
    assert dict(order.lines.values_list("product__sku", "shipped"))["HS-102"] == 8


def tell_the_channel(window: Screen) -> None:
    """The ASN with the tracking number that was scanned."""
    assert "Sending frees 12 units" in window.page.inner_text("#content")
    assert fits(window)
    look(window, "notify-phone")
    assert window.page.evaluate("document.activeElement.name") == "tracking_number"
    window.page.keyboard.type("1Z999AA10123456784")
    go_on(window)
    assert Asn.objects.values_list("status", "tracking_number").get() == (
        "sent",
        "1Z999AA10123456784",
    )


def test_an_order_is_picked_shipped_and_told_by_keyboard_on_a_phone(
    screen: Opener,
    shop: Shop,
) -> None:
    window = screen(viewport=PHONE, color_scheme="dark")
    order = SalesOrder.objects.get(number="SO-1042")
    ship_by_scanner(window, order)
    tell_the_channel(window)
    assert StockLevel.objects.get(product=shop.products[1], warehouse__code="main").committed == 0

    pages = {"order": page_of(order), "asn": page_of(Asn.objects.get())}
    pages |= {"orders": list_of(SalesOrder), "asns": list_of(Asn)}
    for name, address in pages.items():
        window.open(address)
        assert fits(window), name
        look(window, f"{name}-phone")
    window.open(page_of(order))
    assert "It holds 48 units" in window.page.inner_text("#content")
    assert window.troubles == []


def test_canceled_orders_are_archived_from_the_banner(
    screen: Opener,
    shop: Shop,
) -> None:
    window = screen()
    gone = SalesOrder.objects.get(number="SO-1044")
    window.open(list_of(SalesOrder))
    assert "1 canceled order still counts 3 units" in window.page.inner_text("#content")
    look(window, "orders")
    window.page.emulate_media(color_scheme="dark")
    look(window, "orders-dark")
    window.open(page_of(SalesOrder.objects.get(number="SO-1043")))
    assert "Short: HS-100, 12 of 15 at Main" in window.page.inner_text("#content")
    assert "Listings it holds down" in window.page.inner_text("#content")
    look(window, "order-dark")
    window.page.emulate_media(color_scheme="light")
    look(window, "order")
    window.open(page_of(gone))
    window.page.get_by_role("link", name="Archive", exact=False).first.click()
    window.page.get_by_text("Frees 3 units").wait_for()
    window.picture("order-archive")

    window.open(list_of(SalesOrder))
    window.page.get_by_role("link", name="Archive them…").focus()
    go_on(window)
    assert "Harbour Street Store" in window.page.inner_text("#content")
    look(window, "clear")
    window.page.get_by_role("button", name="Archive 1 order").focus()
    go_on(window)
    window.picture("cleared")
    gone.refresh_from_db()
    assert gone.archived_at is not None
    window.open(list_of(SalesOrder))
    assert "still counts" not in window.page.inner_text("#content")
    assert window.troubles == []
