"""The first page, process logs, reasons and runs in a real browser: seen, pressed, by keyboard."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils import timezone

from channels.models import Channel, ChannelOrder, ListingLevel
from desk.cells import list_of, page_of
from inventory.models import PurchaseOrder, PurchaseOrderLine, Warehouse
from syncjobs.models import Finding, Oversell, ProcessLog, Run
from tests.browser.screen import PHONE, Opener, Screen
from tests.browser.shop import Shop

HOME = reverse("admin:index")
LOGS = list_of(ProcessLog)
REASONS = reverse("admin:syncjobs_processlog_reasons")


def fill(shop: Shop, warehouse: Warehouse) -> Run:
    """Something of everything; returns a run that waits for approval."""
    level = ListingLevel.objects.filter(listing__product=shop.products[4])[0]
    other = ListingLevel.objects.filter(listing__product=shop.products[5])[0]
    for each, cause in ((level, "rejected"), (other, "edit")):
        Finding.objects.create(channel=shop.channel, level=each, cause=cause, shown=4, should=9)
    ListingLevel.objects.filter(pk=other.pk).update(told=9, told_at=timezone.now())
    Oversell.objects.filter(closed_at=None).update(channel=shop.channel)
    ChannelOrder.objects.create(
        channel=shop.channel,
        external_id="gid-1",
        number="#1007",
        reason="not_matched",
        updated_at=timezone.now(),
    )
    for code, level_, product in (
        ("rate_limited", "warning", shop.products[0]),
        ("untracked", "warning", shop.products[1]),
        ("untracked", "warning", shop.products[2]),
        ("item_missing", "error", shop.products[3]),
    ):
        ProcessLog.objects.create(
            channel=shop.channel,
            run=shop.run,
            product=product,
            sku=product.sku,
            code=code,
            level=level_,
            message="The channel answered 429" if code == "rate_limited" else "",
        )
    ProcessLog.objects.create(
        channel=shop.channel, code="not_matched", level="error", message="Order #1007: no such item"
    )
    late = timezone.localdate() - datetime.timedelta(days=2)
    order = PurchaseOrder.objects.create(
        number="PO-77", warehouse=warehouse, status="open", expected_on=late
    )
    PurchaseOrderLine.objects.create(purchase_order=order, product=shop.products[0], ordered=40)
    return Run.objects.create(
        channel=shop.channel,
        kind=Run.Kind.DUE,
        trigger=Run.Trigger.CHANGE,
        status=Run.Status.PAUSED,
        total=40,
        sent=28,
        held=12,
        started_at=timezone.now() - datetime.timedelta(seconds=14),
        ended_at=timezone.now(),
        preview={
            "why": "12 of 40 products would be set to 0, more than the 30 % allowed in an hour.",
            "zeros": 12,
            "ups": 0,
            "downs": 0,
            "held": [level.pk],
            "top": [
                {"sku": p.sku, "location_id": level.location_id, "before": 12, "after": 0}
                for p in shop.products[:3]
            ],
        },
    )


def is_within(window: Screen, width: int) -> bool:
    """Whether the page needs no scrolling sideways."""
    return bool(window.page.evaluate("document.documentElement.scrollWidth") <= width)


def test_the_first_page_leads_where_it_points(
    screen: Opener,
    shop: Shop,
    warehouse: Warehouse,
) -> None:
    fill(shop, warehouse)
    window = screen()
    window.open(HOME)
    page = window.page

    assert "Needs you" in page.inner_text("#content")
    spot = page.locator(".sc-spots a").first
    spot.focus()
    assert page.evaluate("document.activeElement.closest('.sc-spots') !== null")
    assert spot.get_attribute("title") == spot.inner_text()
    window.picture("dashboard-busy")
    page.locator(".sc-details summary").first.click()
    assert page.locator(".sc-details table").first.is_visible()
    with page.expect_navigation():
        page.get_by_role("link", name="7 days").click()
    assert page.locator(".sc-switch [aria-current]").inner_text() == "7 days"
    with page.expect_navigation():
        page.get_by_role("link", name="a run waits for your approval").click()
    assert "Do you mean these zeros?" in page.inner_text("#content")
    window.picture("run-paused")
    assert window.troubles == []


def test_a_search_is_understood_narrowed_and_retried(
    screen: Opener,
    shop: Shop,
    warehouse: Warehouse,
) -> None:
    fill(shop, warehouse)
    window = screen()
    window.open(LOGS)
    page = window.page
    page.fill("#searchbar", "harbour HS-101 tracked")
    with page.expect_navigation():
        page.press("#searchbar", "Enter")
    assert page.locator(".sc-tokens li").count() == 3
    assert page.locator("#result_list tbody tr").count() == 1
    window.picture("logs-searched")
    with page.expect_navigation():
        page.get_by_role("link", name="Remove Product HS-101").click()
    assert page.locator("#result_list tbody tr").count() == 2
    with page.expect_navigation():
        page.get_by_role("button", name="Retry HS-101").click()
    assert "1 product is sent again." in page.inner_text("body")
    assert Run.objects.get(status="queued").product_ids == [shop.products[1].pk]
    with page.expect_navigation():
        page.get_by_role("link", name="All reasons, and what to do").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Stock is not tracked at the channel").click()
    assert "Track quantity" in page.inner_text("#content")
    assert window.troubles == []


def test_all_of_it_fits_a_phone_in_the_dark(
    screen: Opener,
    shop: Shop,
    warehouse: Warehouse,
) -> None:
    paused = fill(shop, warehouse)
    Channel.objects.filter(pk=shop.channel.pk).update(
        problem_code="unauthorized", problem="The token is not known"
    )
    failed = Run.objects.create(
        channel=shop.channel,
        kind=Run.Kind.HARD,
        trigger=Run.Trigger.PERSON,
        requested_by="ana",
        status=Run.Status.FAILED,
        error_code="unauthorized",
        error="The token is not known",
        started_at=timezone.now(),
        ended_at=timezone.now(),
    )
    window = screen(viewport=PHONE, color_scheme="dark")
    for name, address in {
        "dashboard": HOME,
        "logs": LOGS + "?q=harbour+tracked",
        "reasons": REASONS,
        "run-paused": page_of(paused),
        "run-failed": page_of(failed),
        "drift": list_of(Finding),
        "finding": page_of(Finding.objects.all()[0]),
        "oversells": list_of(Oversell),
        "runs": list_of(Run),
    }.items():
        window.open(address)
        assert is_within(window, PHONE["width"]), name
        if name == "run-failed":
            window.picture(name)
    assert window.troubles == []
