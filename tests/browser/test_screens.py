"""The main pages in a real browser: no error on the console, nothing fetched from elsewhere, fit
for a phone and for the dark, and progress that moves by itself.

STOCKCAST_SCREENSHOTS=1 also writes the pictures of docs/screenshots.
"""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from channels.models import Channel, Communicated, Listing, Location, Publication
from desk.cells import list_of, page_of
from inventory import ledger
from inventory.models import Product, PurchaseOrder, PurchaseOrderLine, StockLevel, Warehouse
from orders import intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from syncjobs import hints
from syncjobs.models import ProcessLog, Run
from tests.factories import make_product, make_warehouse, stock
from tests.store import Store, feed, list_at_once, sync

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt install chromium)"),
]

GOODS = [
    "Blue mug",
    "Cake stand, three tiers",
    "Candle, fig",
    "Doormat, coir",
    "Enamel jug",
    "Feeding bowl",
    "Garden lantern",
    "Hook rail",
    "Jam jar set",
    "Linen apron",
    "Paper garland",
    "Tea caddy",
]


SETTLED = "document.getAnimations().every((each) => each.playState !== 'running')"
PICTURED = {"dashboard", "product", "communicated", "explanation", "logs", "channel"}


@dataclass
class Shop:
    """A store that was synced, with something to see on every page."""

    channel: Channel
    products: list[Product]
    run: Run

    def row(self, number: int) -> Communicated:
        return Communicated.objects.filter(product=self.products[number], location__name="Shop")[0]


