"""What moves by itself or leads on, in a real browser: progress, confirmations, titles."""

from __future__ import annotations

import pytest
from django.utils import timezone

from channels.models import Communicated, Listing
from desk.cells import list_of, page_of
from inventory.models import PurchaseOrder, PurchaseOrderLine, Warehouse
from orders.models import SalesOrder
from syncjobs.models import Run
from tests.browser.screen import Opener
from tests.browser.shop import Shop


def test_a_run_is_followed_without_reloading_and_left_alone_at_its_end(
    screen: Opener, shop: Shop
) -> None:
    run = Run.objects.create(
        channel=shop.channel,
        kind=Run.Kind.HARD,
        trigger=Run.Trigger.PERSON,
        requested_by="ana",
        status=Run.Status.RUNNING,
        total=4070,
        sent=310,
        started_at=timezone.now(),
    )
    window = screen()
    window.open(page_of(run))
    window.page.evaluate("window.isTheSamePage = true")

    Run.objects.filter(pk=run.pk).update(sent=1200, unchanged=1500, skipped=21)
    window.page.wait_for_function(
        "document.querySelector('[data-field=sent]').textContent === '1,200'"
    )
    assert window.page.evaluate("window.isTheSamePage") is True
    assert "2,721 of 4,070" in window.page.inner_text("#run-progress")
    assert window.page.get_attribute(".sc-bar", "aria-valuenow") == "66"
    window.picture("run-under-way")

    Run.objects.filter(pk=run.pk).update(status=Run.Status.FINISHED, ended_at=timezone.now())
    window.page.wait_for_function("window.isTheSamePage === undefined")
    window.page.wait_for_load_state("networkidle")
    assert "FINISHED" in window.page.inner_text("#run-progress").upper()
    assert window.page.get_attribute("#run-progress", "data-url") is None
    assert window.troubles == []


def test_a_channel_is_ticked_and_tested_by_hand(screen: Opener, shop: Shop) -> None:
    window = screen()
    window.open(page_of(shop.products[1]))
    window.page.get_by_label("Harbour Street Store").first.uncheck()
    window.page.get_by_role("button", name="Save", exact=True).click()
    window.page.wait_for_load_state("networkidle")
    assert not Listing.objects.get(product=shop.products[1]).is_ticked

    window.open(page_of(shop.channel))
    window.page.get_by_text("Test connection").click()
    window.page.get_by_role("button", name="Test now").click()
    window.page.get_by_text("Connected to").wait_for()

    assert window.troubles == []


def test_a_confirmation_shows_the_changes_and_leads_to_the_run(screen: Opener, shop: Shop) -> None:
    window = screen()
    window.open(list_of(Communicated))
    window.page.check("#action-toggle")
    window.page.select_option("select[name=action]", "confirm_and_send")
    window.page.locator("button[name=index]").click()
    window.page.wait_for_load_state("networkidle")
    assert "Largest changes" in window.page.inner_text("#content")

    window.page.get_by_role("button", name="Confirm and send").click()
    window.page.wait_for_load_state("load")

    assert Run.objects.filter(kind=Run.Kind.BULK, requested_by="ana").count() == 1
    assert "Started: this page follows it." in window.page.inner_text("body")
    assert window.troubles == []


@pytest.mark.parametrize("kind", ["order", "purchase order", "channel"])
def test_the_title_of_a_page_is_read_beside_or_above_its_actions(
    screen: Opener, shop: Shop, warehouse: Warehouse, kind: str
) -> None:
    purchase = PurchaseOrder.objects.create(
        number="PO-2026-000117", warehouse=warehouse, status=PurchaseOrder.Status.OPEN
    )
    PurchaseOrderLine.objects.create(purchase_order=purchase, product=shop.products[0], ordered=5)
    thing = {
        "order": SalesOrder.objects.get(number="SO-1042"),
        "purchase order": purchase,
        "channel": shop.channel,
    }[kind]
    window = screen(viewport={"width": 390, "height": 900})

    window.open(page_of(thing))

    for width in (390, 768, 1024, 1280, 1440):
        window.page.set_viewport_size({"width": width, "height": 900})
        crumb = window.page.evaluate(CRUMB)
        assert crumb == {"missing": 0, "beyond": 0, "wide": 0}, f"{width} pixels wide"
    assert window.troubles == []


CRUMB = """() => {
    const crumb = document.querySelector("#header-inner h1 > :last-child");
    const within = document.querySelector("#header-inner h1").getBoundingClientRect();
    const box = crumb.getBoundingClientRect();
    return {
        missing: crumb.scrollWidth - crumb.clientWidth,
        beyond: Math.max(0, box.right - within.right),
        wide: document.documentElement.scrollWidth - window.innerWidth,
    };
}"""
"""What of a page's title is cut off, out of its box, or makes the page wider than the window."""
