"""Communicate inventory as people use it: quick filters, the drawer by mouse and by keyboard, a
past moment; in the light, in the dark, and on a phone."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils import timezone

from channels.models import Communicated
from desk.cells import list_of, page_of
from tests.browser.screen import PHONE, Opener, Screen
from tests.browser.shop import Shop

PICTURES = os.environ.get("STOCKCAST_LOOK", "")


def look(window: Screen, name: str) -> None:
    """Keep a picture, when somebody wants to look."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        window.page.screenshot(path=f"{PICTURES}/{name}.png")


def is_drawn(window: Screen) -> bool:
    return bool(window.page.evaluate("document.getElementById('sc-drawer').open"))


def wide(window: Screen) -> int:
    return int(window.page.evaluate("document.documentElement.scrollWidth"))


def test_why_is_answered_beside_the_list_by_mouse_and_by_keyboard(
    screen: Opener,
    shop: Shop,
) -> None:
    window = screen()
    window.page.set_viewport_size({"width": 1366, "height": 850})
    window.open(list_of(Communicated))
    look(window, "list")
    overflow = window.page.evaluate(
        "(table => table.scrollWidth - table.parentElement.clientWidth)"
        "(document.getElementById('result_list'))"
    )
    assert overflow <= 0, "every column is to be seen at 1366 px"
    row = window.page.locator("tr.data-row", has_text="HS-101").first
    row.locator("td.field-show_available").click()
    window.page.locator("#sc-drawer .sc-lead").wait_for()
    assert "in stock in" in window.page.inner_text("#sc-drawer .sc-lead")
    look(window, "drawer")
    window.page.keyboard.press("Escape")
    assert not is_drawn(window)
    focused = window.page.evaluate("document.activeElement.textContent.trim()")
    assert "HS-101" in focused
    window.page.keyboard.press("Enter")
    window.page.locator("#sc-drawer a[data-drawer]", has_text="30 days").click()
    window.page.locator("#sc-drawer a[aria-current]", has_text="30 days").wait_for()
    window.page.locator("#sc-drawer [data-close]").click()
    assert not is_drawn(window)
    window.page.get_by_role("link", name="Needs attention").click()
    window.page.wait_for_load_state("networkidle")
    assert window.page.locator(".sc-chips a[aria-current]").inner_text() == "Needs attention"
    assert window.page.locator("tr.data-row").count() >= 1
    assert window.troubles == []


def test_a_past_moment_is_shown_with_a_way_back_to_now(
    screen: Opener,
    shop: Shop,
) -> None:
    window = screen(color_scheme="dark")
    window.open(list_of(Communicated))
    look(window, "list-dark")
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M:%S")
    window.page.fill("#id_as_of", now)
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Show", exact=True).click()
    window.page.wait_for_load_state("networkidle")
    assert "As it was on" in window.page.inner_text("#content")
    look(window, "then-dark")
    window.page.locator("tr.data-row").first.locator("td.field-show_available").click()
    window.page.locator("#sc-drawer .sc-lead").wait_for()
    assert "As it was on" in window.page.inner_text("#sc-drawer")
    look(window, "drawer-dark")
    window.page.keyboard.press("Escape")
    window.page.get_by_role("link", name="Back to now").first.click()
    window.page.wait_for_load_state("networkidle")
    assert "As it was on" not in window.page.inner_text("#content")
    window.page.fill("#id_as_of", "2999-01-01T08:30:15")
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    window.page.wait_for_load_state("networkidle")
    assert "is to come" in window.page.inner_text("#id_as_of_error")
    assert window.page.input_value("#id_as_of") == "2999-01-01T08:30:15"
    look(window, "then-refused")
    assert window.troubles == []


def test_the_list_and_the_drawer_fit_a_phone(
    screen: Opener,
    shop: Shop,
) -> None:
    window = screen(viewport=PHONE)
    window.open(list_of(Communicated))
    assert wide(window) <= PHONE["width"]
    look(window, "phone")
    row = window.page.locator("tr.data-row").first.bounding_box()
    assert row is not None
    assert row["height"] < 200, "a row is a few lines, not a screen"
    window.page.locator("tr.data-row").first.locator("td.field-show_available").click()
    window.page.locator("#sc-drawer .sc-lead").wait_for()
    look(window, "phone-drawer")
    drawer = window.page.evaluate(
        "(({scrollWidth, clientWidth}) => scrollWidth - clientWidth)"
        "(document.getElementById('sc-drawer'))"
    )
    assert drawer <= 0
    window.open(page_of(shop.row(1)))
    assert wide(window) <= PHONE["width"]
    assert window.troubles == []
