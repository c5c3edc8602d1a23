"""The page of one product, from question to answer, and a change of many seen before it is made."""

from __future__ import annotations

import os
from pathlib import Path

from django.urls import reverse

from channels.models import Channel, Listing, Location, Publication
from desk.cells import list_of, page_of
from inventory import bundles
from inventory.models import Product, StockLevel, Warehouse
from orders.models import SalesOrder
from tests.browser.screen import PHONE, Opener, Screen
from tests.browser.shop import Shop
from tests.factories import make_product, make_purchase_order

LOOK = os.environ.get("STOCKCAST_LOOK")
TABS = ["orders", "incoming", "ledger", "told", "label"]


def look(window: Screen, name: str) -> None:
    """Keep what is to be seen, where somebody asked to look."""
    if LOOK:
        window.page.screenshot(path=Path(LOOK) / f"{name}.png", full_page=True)


def tab(window: Screen, key: str) -> str:
    """Open a tab; returns what it says."""
    window.page.click(f".sc-tabs a[href='#{key}']")
    panel = window.page.locator(f"#panel-{key}")
    panel.wait_for(state="visible")
    return panel.inner_text()


def fits(window: Screen) -> bool:
    width: int = window.page.evaluate("document.documentElement.scrollWidth")
    return width <= PHONE["width"]


def test_a_product_is_understood_and_corrected_on_one_page(  # noqa: PLR0915 - one story
    screen: Opener,
    shop: Shop,
) -> None:
    window, product = screen(), shop.products[3]
    main = Warehouse.objects.get(code="main")
    order = make_purchase_order(main, {product: 40}, number="PO-77")
    order.status = "open"
    order.save()
    before = StockLevel.objects.get(product=product, warehouse=main).on_hand

    window.open(page_of(product))
    look(window, "product")
    window.page.evaluate("window.scrollTo(0, 0)")
    told = window.page.locator("#told-here tbody tr").all()
    assert len(told) == 2
    folded = window.page.locator("#submit-row").bounding_box()
    for row in told:
        place = row.bounding_box()
        assert place is not None
        assert folded is not None
        assert place["y"] + place["height"] < folded["y"], "not seen without scrolling"
    for key in TABS:
        tab(window, key)
        look(window, f"product-{key}")
    assert "SO-1042" in tab(window, "orders")
    assert "PO-77" in tab(window, "incoming")
    assert "Opening stock" in tab(window, "ledger")

    receipt = Publication.objects.filter(level__listing__product=product)[0]
    window.open(page_of(receipt))
    look(window, "publication")
    assert receipt.level.listing.item_id in window.page.locator("pre").first.inner_text()
    whole = window.page.locator("details pre")
    assert not whole.is_visible()
    window.page.get_by_text("Whole message to the channel").click()
    assert len(whole.inner_text()) > len(window.page.locator("pre").first.inner_text())
    window.open(page_of(product))

    window.page.select_option("#id_adjust-warehouse", str(main.pk))
    window.page.focus("#id_adjust-units")
    window.page.keyboard.type("-5")
    foretold = window.page.locator("#adjust-foretold")
    foretold.get_by_text(f"{before} → {before - 5}").wait_for()
    assert "Harbour Street Store, Shop" in foretold.inner_text()
    window.page.keyboard.press("Tab")
    assert "*" in window.page.inner_text("label[for=id_adjust-reason]")
    window.page.keyboard.press("Enter")  # no reason yet: the page itself says so, at once
    assert window.page.evaluate("document.activeElement.validity.valueMissing")
    assert f"{before} → {before - 5}" in foretold.inner_text()
    window.page.keyboard.type("Broken")
    look(window, "product-adjusting")
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    window.page.wait_for_load_state("networkidle")
    assert f"{before} → {before - 5} in stock" in window.page.inner_text("body")
    assert StockLevel.objects.get(product=product, warehouse=main).on_hand == before - 5
    assert window.troubles == []


def test_a_bundle_and_a_mistake_on_a_phone_in_the_dark(
    screen: Opener,
    shop: Shop,
) -> None:
    window, product = screen(viewport=PHONE, color_scheme="dark"), shop.products[4]
    box = make_product(sku="BOX", name="Gift box")
    bundles.compose(box.pk, {product.pk: 2, shop.products[5].pk: 1})

    window.open(page_of(box))
    assert "limits the bundle" in window.page.inner_text("#content")
    assert fits(window)
    window.picture("product-bundle")

    window.open(page_of(product))
    assert fits(window)
    look(window, "product-phone")
    window.page.fill("#id_adjust-units", "-99999")
    window.page.fill("#id_adjust-reason", "Broken")
    window.page.locator("#adjust-foretold").get_by_text("may not go below zero").wait_for()
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    window.page.wait_for_load_state("networkidle")
    assert window.page.input_value("#id_adjust-units") == "-99999"
    assert window.page.locator(".sc-adjust-units [role=alert]").is_visible()
    # The answer says again what would happen, though nothing was typed anew.
    window.page.locator("#adjust-foretold").get_by_text("may not go below zero").wait_for()
    for key in TABS:
        tab(window, key)
        assert fits(window), key
    look(window, "product-phone-label")
    window.open(reverse("admin:inventory_product_label", args=[product.pk]) + "?copies=3")
    assert window.page.locator("section.label").count() == 3
    look(window, "label")
    assert window.troubles == []