@pytest.fixture
def shop(
    store: Store, channel: Channel, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    """Twelve products at two warehouses; one oversold, one unmatched, one on hold, one canceled."""
    monkeypatch.setattr(hints, "give", lambda _channel_ids: True)
    Channel.objects.filter(pk=channel.pk).update(name="Harbour Street Store")
    depot = make_warehouse(code="depot", name="Depot")
    feed(channel, "Depot", depot)
    products = [
        make_product(sku=f"HS-{100 + number}", name=name) for number, name in enumerate(GOODS)
    ]
    for number, product in enumerate(products):
        stock(product, warehouse, 12 + 7 * number)
        stock(product, depot, 3 + 5 * number)
    store.add(*[product.sku for product in products[:-1]], location="Shop")
    list_at_once(channel, *products)
    lines = [DraftLine(products[number].pk, warehouse.pk, 4 * number) for number in range(1, 6)]
    intake.place(Draft(number="SO-1042", customer="M. Alder", source="Web", lines=lines))
    oversold = [DraftLine(products[0].pk, warehouse.pk, 15)]
    intake.place(Draft(number="SO-1043", customer="B. Reed", source="Telephone", lines=oversold))
    gone = intake.place(Draft(number="SO-1044", lines=[DraftLine(products[6].pk, warehouse.pk, 3)]))
    intake.cancel(gone.pk)
    Listing.objects.filter(product=products[2]).update(is_excluded=True)
    run = sync(channel)
    _spread_over_the_day()
    ledger.adjust(warehouse.pk, [(products[7].pk, -2)], ledger.Cause(note="broken"))
    return Shop(channel, products, run)


def _spread_over_the_day() -> None:
    """Receipts of one second make a dull chart: pretend that they came hour by hour."""
    for number, receipt in enumerate(Publication.objects.all()):
        hours = datetime.timedelta(hours=(number * number) % 24)
        Publication.objects.filter(pk=receipt.pk).update(answered_at=timezone.now() - hours)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here; as root it can not use its own sandbox."""
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # The driver keeps an event loop in this thread, which is no reason to forbid queries.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@dataclass
class Screen:
    """A page of the admin, and all that went wrong on it."""

    page: Page
    origin: str
    troubles: list[str]

    def open(self, address: str) -> None:
        """Go there and wait until it is still."""
        response = self.page.goto(self.origin + address)
        assert response is not None
        assert response.status == 200, address
        self.page.wait_for_load_state("networkidle")

    def picture(self, name: str) -> None:
        """Keep what is to be seen, when pictures are asked for."""
        if os.environ.get("STOCKCAST_SCREENSHOTS") == "1":
            PICTURES.mkdir(parents=True, exist_ok=True)
            self.page.wait_for_function(SETTLED)
            self.page.screenshot(path=PICTURES / f"{name}.png")


Opener = Callable[..., Screen]


@pytest.fixture
def screen(browser: Browser, live_server: LiveServer, client: Client) -> Iterator[Opener]:
    """Opens a window, logged in as an administrator."""
    client.force_login(User.objects.create_superuser("ana"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    contexts = []

    def show(**options: Any) -> Screen:
        context = browser.new_context(**{"viewport": DESKTOP} | options)
        contexts.append(context)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        return _watched(context.new_page(), live_server.url)

    yield show
    for context in contexts:
        context.close()


def _watched(page: Page, origin: str) -> Screen:
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))

    def said(message: Any) -> None:
        if message.type == "error":
            troubles.append(f"{page.url}: {message.text}")

    def asked(request: Any) -> None:
        host = urlsplit(request.url).netloc
        if host and host != urlsplit(origin).netloc:
            troubles.append(f"{page.url} asks {host}")

    page.on("console", said)
    page.on("request", asked)
    return Screen(page, origin, troubles)


def pages(shop: Shop) -> dict[str, str]:
    return {
        "dashboard": reverse("admin:index"),
        "product": page_of(shop.products[1]),
        "communicated": list_of(Communicated),
        "explanation": page_of(shop.row(1)),
        "run": page_of(shop.run),
        "logs": list_of(ProcessLog),
        "channel": page_of(shop.channel),
        "listings": list_of(Listing),
        "locations": list_of(Location),
        "stock-levels": list_of(StockLevel),
    }


def test_the_main_pages_render_without_a_complaint(screen: Opener, shop: Shop) -> None:
    window = screen()

    for name, address in pages(shop).items():
        window.open(address)
        if name in PICTURED:
            window.picture(name)

    assert window.troubles == []


@pytest.mark.parametrize("name", ["dashboard", "communicated", "explanation", "run", "product"])
def test_a_page_fits_a_phone_in_the_dark(screen: Opener, shop: Shop, name: str) -> None:
    window = screen(viewport=PHONE, color_scheme="dark")

    window.open(pages(shop)[name])

    width = window.page.evaluate("document.documentElement.scrollWidth")
    background = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert width <= PHONE["width"]
    assert background not in {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
    assert window.troubles == []
    if name in {"dashboard", "communicated"}:
        window.picture(f"{name}-phone")


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
        "document.querySelector('[data-field=sent]').textContent === '1200'"
    )
    assert window.page.evaluate("window.isTheSamePage") is True
    assert "2721 of 4070" in window.page.inner_text("#run-progress")
    assert window.page.get_attribute(".sc-bar", "aria-valuenow") == "66"
    window.picture("run")

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
    window.picture("confirm-and-send")

    window.page.get_by_role("button", name="Confirm and send").click()
    window.page.wait_for_load_state("load")

    assert Run.objects.filter(kind=Run.Kind.BULK, requested_by="ana").count() == 1
    assert "Started: this page follows it." in window.page.inner_text("body")
    assert window.troubles == []


@pytest.mark.parametrize("width", [390, 768, 1024, 1280, 1440])
@pytest.mark.parametrize("kind", ["order", "purchase order", "channel"])
def test_the_title_of_a_page_is_read_beside_or_above_its_actions(
    screen: Opener, shop: Shop, warehouse: Warehouse, kind: str, width: int
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
    window = screen(viewport={"width": width, "height": 900})

    window.open(page_of(thing))

    crumb = window.page.evaluate(
        """() => {
            const crumb = document.querySelector("#header-inner h1 > :last-child");
            const within = document.querySelector("#header-inner h1").getBoundingClientRect();
            const box = crumb.getBoundingClientRect();
            return {
                missing: crumb.scrollWidth - crumb.clientWidth,
                beyond: Math.max(0, box.right - within.right),
                wide: document.documentElement.scrollWidth - window.innerWidth,
            };
        }"""
    )
    assert crumb == {"missing": 0, "beyond": 0, "wide": 0}
    assert window.troubles == []
