"""A number typed at a line and then, at once, the button: the first press sends the sheet, whatever
the page has to say about the number; and it does so where no script runs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from inventory import receiving
from inventory.models import Receipt, Warehouse
from tests.browser.scanner import ready
from tests.browser.screen import DESKTOP, PHONE, Opener, Screen
from tests.browser.test_work import opened
from tests.factories import make_product, make_purchase_order
from tests.orders.factories import make_order

SEND = ".sc-scan-send"


def sheet(
    screen: Opener, warehouse: Warehouse, size: dict[str, int], **options: bool
) -> tuple[Screen, str, str]:
    """The receiving screen, and the selectors of two lines of which 10 and 3 are awaited."""
    mug = make_product(sku="MUG-1", name="Blue mug", barcode="4006381333931")
    cup = make_product(sku="CUP-7", name="Espresso cup, porcelain")
    order = opened(warehouse, mug, cup)
    window = screen(viewport=size, **options)
    window.open(reverse("admin:inventory_purchaseorder_receive_scanned", args=[order.pk]))
    ready(window)
    return window, f"[name=line_{mug.pk}]", f"[name=line_{cup.pk}]"


def write(window: Screen, line: str, text: str) -> None:
    """As a person does, who stays at the line."""
    window.page.click(line)
    window.page.keyboard.press("Control+A")
    window.page.keyboard.type(text, delay=60)


def press(window: Screen) -> None:
    """The button down and up again where it was seen, as a hand does."""
    button = window.page.locator(SEND)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    window.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 4)
    window.page.mouse.down()
    window.page.wait_for_timeout(80)
    window.page.mouse.up()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_first_press_after_a_number_sends(
    screen: Opener, warehouse: Warehouse, size: dict[str, int]
) -> None:
    window, mug, cup = sheet(screen, warehouse, size)
    write(window, cup, "9")
    press(window)
    window.page.wait_for_selector("#scan-refused")
    ready(window)
    assert window.page.input_value(cup) == "9"
    assert not Receipt.objects.exists()

    # From line to line by the mouse, what was written is taken in all the same.
    write(window, cup, "2")
    write(window, mug, "10")
    press(window)
    window.page.wait_for_url("**/receipt/**")
    assert Receipt.objects.get().lines.count() == 2
    assert window.troubles == []


def test_so_does_the_keyboard(screen: Opener, warehouse: Warehouse) -> None:
    window, _mug, cup = sheet(screen, warehouse, DESKTOP)
    for number in ("9", "8", "3"):
        write(window, cup, number)
        if number == "9":
            window.page.keyboard.press("Enter")
            window.page.focus(cup)
        while not window.page.evaluate(f"document.activeElement.matches('{SEND}')"):
            window.page.keyboard.press("Tab")
        with window.page.expect_navigation():
            window.page.keyboard.press("Enter")
        window.settle()
    assert Receipt.objects.get().lines.get().quantity == 3
    assert window.troubles == []


def test_a_tap_by_finger_sends_too(screen: Opener, warehouse: Warehouse) -> None:
    window, _mug, cup = sheet(screen, warehouse, PHONE, has_touch=True)
    write(window, cup, "9")
    button = window.page.locator(SEND)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    session = window.page.context.new_cdp_session(window.page)
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] - 4}
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    window.page.wait_for_selector("#scan-refused")
    assert window.troubles == []


def test_without_any_script_the_dock_takes_what_is_right_and_keeps_what_is_not(
    screen: Opener, warehouse: Warehouse
) -> None:
    mug = make_product(sku="MUG-1", name="Blue mug")
    coming = make_purchase_order(warehouse, {mug: 8}, number="PO-1")
    receiving.open_order(coming)
    lines = [make_order(warehouse, {mug: units}).lines.get() for units in (5, 6)]
    older, later = (f"[name=line_order-{line.pk}]" for line in lines)
    window = screen(viewport=PHONE, java_script_enabled=False)
    window.open(reverse("admin:orders_work_crossdock", args=[coming.pk]))
    assert window.page.is_hidden("#scan-code")  # nothing would hear it
    window.page.fill(older, "1")
    window.page.fill(later, "3")
    window.page.click(SEND)
    told = window.page.inner_text("#scan-refused")
    assert "has waited longer and is owed 3 more" in told
    assert [window.page.input_value(each) for each in (older, later)] == ["1", "3"]
    window.page.fill(older, "4")
    window.page.fill(later, "0")
    window.page.click(SEND)
    window.page.wait_for_url("**sent=**")
    assert [line.order.lines.get().shipped for line in lines] == [4, 0]
