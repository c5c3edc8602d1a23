"""Quantity rules as a person keeps them: a profile with its preview, a selling list, Update Q."""

from __future__ import annotations

from typing import Any, Literal

from django.urls import reverse

from channels.models import Communicated, Listing, Profile, SellingList
from desk.cells import list_of, page_of
from syncjobs.models import Run
from tests.browser.screen import PHONE, Opener, Screen
from tests.browser.shop import Shop
from tests.store import sync


def press(window: Screen, name: str) -> None:
    """Press a button that leads to another page."""
    with window.page.expect_navigation():
        window.page.get_by_role("button", name=name, exact=True).click()
    window.page.wait_for_load_state("networkidle")


def act(window: Screen, action: str, *products: Any) -> None:
    """Choose listings of these products and start an action on them."""
    window.open(list_of(Listing))
    for product in products:
        listing = Listing.objects.get(product=product)
        window.page.check(f"input[name=_selected_action][value='{listing.pk}']")
    window.page.select_option("select[name=action]", action)
    with window.page.expect_navigation():
        window.page.locator("button[name=index]").click()
    window.page.wait_for_load_state("networkidle")


def await_field(window: Screen, field: str, state: Literal["visible", "hidden"]) -> None:
    """The form follows the chosen mode by itself, a moment later."""
    window.page.locator(f"#id_{field}").first.wait_for(state=state)


def make_profile(window: Screen) -> None:
    """“Not more than 10”: only what the mode asks for is shown, and nothing is saved unseen."""
    window.open(reverse("admin:channels_profile_add"))
    await_field(window, "quantity", "hidden")
    window.page.fill("#id_name", "Ten at most")
    window.page.select_option("#id_mode", "single")
    await_field(window, "buffer", "hidden")
    window.page.select_option("#id_mode", "not_more_than")
    window.page.fill("#id_quantity", "10")
    await_field(window, "buffer", "visible")
    press(window, "visibility Preview and save…")
    assert "never more than 10" in window.page.inner_text("#content")
    assert not Profile.objects.exists()
    window.page.get_by_role("link", name="Back").click()
    window.page.wait_for_load_state("networkidle")
    assert window.page.input_value("#id_quantity") == "10"
    await_field(window, "quantity", "visible")
    press(window, "visibility Preview and save…")
    press(window, "Save")
    assert Profile.objects.get().versions.get().quantity == 10


def make_list(window: Screen, shop: Shop) -> SellingList:
    """Two listings in a new list, told what its profile says."""
    window.open(reverse("admin:channels_sellinglist_add"))
    window.page.fill("#id_name", "Gifts")
    window.page.select_option("#id_channel", str(shop.channel.pk))
    window.page.select_option("#id_profile", str(Profile.objects.get().pk))
    press(window, "Save")
    act(window, "put_into_list", *shop.products[3:5])
    window.page.get_by_text("Gifts").first.click()
    press(window, "visibility Preview…")
    assert "Largest changes" in window.page.inner_text("#content")
    window.picture("put-into-list-preview")
    press(window, "Confirm")
    sync(shop.channel)
    return SellingList.objects.get()


def test_a_profile_a_list_and_an_update_from_first_to_last(
    screen: Opener,
    shop: Shop,
) -> None:
    window, chosen = screen(), shop.products[3:5]
    make_profile(window)
    gifts = make_list(window, shop)
    assert gifts.listings.count() == 2
    window.open(page_of(gifts))

    act(window, "update_quantities", *chosen)
    assert "Harbour Street Store · Gifts" in window.page.inner_text("#content")
    press(window, "send Update Q")
    assert Run.objects.filter(requested_by="ana", kind=Run.Kind.BULK).count() == 1
    window.open(list_of(Listing, list=gifts.pk))
    assert "PENDING QTY UPDATE" in window.page.inner_text("#content").upper()
    window.picture("listings-pending")
    window.open(list_of(SellingList))

    sync(shop.channel, Run.Kind.BULK, *chosen)
    window.open(list_of(Communicated, rule=f"list-{gifts.pk}"))
    assert "PENDING" not in window.page.inner_text("#result_list").upper()
    assert Communicated.objects.filter(selling_list=gifts, state="linked").count() == 4
    window.open(page_of(shop.row(3)))
    assert "not more than 10" in window.page.inner_text("#content").lower()
    window.picture("explanation-rule")
    assert window.troubles == []


def test_a_change_of_a_profile_is_seen_before_it_is_saved(
    screen: Opener,
    shop: Shop,
) -> None:
    window = screen()
    make_profile(window)
    profile = Profile.objects.get()
    window.open(reverse("admin:channels_channel_choose_profile", args=[shop.channel.pk]))
    window.page.get_by_text("Ten at most").click()
    press(window, "visibility Preview…")
    press(window, "Save")
    sync(shop.channel)

    window.open(page_of(profile))
    window.page.select_option("#id_mode", "custom")
    window.page.fill("#id_quantity", "25")
    press(window, "visibility Preview and save…")
    assert "may be oversold" in window.page.inner_text("#content")
    window.picture("profile-preview")
    press(window, "send Save and update quantities")
    assert Run.objects.filter(requested_by="ana", kind=Run.Kind.BULK).count() == 1
    window.open(page_of(profile))
    window.open(list_of(Profile))
    assert window.troubles == []


def test_the_form_and_the_preview_fit_a_phone_in_the_dark(
    screen: Opener,
    shop: Shop,
) -> None:
    window = screen(viewport=PHONE, color_scheme="dark")
    make_profile(window)
    window.open(page_of(Profile.objects.get()))

    assert window.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    window.page.fill("#id_quantity", "4")
    press(window, "visibility Preview and save…")
    assert window.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert window.troubles == []
