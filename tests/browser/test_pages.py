"""Every page of the admin, by day and in the dark, at a desk and on a phone: usable by everybody
(WCAG AA, as axe judges it), never wider than the window, no error on the console, nothing fetched
from elsewhere.

STOCKCAST_SCREENSHOTS=1 also writes the pictures of docs/screenshots and their gallery.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from channels.models import Communicated, Listing, Location
from desk.cells import list_of, page_of
from inventory.models import Product, Warehouse
from orders.models import SalesOrder
from syncjobs.models import Run
from tests.acceptance import gallery, pages
from tests.acceptance.matrix import MATRIX
from tests.acceptance.pages import Page
from tests.browser.looking import look
from tests.browser.screen import Opener
from tests.browser.shop import Shop
from tests.pretend import World

ROOMS = ["home", "inventory", "work", "orders", "channels", "syncjobs", "partners", "people"]
PEOPLE = {"auth", "django_celery_beat"}
FRAGMENTS = {
    "apply",
    "count_sheet",
    "counting_code",
    "decide",
    "discard",
    "export",
    "filling_code",
    "foretell",
    "progress",
    "progresses",
    "receiving_code",
    "refused",
    "template",
    "work_crossdock_lookup",
    "work_pick_lookup",
}
"""Files, answers to scripts, and what is only posted to."""
ALIKE = {"history": "inventory.product", "delete": "inventory.transfer"}
"""Django's pages that differ in nothing but names: one of each is looked at."""
WORK = {
    "inventory.purchaseorder:receive_scanned": "receive",
    "inventory.stocktake:count_scanned": "count",
    "inventory.stocktake:review_counts": "review",
    "inventory.transfer:fill_scanned": "transfer-fill",
    "orders.salesorder:work_crossdock": "cross-dock",
    "orders.salesorder:work_ship": "ship-queue",
    "orders.salesorder:work_pick": "pick",
    "orders.salesorder:work_notify": "notify",
}
"""What is done with a scanner in hand, and what its pictures are called."""
ELSEWHERE = {
    "inventory.transfer:receive_scanned": "of a transfer under way: tests/browser/test_work.py",
    "syncjobs.processlog:reason": "of a reason that there is, below",
    "orders.salesorder:chosen": "of orders that were chosen: tests/browser/test_chosen_orders.py",
}
TABS = ["orders", "incoming", "ledger", "told", "label"]


@pytest.fixture
def house(shop: Shop) -> Shop:
    """The shop, with a record of every other kind."""
    world = World(
        channel=shop.channel,
        location=Location.objects.get(channel=shop.channel, name="Shop"),
        warehouse=Warehouse.objects.get(code="main"),
        products=shop.products[3:],  # the first one is oversold already
    )
    gallery.hang(world)
    return shop


def is_page(page: Page) -> bool:
    """Whether an administrator gets a page to see there, that none of the others shows."""
    if page.name in FRAGMENTS or f"{page.kind}:{page.name}" in ELSEWHERE or pages.is_dialog(page):
        return False
    if page.kind != ALIKE.get(page.name, page.kind):
        return False
    return "A" in MATRIX[page.kind].may(page.name)


def room_of(page: Page) -> str:
    app = page.kind.partition(".")[0]
    if f"{page.kind}:{page.name}" in WORK:
        return "work"
    return "people" if app in PEOPLE else app


def called(page: Page) -> str:
    """Its picture's name."""
    kind = page.kind.partition(".")[2]
    names = {"changelist": f"{kind}-list", "change": kind} | {
        "clear": "archive-canceled",
        "reasons": "reasons",
        "new_key": "new-key",
    }
    ours = WORK.get(f"{page.kind}:{page.name}")
    return ours or names.get(page.name) or f"{kind}-{page.name.replace('_', '-')}"