def test_many_products_are_archived_only_after_the_preview(
    screen: Opener,
    shop: Shop,
) -> None:
    window = screen()
    window.open(list_of(Product))
    window.page.check("#action-toggle")
    window.page.select_option("select[name=action]", "archive")
    with window.page.expect_navigation():
        window.page.locator("button[name=index]").click()
    window.page.wait_for_load_state("networkidle")

    said = window.page.inner_text("#content")
    assert "told no more" in said
    assert not Product.objects.filter(is_active=False).exists()
    window.picture("preview-archive")
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Confirm", exact=True).click()
    window.page.wait_for_load_state("networkidle")
    assert "12 products changed" in window.page.inner_text("body")
    assert not Product.objects.filter(is_active=True).exists()
    assert Listing.objects.filter(is_ticked=True).count() == 12
    assert window.troubles == []


def test_a_new_channel_says_what_is_left_to_do_and_a_mapping_is_seen_first(
    screen: Opener,
    shop: Shop,
) -> None:
    new = Channel.objects.create(kind=shop.channel.kind, name="Second store", is_active=False)
    window = screen()
    window.open(page_of(new))
    assert "First steps" in window.page.inner_text("#content")
    window.picture("channel-first-steps")
    window.open(page_of(shop.channel))
    assert "First steps" not in window.page.inner_text("#content")
    look(window, "channel")

    place = Location.objects.get(channel=shop.channel, name="Depot")
    window.open(page_of(place))
    look(window, "location")
    for box in window.page.locator("input[name=warehouses]:checked").all():
        box.uncheck()
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Save", exact=True).click()
    window.page.wait_for_load_state("networkidle")
    assert "It would pause and ask" in window.page.inner_text("#content")
    window.picture("preview-mapping")
    with window.page.expect_navigation():
        window.page.get_by_role("link", name="Back").click()
    window.page.wait_for_load_state("networkidle")
    assert window.page.locator("input[name=warehouses]:checked").count() == 0
    assert Location.objects.get(pk=place.pk).warehouses.count() == 1
    for name, address in {
        "listing": page_of(Listing.objects.filter(product=shop.products[3])[0]),
        "listings": list_of(Listing),
        "channels": list_of(Channel),
        "locations": list_of(Location),
    }.items():
        window.open(address)
        look(window, name)
    assert window.troubles == []


def test_pages_of_channel_and_location_fit_a_phone_in_the_dark(
    screen: Opener,
    shop: Shop,
) -> None:
    window = screen(viewport=PHONE, color_scheme="dark")
    for name, address in {
        "channel-phone": page_of(shop.channel),
        "location-phone": page_of(Location.objects.filter(channel=shop.channel)[0]),
        "listing-phone": page_of(Listing.objects.filter(product=shop.products[11])[0]),
    }.items():
        window.open(address)
        look(window, name)
        assert fits(window), name
    assert window.troubles == []


def test_lists_on_a_phone_have_a_title_and_labels_that_begin_with_a_capital(
    screen: Opener, shop: Shop
) -> None:
    window = screen(viewport=PHONE)
    titles = {}
    for model in (SalesOrder, Listing):
        window.open(list_of(model))
        assert fits(window)
        look(window, f"{model.__name__.lower()}s-phone")
        titles[model] = window.page.locator("#header-inner h1 > a:visible").all_inner_texts()
        labels = window.page.evaluate(
            "[...document.querySelectorAll('#result_list [data-label]')]"
            ".map(each => each.dataset.label)"
        )
        assert labels
        assert all(label == label[:1].upper() + label[1:] for label in labels)
    expected = {SalesOrder: "Sales orders", Listing: "Listings"}
    assert titles == {model: [title] for model, title in expected.items()}


def test_an_adjustment_that_was_typed_is_not_lost_by_saving_the_page(
    screen: Opener, shop: Shop
) -> None:
    window, product = screen(), shop.products[3]
    window.open(page_of(product))
    window.page.fill("#id_adjust-units", "5")
    window.page.get_by_role("button", name="Save", exact=True).click()

    window.page.get_by_text("you typed an adjustment that was not made yet").wait_for()
    assert window.page.input_value("#id_adjust-units") == "5"
    window.page.fill("#id_adjust-units", "")
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Save", exact=True).click()
    assert window.troubles == []
