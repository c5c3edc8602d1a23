"""A person corrects stock and sees, without doing anything, what became of it at the channel."""

from __future__ import annotations

import os
from pathlib import Path

from django.db.models import F
from django.utils import timezone

from channels.models import Channel, Communicated, ListingLevel
from desk.cells import list_of, page_of
from inventory import ledger
from inventory.models import Product, StockLevel, Warehouse
from tests.browser.screen import PHONE, Opener, Screen
from tests.browser.shop import Shop
from tests.store import sync

LOOK = os.environ.get("STOCKCAST_LOOK")


def look(window: Screen, name: str) -> None:
    """Keep what is to be seen, where somebody asked to look."""
    if LOOK:
        window.page.screenshot(path=Path(LOOK) / f"{name}.png", full_page=True)


def fits(window: Screen) -> bool:
    width: int = window.page.evaluate("document.documentElement.scrollWidth")
    return width <= PHONE["width"]


def test_both_ways_to_adjust_say_what_they_would_make(screen: Opener, shop: Shop) -> None:
    window, product = screen(), shop.products[3]
    main = Warehouse.objects.get(code="main")
    before = StockLevel.objects.get(product=product, warehouse=main).on_hand
    window.open(page_of(product))
    window.page.click("a[href$='/adjust_stock/']")
    window.page.wait_for_function("document.activeElement.id === 'id_adjust-units'")
    window.page.select_option("#id_adjust-warehouse", str(main.pk))
    window.page.focus("#id_adjust-units")
    window.page.keyboard.type("25")
    window.page.locator("#adjust-sum-change", has_text=f"{before} + 25 = {before + 25}").wait_for()
    window.page.locator("#adjust-sum-total", has_text="counted 25:").wait_for()
    assert window.page.is_checked("#id_adjust-way_0")
    look(window, "adjusting")
    window.page.check("#id_adjust-way_1")
    window.page.locator("#adjust-foretold", has_text=f"{before} → 25").wait_for()
    look(window, "adjusting-total")
    window.page.keyboard.press("ArrowLeft")
    window.page.locator("#adjust-foretold", has_text=f"→ {before + 25}").wait_for()
    assert window.troubles == []


def test_a_correction_is_followed_until_every_channel_shows_it(screen: Opener, shop: Shop) -> None:
    window, product = screen(), shop.products[3]
    window.open(page_of(product))
    window.page.fill("#id_adjust-units", "25")
    window.page.fill("#id_adjust-reason", "Found")
    window.page.clock.install()
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")

    told = window.page.locator("#told-here")
    told.locator("[data-follow-waiting]").wait_for()
    said = told.locator("[role=status]")
    said.filter(has_text="on its way").wait_for(state="attached")
    look(window, "following")
    sync(shop.channel)
    window.page.clock.run_for(3000)
    told.locator("[data-follow-said]", has_text="It arrived").wait_for()
    said.filter(has_text="It arrived").wait_for(state="attached")
    assert told.locator("[data-follow-waiting]").count() == 0
    look(window, "followed")
    assert window.troubles == []


def test_following_grows_slower_and_ends_after_some_minutes(screen: Opener, shop: Shop) -> None:
    window, product = screen(viewport=PHONE, color_scheme="dark"), shop.products[3]
    main = Warehouse.objects.get(code="main")
    ledger.adjust(main.pk, [(product.pk, 1)], ledger.Cause(note="found"))
    window.page.clock.install()
    window.open(page_of(product))
    tired = window.page.locator("#told-here [data-follow-tired]")
    assert not tired.is_visible()
    for _ in range(60):
        window.page.clock.run_for(10_000)
        if tired.is_visible():
            break
        window.page.wait_for_load_state("networkidle")
    assert tired.is_visible()
    passed = window.page.evaluate("performance.now()")
    assert 300_000 <= passed < 600_000  # an answer may take one step of this clock
    assert fits(window)
    look(window, "tired-phone-dark")

    tired.get_by_role("link", name="Look again").click()
    window.page.locator("#told-here [data-follow-waiting]").wait_for(state="visible")
    sync(shop.channel)
    window.page.clock.run_for(3000)
    window.page.locator("#told-here [data-follow-said]", has_text="It arrived").wait_for()
    assert window.troubles == []


def test_what_is_taken_and_not_shown_yet_is_followed_on_and_its_clocks_go(
    screen: Opener, shop: Shop
) -> None:
    window, product = screen(), shop.products[3]
    levels = ListingLevel.objects.filter(listing__product=product)
    levels.update(pushed_version=F("stale_version"), acknowledged_at=timezone.now())
    assert levels.update(told=F("acknowledged"), told_at=timezone.now())
    window.page.clock.install()
    window.open(page_of(product))
    told = window.page.locator("#told-here")
    told.locator("[data-follow-said]", has_text="not show it yet").wait_for()
    window.page.clock.run_for(25_000)
    look(window, "unconfirmed")
    told.locator("td time[data-ago]", has_text="seconds ago").first.wait_for()
    levels.update(told=None, told_at=None)
    window.page.clock.run_for(30_000)
    told.locator("[data-follow-said]", has_text="It arrived").wait_for()
    assert told.locator("[data-follow-on]").count() == 0
    window.page.clock.run_for(130_000)
    told.locator("td time[data-ago]", has_text="minutes ago").first.wait_for()
    assert window.troubles == []


def test_the_drawer_and_the_page_of_a_row_follow_it(screen: Opener, shop: Shop) -> None:
    window, product = screen(), shop.products[4]
    main = Warehouse.objects.get(code="main")
    ledger.adjust(main.pk, [(product.pk, 5)], ledger.Cause(note="found"))
    assert Channel.objects.get(pk=shop.channel.pk).is_updated_on_change
    window.page.clock.install()
    window.open(list_of(Communicated, q=product.sku))
    look(window, "list-since")
    window.page.locator("tr.data-row", has_text="Shop").first.locator("th a, td a").first.click()
    drawer = window.page.locator("#sc-drawer")
    drawer.locator("[data-follow-waiting]").wait_for()
    look(window, "drawer-following")
    sync(shop.channel)
    window.page.clock.run_for(3000)
    drawer.locator("[data-follow-said]", has_text="acknowledged this number").wait_for()
    look(window, "drawer-followed")
    assert Product.objects.get(pk=product.pk).is_active
    assert window.troubles == []