def more(room: str, shop: Shop) -> Iterator[tuple[str, str]]:
    """Pages of a room that no kind of record has, or that show something special."""
    if room == "home":
        yield "dashboard", reverse("admin:index")
        yield "explanation", page_of(shop.row(1))
        yield "communicated-differs", list_of(Communicated, differs="yes")
        now = timezone.localtime().strftime("%Y-%m-%dT%H:%M:%S")
        yield "communicated-as-of", list_of(Communicated, as_of=now)
        yield "explanation-as-of", f"{page_of(shop.row(1))}?as_of={now}"
        yield "password-change", reverse("admin:password_change")
        yield "second-factor", reverse("second-factor")
    elif room == "work":
        yield "warehouse-work", reverse("work")
        yield "put-away", reverse("work-put-away")
        yield "stocktake-start", reverse("work-stocktake")
        yield "transfer-start", reverse("work-transfer")
    elif room == "orders":
        yield "order", page_of(SalesOrder.objects.get(number="SO-1043"))
    elif room == "syncjobs":
        yield "reason", reverse("admin:syncjobs_processlog_reason", args=["not_matched"])
        yield "run-finished", page_of(Run.objects.get(pk=shop.run.pk))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("room", ROOMS)
def test_every_page_is_for_everybody(screen: Opener, house: Shop, room: str) -> None:
    here = [page for page in pages.every() if is_page(page) and room_of(page) == room]
    own = [(called(page), page.address) for page in here]
    window = screen()
    wrong = []

    for name, address in [*own, *more(room, house)]:
        window.open(address)
        # What leads on to another page is looked at there.
        if urlsplit(window.page.url).path == urlsplit(address).path:
            wrong += look(window, name)

    assert wrong == []
    assert window.troubles == []


def test_what_is_no_page_of_its_own_still_exists() -> None:
    """Who renames a page must not take it out of sight."""
    found = {f"{page.kind}:{page.name}" for page in pages.every()}

    assert {*WORK, *ELSEWHERE} <= found
    assert {page.name for page in pages.every()} >= FRAGMENTS


def test_what_opens_on_a_page_is_for_everybody(screen: Opener, house: Shop) -> None:
    window = screen()
    product = house.products[3]
    window.open(page_of(product))
    wrong = []
    for tab in TABS:
        window.page.click(f".sc-tabs a[href='#{tab}']")
        window.page.locator(f"#panel-{tab}").wait_for(state="visible")
        window.settle()
        wrong += look(window, f"product-{tab}")
    window.open(list_of(Communicated))
    row = window.page.locator("tr.data-row", has_text="HS-101").first
    row.locator("td.field-show_available").click()
    window.page.locator("#sc-drawer .sc-lead").wait_for()
    wrong += look(window, "communicated-drawer")
    window.open(page_of(product))
    window.page.get_by_role("link", name="Record production").click()
    window.page.wait_for_selector("#modal-content #dialog")
    wrong += look(window, "dialog")

    assert wrong == []
    assert window.troubles == []


ASKED = {
    "confirm-and-send": (Communicated, "confirm_and_send"),
    "product-exclude": (Product, "exclude_from_sync"),
    "sync-to-channel": (Product, "sync_to_channel"),
    "update-quantities": (Listing, "update_quantities"),
    "put-into-list": (Listing, "put_into_list"),
}
"""Actions that show a page before anything is done."""


def test_what_is_asked_before_many_are_changed_is_for_everybody(
    screen: Opener, house: Shop
) -> None:
    window = screen()
    wrong = []
    for name, (model, action) in ASKED.items():
        window.open(list_of(model))
        window.page.check("#action-toggle")
        window.page.select_option("select[name=action]", action)
        with window.page.expect_navigation():
            window.page.locator("button[name=index]").click()
        window.settle()
        wrong += look(window, name)

    assert wrong == []
    assert window.troubles == []


def test_closed_doors_and_the_way_in_are_for_everybody(screen: Opener, house: Shop) -> None:
    manager = screen("Warehouse manager")
    stranger = screen()
    stranger.page.context.clear_cookies()
    wrong = []
    for window, name, address, status in [
        (manager, "may-not", list_of(Run), 403),
        (manager, "not-there", "/nothing/here/", 404),
        (manager, "not-readable", f"{list_of(Product)}?q=%00", 400),
        (stranger, "login", reverse("admin:login"), 200),
    ]:
        window.open(address, status)
        wrong += look(window, name)
    stranger.page.set_content(render_to_string("500.html"))
    wrong += look(stranger, "fault")

    assert wrong == []
    assert stranger.troubles == []
    assert all("the server responded with a status of 4" in each for each in manager.troubles)
