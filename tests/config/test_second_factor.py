"""A second factor: set up by oneself, asked for at login, demanded where the setting says so."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from config.second_factor import devices
from config.second_factor.asking import AWAITED, PATIENCE_SECONDS
from tests.api import Api
from tests.pretend import person

pytestmark = pytest.mark.django_db

LOGIN, CODE, PAGE = reverse("admin:login"), reverse("login-code"), reverse("second-factor")
HOME = reverse("admin:index")
PASSWORD = "a good password"


@pytest.fixture
def ana() -> User:
    return User.objects.create_user("ana", password=PASSWORD, is_staff=True)


def shown(device: TOTPDevice) -> str:
    """What the app shows now, for a device that forgets what it took before and any failures."""
    TOTPDevice.objects.filter(pk=device.pk).update(last_t=-1, drift=0, throttling_failure_count=0)
    clock = TOTP(device.bin_key)
    clock.time = time.time()
    return f"{clock.token():06}"


def wrong(device: TOTPDevice) -> str:
    return f"{(int(shown(device)) + 500_000) % 1_000_000:06}"


def set_up(user: User) -> tuple[TOTPDevice, list[str]]:
    device = devices.begin(user)
    assert devices.confirm(user, shown(device))
    return device, devices.new_codes(user)


def give_password(client: Client, aim: str = "") -> Any:
    return client.post(LOGIN, {"username": "ana", "password": PASSWORD, "next": aim or HOME})


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def test_a_person_sets_one_up_alone(client: Client, ana: User) -> None:
    client.force_login(ana)
    assert "Set up" in client.get(PAGE).text

    begun = client.post(PAGE, {"step": "begin"})
    device = TOTPDevice.objects.get()
    assert "<svg" in begun.text
    assert re.search(r'<code class="sc-key">[A-Z2-7 ]{39}</code>', begun.text)
    refused = client.post(PAGE, {"step": "confirm", "code": wrong(device)})
    assert "not right" in refused.text
    assert not devices.has_one(ana)

    done = client.post(PAGE, {"step": "confirm", "code": shown(device)})

    codes = re.findall(r"<code>([a-z0-9-]{19})</code>", done.text)
    assert len(set(codes)) == devices.codes_left(ana) == 10
    assert "no-store" in done.headers["Cache-Control"]
    assert devices.has_one(ana)
    after = client.get(PAGE).text
    assert "Recovery codes left" in after
    assert not any(code in after for code in codes)


def test_recovery_codes_are_not_to_be_read_in_the_database(ana: User) -> None:
    _, codes = set_up(ana)
    stored = set(StaticToken.objects.values_list("token", flat=True))

    assert len(stored) == 10
    assert not stored & {code.replace("-", "") for code in codes}
    assert not stored & set(codes)


def test_the_login_asks_for_the_code_before_anybody_is_logged_in(client: Client, ana: User) -> None:
    device, _ = set_up(ana)

    asked = give_password(client, PAGE)
    assert asked.headers["Location"].startswith(CODE)
    assert not is_in(client)
    refused = client.post(asked.headers["Location"], {"code": wrong(device)})
    assert "not right" in refused.text
    assert not is_in(client)
    let_in = client.post(asked.headers["Location"], {"code": shown(device)})

    assert let_in.headers["Location"] == PAGE
    assert is_in(client)


def test_who_has_none_is_not_asked(client: Client, ana: User) -> None:
    assert give_password(client).headers["Location"] == HOME
    assert is_in(client)


def test_a_code_is_taken_once(client: Client, ana: User) -> None:
    device, codes = set_up(ana)
    seen = shown(device)
    assert devices.verify(ana, seen)
    assert devices.verify(ana, seen) is None

    for number, expected in enumerate([302, 200]):
        browser = Client()
        give_password(browser)
        assert browser.post(CODE, {"code": codes[0].upper()}).status_code == expected, number
    assert devices.codes_left(ana) == 9


def test_wrong_codes_lock_the_login_as_wrong_passwords_do(client: Client, ana: User) -> None:
    device, codes = set_up(ana)
    give_password(client)

    answers = [client.post(CODE, {"code": wrong(device)}).status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert client.post(CODE, {"code": shown(device)}).status_code == 429
    assert client.post(CODE, {"code": codes[0]}).status_code == 429
    assert devices.codes_left(ana) == 10
    assert give_password(Client()).status_code == 429


def test_one_device_waits_longer_after_each_wrong_code_wherever_it_comes_from(ana: User) -> None:
    device, _ = set_up(ana)
    right = shown(device)
    assert devices.verify(ana, f"{(int(right) + 500_000) % 1_000_000:06}") is None

    assert devices.verify(ana, right) is None


def test_the_page_of_the_code_is_closed_without_a_right_password(client: Client, ana: User) -> None:
    set_up(ana)

    assert client.get(CODE).headers["Location"] == LOGIN
    assert client.post(CODE, {"code": "000000"}).headers["Location"] == LOGIN


def test_who_takes_too_long_begins_again(client: Client, ana: User) -> None:
    device, _ = set_up(ana)
    give_password(client)
    session = client.session
    session[AWAITED] = {**session[AWAITED], "at": time.time() - PATIENCE_SECONDS - 1}
    session.save()

    assert client.post(CODE, {"code": shown(device)}).headers["Location"] == LOGIN
    assert not is_in(client)


def test_a_password_changed_meanwhile_and_a_person_who_left_begin_again(ana: User) -> None:
    device, _ = set_up(ana)
    for change in ({"password": "another"}, {"is_active": False}, {"is_staff": False}):
        User.objects.filter(pk=ana.pk).update(password=ana.password, is_active=True, is_staff=True)
        browser = Client()
        give_password(browser)
        User.objects.filter(pk=ana.pk).update(**change)

        assert browser.post(CODE, {"code": shown(device)}).headers["Location"] == LOGIN


def test_the_way_on_leads_to_pages_of_ours_alone(client: Client, ana: User) -> None:
    device, _ = set_up(ana)
    give_password(client)

    let_in = client.post(CODE, {"code": shown(device), "next": "https://example.com/"})

    assert let_in.headers["Location"] == HOME


def test_it_is_switched_off_and_its_codes_renewed_only_with_a_code(
    client: Client, ana: User
) -> None:
    device, old = set_up(ana)
    client.force_login(ana)

    assert "not right" in client.post(PAGE, {"step": "off", "code": wrong(device)}).text
    assert "not right" in client.post(PAGE, {"step": "renew", "code": ""}).text
    assert devices.codes_left(ana) == 10
    renewed = client.post(PAGE, {"step": "renew", "code": shown(device)})
    assert devices.codes_left(ana) == 10
    assert not any(code in renewed.text for code in old)
    client.post(PAGE, {"step": "off", "code": shown(device)})

    assert not devices.has_one(ana)
    assert not StaticToken.objects.exists()


def test_setting_one_up_again_does_not_replace_the_one_in_use(client: Client, ana: User) -> None:
    device, _ = set_up(ana)
    client.force_login(ana)

    client.post(PAGE, {"step": "begin"})

    assert list(TOTPDevice.objects.all()) == [device]


def test_where_it_is_demanded_no_page_opens_without_one(
    client: Client, ana: User, settings: Settings
) -> None:
    settings.MFA_REQUIRED = True
    give_password(client)
    assert client.get(HOME).headers["Location"] == PAGE
    assert client.post(reverse("admin:password_change")).headers["Location"] == PAGE
    assert "needs one" in client.get(PAGE).text

    client.post(PAGE, {"step": "begin"})
    device = TOTPDevice.objects.get()
    client.post(PAGE, {"step": "confirm", "code": shown(device)})

    assert is_in(client)


def test_where_it_is_demanded_a_session_without_the_code_is_ended(
    client: Client, ana: User, settings: Settings
) -> None:
    client.force_login(ana)
    set_up(ana)
    assert is_in(client)
    settings.MFA_REQUIRED = True

    assert client.get(HOME).headers["Location"] == LOGIN
    assert "_auth_user_id" not in client.session


def test_partners_calls_are_not_asked_for_one(api: Api, settings: Settings) -> None:
    settings.MFA_REQUIRED = True

    assert api.get("/products").status_code == 200


def test_an_administrator_takes_it_from_somebody_who_lost_theirs(
    admin_client: Client, ana: User
) -> None:
    set_up(ana)
    address = reverse("admin:auth_user_take_second_factor", args=[ana.pk])
    assert (
        "Take second factor away"
        in admin_client.get(reverse("admin:auth_user_change", args=[ana.pk])).text
    )

    admin_client.post(address, {"_form_submitted": "True", "key": "k"})

    assert not devices.has_one(ana)
    assert not StaticToken.objects.exists()


def test_nobody_but_administrators_takes_it_away(client: Client, ana: User) -> None:
    set_up(ana)
    client.force_login(person("ben", "auth.view_user", "auth.change_user"))
    address = reverse("admin:auth_user_take_second_factor", args=[ana.pk])

    answer = client.post(address, {"_form_submitted": "True", "key": "k"})

    assert answer.status_code == 403
    assert devices.has_one(ana)
