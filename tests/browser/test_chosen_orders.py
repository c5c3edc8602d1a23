"""Chosen orders: seen first what it frees and whom it tells, then done; and a number that was sent
before under an answer that got lost."""

from __future__ import annotations

import os
from pathlib import Path

from django.urls import reverse

from desk.cells import list_of, page_of
from orders import asn
from orders.models import Asn, SalesOrder
from tests.browser.looking import look as looked_at
from tests.browser.screen import PHONE, Opener, Screen, turn
from tests.browser.shop import Shop

LOOKS = os.environ.get("STOCKCAST_LOOKS", "")


def look(window: Screen, name: str) -> None:
    """A picture for whoever builds these pages, where one is asked for."""
    if LOOKS:
        Path(LOOKS).mkdir(parents=True, exist_ok=True)
        window.page.screenshot(path=f"{LOOKS}/{name}.png", full_page=True)


def fits(window: Screen) -> bool:
    return bool(window.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_chosen_orders_are_archived_after_a_look_at_what_that_means(
    screen: Opener, shop: Shop
) -> None:
    window = screen()
    window.open(list_of(SalesOrder))
    window.page.check("#action-toggle")
    window.page.select_option("select[name=action]", "archive")
    with window.page.expect_navigation():
        window.page.locator("button[name=index]").click()
    window.page.wait_for_load_state("networkidle")
    text = window.page.inner_text("#content")
    assert "Archive orders" in text
    assert not SalesOrder.objects.exclude(archived_at=None).exists()
    look(window, "chosen")
    window.picture("archive-chosen")
    turn(window.page, "dark")
    look(window, "chosen-dark")
    window.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert fits(window)
    look(window, "chosen-phone")
    window.page.get_by_role("button", name="Archive them").focus()
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    window.page.wait_for_load_state("networkidle")
    assert fits(window)
    look(window, "chosen-done-phone")
    assert not SalesOrder.objects.filter(archived_at=None).exists()
    assert window.troubles == []


def test_chosen_asns_are_sent_after_a_look_at_what_that_means(screen: Opener, shop: Shop) -> None:
    orders = SalesOrder.objects.order_by("pk")
    drafts = asn.draft_all([*orders.values_list("pk", flat=True)])
    twice = asn.draft(orders[0].pk, dict(orders[0].lines.values_list("pk", "ordered")))
    window = screen()
    window.open(list_of(Asn))
    window.page.check("#action-toggle")
    window.page.select_option("select[name=action]", "send_chosen")
    with window.page.expect_navigation():
        window.page.locator("button[name=index]").click()
    window.settle()
    assert f"delete the draft\t1\t{twice}" in window.page.inner_text("#content")
    assert not Asn.objects.exclude(sent_at=None).exists()
    assert looked_at(window, "send-chosen") == []
    window.page.get_by_role("button", name=f"Send them ({len(drafts)})").focus()
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    window.settle()
    assert looked_at(window, "send-chosen-done") == []
    assert set(Asn.objects.exclude(sent_at=None).values_list("pk", flat=True)) == set(drafts)
    assert window.troubles == []


def test_other_numbers_under_a_key_that_did_its_work_are_refused_beside_what_was_typed(
    screen: Opener, shop: Shop
) -> None:
    window = screen()
    order = SalesOrder.objects.get(number="SO-1042")
    line = order.lines.order_by("pk").first()
    assert line is not None
    key, asked = "", reverse("admin:orders_salesorder_ship", args=[order.pk])
    for units in ("1", "2"):
        window.open(page_of(order))
        window.page.locator(f'[hx-get*="{asked}"]').first.click()
        window.page.wait_for_selector("#modal-content #dialog")
        box = window.page.locator("#modal-content input[name=key]")
        key = key or box.input_value()
        box.evaluate("(box, key) => { box.value = key }", key)
        window.page.fill(f"#modal-content input[name=line_{line.pk}]", units)
        submit = window.page.locator("#modal-content button[type=submit]")
        if units == "2":
            submit.click()
            break
        with window.page.expect_navigation():
            submit.click()
        window.settle()
        line.refresh_from_db()
        assert line.shipped == 1, window.page.inner_text("body")
    window.page.get_by_text("was sent from this page before").wait_for()
    look(window, "dialog-refused")
    assert window.page.input_value(f"#modal-content input[name=line_{line.pk}]") == "2"
    assert window.page.input_value("#modal-content input[name=key]") != key
    line.refresh_from_db()
    assert line.shipped == 1
