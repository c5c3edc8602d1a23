"""A number typed at a line and, at once, another button than the one that sends, or a press whose
end no page is told: the number is there before anything happens, once, and never lost."""

from __future__ import annotations

import pytest

from inventory.models import Warehouse
from tests.browser.scanner import ready, said, scan
from tests.browser.screen import DESKTOP, Opener, Screen
from tests.browser.test_scan_press import sheet, write

KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('stockcast.scan|'))"
PRESS = "new MouseEvent('mousedown', {bubbles: true, button: 0, buttons: 1})"
ENDS = {
    "contextmenu": "document.body.dispatchEvent(new Event('contextmenu', {bubbles: true}))",
    "pointercancel": "document.body.dispatchEvent(new Event('pointercancel', {bubbles: true}))",
    "let go outside": "document.body.dispatchEvent(new MouseEvent('mousemove', {bubbles: true}))",
    "another window": "window.dispatchEvent(new Event('blur'))",
    "another tab": "document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))",
    "gone": "window.dispatchEvent(new Event('pagehide'))",
    "a key": "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'F2'}))",
}


def press(window: Screen, what: str) -> None:
    """Down and up again where the button was seen, as a hand does."""
    button = window.page.locator(what)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    window.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    window.page.mouse.down()
    window.page.wait_for_timeout(80)
    window.page.mouse.up()


def test_taking_back_the_last_takes_back_the_number_just_typed_and_no_scan_before_it(
    screen: Opener, warehouse: Warehouse
) -> None:
    window, mug, cup = sheet(screen, warehouse, DESKTOP)
    scan(window, "mug-1", "1/10")
    write(window, cup, "2")
    press(window, "#scan-undo")
    said(window, "Taken back: CUP-7")
    assert [window.page.input_value(each) for each in (mug, cup)] == ["1", ""]

    press(window, "#scan-undo")
    said(window, "Taken back: MUG-1")
    assert window.page.is_disabled("#scan-undo")  # it was counted once
    assert window.troubles == []


def test_a_sheet_that_is_forgotten_right_after_typing_stays_forgotten(
    screen: Opener, warehouse: Warehouse
) -> None:
    window, mug, cup = sheet(screen, warehouse, DESKTOP)
    scan(window, "mug-1", "1/10")
    write(window, cup, "2")
    window.page.on("dialog", lambda dialog: dialog.accept())
    with window.page.expect_navigation():
        press(window, "#scan-forget")
    ready(window)
    assert [window.page.input_value(each) for each in (mug, cup)] == ["", ""]
    assert window.page.evaluate(KEPT) == []
    assert window.troubles == []


@pytest.mark.parametrize("end", ENDS)
def test_a_number_waits_for_no_press_whose_end_is_not_told(
    screen: Opener, warehouse: Warehouse, end: str
) -> None:
    window, mug, cup = sheet(screen, warehouse, DESKTOP)
    window.page.evaluate(f"document.body.dispatchEvent({PRESS})")
    window.page.focus(mug)
    window.page.keyboard.insert_text("5")
    window.page.focus(cup)
    assert window.page.evaluate(KEPT) == []  # the button may still be down

    window.page.evaluate(ENDS[end])
    assert len(window.page.evaluate(KEPT)) == 1
    said(window, "5/10")
    window.page.evaluate("document.body.dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    assert window.page.inner_text("#scan-unsent").startswith("Not sent yet, scans: 1.")


def test_nor_does_a_scan_lose_it_after_the_other_button(
    screen: Opener, warehouse: Warehouse
) -> None:
    window, mug, _cup = sheet(screen, warehouse, DESKTOP)
    window.page.hover("#scan-total")
    window.page.mouse.down(button="right")
    window.page.focus(mug)
    window.page.keyboard.insert_text("5")
    window.page.focus("#scan-code")
    said(window, "5/10")  # no other button clicks, so nothing waited
    scan(window, "mug-1", "6/10")
    assert window.page.input_value(mug) == "6"
    window.page.mouse.up(button="right")
    assert window.troubles == []
