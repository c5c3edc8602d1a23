"""Partners, their keys and a second factor as a person meets them, by day and in the dark."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Error

from channels.models import Channel
from desk.cells import list_of, page_of
from partners import keys, scopes
from partners.models import ApiKey, Delivery, Event, Partner, Webhook
from tests.browser.screen import PHONE, Opener, Screen
from tests.browser.test_profiles import press
from tests.config.test_second_factor import shown
from tests.factories import make_warehouse

KEY = re.compile(r"sck_[0-9a-f]{8}_[0-9a-f]{64}")


@pytest.fixture
def partner(transactional_db: None) -> Partner:
    """With two keys, a webhook that fails and another that does not, and what they were told."""
    depot, _ = make_warehouse(code="depot", name="Depot"), make_warehouse(code="main", name="Main")
    Channel.objects.create(kind="shopify", name="Harbour Street Store")
    partner = Partner.objects.create(name="Acme Logistics", warehouse_ids=[depot.pk])
    everything = [name for name, _ in scopes.choices()]
    keys.issue(partner, "Nightly import", everything, by="ana")
    old, _ = keys.issue(partner, "Stock display", ["products:read", "stock-levels:read"], by="ana")
    keys.touch(old)
    keys.revoke(keys.issue(partner, "Trial", ["products:read"], by="ana")[0])
    topics = ["order.placed", "asn.sent"]
    for number, url in enumerate(["https://acme.example/hooks", "https://old.acme.example/hook"]):
        webhook = Webhook.objects.create(partner=partner, url=url, topics=topics)
        for order in range(3):
            resource = f"sales-order:{order + 1}"
            data = {"number": f"SO-{1042 + order}", "lines": [{"sku": "MUG-1", "quantity": 2}]}
            event = Event.objects.create(topic="order.placed", resource=resource, data=data)
            Delivery.objects.create(
                webhook=webhook,
                event=event,
                resource=resource,
                status=["delivered", "given_up"][number],
                attempts=1 + 15 * number,
                answered=[200, 503][number],
                delivered_at=None if number else timezone.now(),
                problem="The receiver answered 503." if number else "",
            )
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=timezone.now())
    return partner


def fits(window: Screen, width: int) -> bool:
    return bool(window.page.evaluate("document.documentElement.scrollWidth") <= width)


def make_key(window: Screen, partner: Partner) -> None:
    """Fill in the form, but for its last button."""
    window.open(reverse("admin:partners_partner_new_key", args=[partner.pk]))
    window.page.fill("#id_name", "Warehouse scanner")
    window.page.get_by_role("button", name="Read all").click()
    window.page.check("input[value='movements:write']")
    assert window.page.locator("input[name=scopes]:checked").count() > 10
    window.page.get_by_role("button", name="Nothing").click()
    assert window.page.locator("input[name=scopes]:checked").count() == 0
    window.page.get_by_role("button", name="Read all").click()
    window.page.check("input[value='movements:write']")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_key_is_made_copied_and_gone(
    screen: Opener,
    partner: Partner,
    theme: str,
) -> None:
    window = screen(color_scheme=theme, permissions=["clipboard-read", "clipboard-write"])
    window.open(page_of(partner))
    assert "Depot" in window.page.inner_text("#content")
    make_key(window, partner)
    press(window, "key Make the key")
    [text] = set(KEY.findall(window.page.inner_text("#content")))
    window.picture("key-shown")
    window.page.get_by_role("button", name="Copy").click()
    window.page.get_by_text("Copied", exact=True).wait_for()
    assert window.page.evaluate("navigator.clipboard.readText()") == text
    key = keys.recognize(text)
    assert key is not None
    assert "movements:write" in key.scopes

    window.page.get_by_role("link", name="I have copied it").click()
    window.page.wait_for_load_state("networkidle")
    assert key.prefix in window.page.inner_text("#content")
    assert not KEY.search(window.page.content())
    window.open(page_of(key))
    assert ApiKey.objects.filter(name="Warehouse scanner").count() == 1
    assert window.troubles == []

    window.page.go_back()  # to the partner
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # nothing was kept of the page before
        window.page.go_back()


def test_keys_are_revoked_and_webhooks_looked_at(
    screen: Opener,
    partner: Partner,
) -> None:
    window = screen()
    key = partner.keys.get(name="Stock display")
    window.open(page_of(key))
    window.page.get_by_role("link", name="Revoke").click()
    button = window.page.get_by_role("button", name="Revoke now")
    button.wait_for()
    window.picture("key-revoke")
    with window.page.expect_navigation():
        button.click()
    window.page.wait_for_load_state("networkidle")
    key.refresh_from_db()
    assert key.revoked_at is not None
    window.open(
        reverse("admin:partners_apikey_rotate", args=[partner.keys.get(name="Nightly import").pk])
    )
    for model in (Partner, ApiKey, Webhook):
        window.open(list_of(model))
    window.open(list_of(Delivery, status__exact="given_up"))
    window.picture("deliveries-given-up")
    window.open(page_of(Webhook.objects.get(url__contains="old")))
    window.picture("webhook-disabled")
    window.open(page_of(Delivery.objects.filter(status="given_up")[0]))
    window.picture("delivery-given-up")
    assert window.troubles == []


def test_the_pages_fit_a_phone(
    screen: Opener,
    partner: Partner,
) -> None:
    window = screen(viewport=PHONE, color_scheme="dark")
    make_key(window, partner)
    assert fits(window, PHONE["width"])
    press(window, "key Make the key")
    assert fits(window, PHONE["width"])
    window.open(page_of(partner))
    assert fits(window, PHONE["width"])
    window.open(reverse("second-factor"))
    press(window, "phonelink_lock Set up")
    assert fits(window, PHONE["width"])
    assert window.troubles == []


def test_a_second_factor_is_set_up_and_asked_for(
    screen: Opener,
    client: Client,
) -> None:
    window = screen()
    User.objects.create_user("ben", password="a good password", is_staff=True)
    client.force_login(User.objects.get(username="ana"))
    window.open(reverse("second-factor"))
    press(window, "phonelink_lock Set up")
    window.picture("second-factor-set-up")
    window.page.fill("#id_code", shown(TOTPDevice.objects.get()))
    press(window, "Switch on")
    codes = re.findall(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", window.page.inner_text("#content"))
    assert len(codes) == 10
    window.picture("recovery-codes")
    window.open(reverse("second-factor"))
    window.picture("second-factor-on")

    TOTPDevice.objects.update(user=User.objects.get(username="ben"))
    window.page.context.clear_cookies()
    window.open(reverse("admin:login"))
    window.page.fill("#id_username", "ben")
    window.page.fill("#id_password", "a good password")
    press(window, "Log in arrow_forward")
    window.picture("login-code")
    window.page.fill("#id_code", shown(TOTPDevice.objects.get()))
    press(window, "Log in")
    assert "ben" in window.page.content()
    assert window.troubles == []


def test_a_locked_login_says_when_to_try_again(
    screen: Opener,
) -> None:
    window = screen(color_scheme="dark")
    window.page.context.clear_cookies()
    for _ in range(5):
        window.open(reverse("admin:login"))
        window.page.fill("#id_username", "nobody")
        window.page.fill("#id_password", "a guess")
        press(window, "Log in arrow_forward")
    assert "Try again at" in window.page.inner_text("body")
    window.picture("login-locked")
    assert [each for each in window.troubles if "429" not in each] == []
