"""The partner API's page in a real browser: nothing fetched from elsewhere, no error, and a key
that is put in there calls."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from inventory.models import Product
from tests.api import make_api

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt install chromium)"),
]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    # Playwright runs an event loop in this thread; the tests' own queries are not asynchronous.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def test_a_partner_reads_and_tries_the_api_in_a_browser(
    server: str, page: Page, product: Product
) -> None:
    asked: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(f"{server}/api/docs")
    page.get_by_text("Repeating safely.").wait_for()

    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_label("auth-bearer-value").fill(make_api().text)
    page.locator(".auth-btn-wrapper").get_by_text("Authorize", exact=True).click()
    page.locator(".auth-btn-wrapper").get_by_text("Close", exact=True).click()

    page.locator("#operations-tag-products").click()
    page.locator("#operations-products-products_list .opblock-summary-control").click()
    listed = page.locator("#operations-products-products_list")
    listed.get_by_role("button", name="Try it out").click()
    listed.get_by_role("button", name="Execute").click()
    listed.locator(".live-responses-table").get_by_text(product.name).first.wait_for()

    assert set(asked) <= {urlsplit(server).netloc, ""}
    assert troubles == []
