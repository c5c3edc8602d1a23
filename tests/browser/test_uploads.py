"""Files in and out, as a person meets them: a list taken out, mended, brought in and applied."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.urls import reverse

from desk.cells import list_of, page_of
from inventory.models import Product, StockLevel, Warehouse
from syncjobs import hints
from syncjobs.models import Upload
from syncjobs.uploads import working
from tests.browser.screen import PHONE, Opener, Screen
from tests.browser.shop import Shop
from tests.factories import make_products
from tests.inventory.filing import csv_bytes
from tests.syncjobs.uploading import take

ROWS = [
    ["HS-100", "Blue mug", "4006381333931", "yes", "no"],
    ["HS-101", "Cake stand, two tiers", "", "yes", "yes"],
    ["HS-102", "", "", "yes", "no"],
    ["HS-103", "Doormat, coir", "4.00638E+12", "yes", "perhaps"],
    ["HS-200", "Oil lamp", "65833254", "yes", "no"],
    ["HS-104", "Enamel jug, large", "12345670", "", ""],
]


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "work", lambda _ids: True)


def look(window: Screen, name: str) -> None:
    """Pictures for whoever wants to look at them."""
    folder = os.environ.get("STOCKCAST_LOOK")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        window.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def fits(window: Screen) -> bool:
    return bool(window.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def bring_in(window: Screen, tmp_path: Path) -> None:
    """By the keyboard alone, but for the file itself."""
    given = tmp_path / "products.csv"
    given.write_bytes(csv_bytes(["sku", "name", "barcode", "is_active", "is_excluded"], *ROWS))
    window.page.get_by_role("radio").first.focus()
    window.page.keyboard.press("Space")
    window.page.set_input_files("#id_file", given)
    look(window, "form")
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Upload and check").press("Enter")
    window.page.wait_for_load_state("networkidle")


def test_a_file_is_looked_at_before_its_good_rows_are_applied(
    screen: Opener, shop: Shop, tmp_path: Path
) -> None:
    window = screen("Warehouse manager")
    window.open(list_of(Product))
    look(window, "products")
    with window.page.expect_download() as taken:
        window.page.get_by_role("link", name="Take this list out as CSV").click()
    lines = Path(taken.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[:2] == ["sku,name,barcode,is_active,is_excluded", "HS-100,Blue mug,,yes,no"]

    window.page.get_by_role("link", name="Bring a file in: Products").click()
    bring_in(window, tmp_path)
    text = window.page.inner_text("#content")
    assert "needs a name" in text
    assert "neither yes nor no" in text
    assert "shortened this number" in text
    window.picture("file-checked")
    window.page.get_by_role("link", name="Changed").click()
    window.page.wait_for_load_state("networkidle")
    struck = window.page.locator(".sc-diff del").all_inner_texts()
    assert "Cake stand, three tiers" in struck
    window.picture("file-changes")
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Apply the 4 good rows").click()
    window.page.wait_for_load_state("networkidle")
    assert "4 rows applied." in window.page.inner_text("#content")
    window.picture("file-applied")
    assert Product.objects.get(sku="HS-200").name == "Oil lamp"
    window.open(list_of(Upload))
    look(window, "list")
    assert window.troubles == []


def test_a_large_file_is_followed_while_it_is_checked_and_applied(
    screen: Opener, warehouse: Warehouse
) -> None:
    rows = [[each.sku, warehouse.code, 7] for each in make_products(working.AT_ONCE + 1)]
    upload = take("opening_stock", csv_bytes(["sku", "warehouse", "quantity"], *rows))
    window = screen()
    window.open(page_of(upload))
    assert "Waiting to be checked" in window.page.inner_text("#content")

    working.work(upload.pk)
    window.page.get_by_role("button", name="Apply 501 changes").click()
    window.page.get_by_text("0 of 501 rows applied").wait_for()
    window.picture("file-under-way")
    working.work(upload.pk)
    window.page.get_by_text("501 rows applied.").wait_for()

    assert StockLevel.objects.filter(on_hand=7).count() == 501
    assert window.troubles == []


def test_files_fit_a_phone_and_the_dark(screen: Opener, shop: Shop, tmp_path: Path) -> None:
    for scheme in ("light", "dark"):
        window = screen(viewport=PHONE, color_scheme=scheme)
        window.open(f"{reverse('admin:syncjobs_upload_add')}?kind=products")
        assert fits(window)
        bring_in(window, tmp_path)
        assert fits(window)
        look(window, f"phone-{scheme}")
        window.open(list_of(Upload))
        assert fits(window)
        assert window.troubles == []
    wide = screen(color_scheme="dark")
    wide.open(page_of(Upload.objects.latest("pk")))
    look(wide, "dark")
    wide.open(reverse("admin:syncjobs_upload_add"))
    look(wide, "form-dark")
    assert wide.troubles == []
